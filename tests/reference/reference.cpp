// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
//
// See reference.hpp for the order of one step and why the coefficients are filtered.
#include "tests/reference/reference.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "tests/reference/matrix.hpp"
#include "tests/reference/metric.hpp"

namespace curb::testing {
namespace {

double sign(double x) { return static_cast<double>((x > 0.0) - (x < 0.0)); }

void scatter(const std::vector<double>& row, const IndexSet& set, std::vector<double>& tensor) {
  for (std::size_t k = 0; k < set.size(); ++k) tensor[set[k]] = row[k];
}

bool all_finite(const std::vector<double>& row) {
  return std::all_of(row.begin(), row.end(), [](double x) { return std::isfinite(x); });
}

// What the optimiser makes of one component of the gradient, `memory` being that component's
// velocity or first moment. The proximal coefficients go through this same function.
double filter(const Hyper& hyper, Optimizer optimizer, double beta1_power, double input,
              double& memory) {
  switch (optimizer) {
    case Optimizer::momentum:
      memory = hyper.momentum * memory + input;
      return memory;
    case Optimizer::nesterov:
      memory = hyper.momentum * memory + input;
      return input + hyper.momentum * memory;
    case Optimizer::adam:
      memory = hyper.beta1 * memory + (1.0 - hyper.beta1) * input;
      return memory / (1.0 - beta1_power);
    case Optimizer::sgd:
    case Optimizer::adagrad:
    case Optimizer::rmsprop:
      break;
  }
  return input;
}

// The T_i. The squared gradients are taken in here.
std::vector<double> step_lengths(const Hyper& hyper, Optimizer optimizer,
                                 const std::vector<double>& gradient, State& state) {
  std::vector<double> lengths(gradient.size(), hyper.learning_rate);
  if (!has_metric(optimizer)) return lengths;
  const bool averages = optimizer != Optimizer::adagrad;
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    const double squared = gradient[i] * gradient[i];
    state.v[i] =
        averages ? hyper.beta2 * state.v[i] + (1.0 - hyper.beta2) * squared : state.v[i] + squared;
    const double corrected =
        optimizer == Optimizer::adam ? state.v[i] / (1.0 - state.beta2_power) : state.v[i];
    lengths[i] = hyper.learning_rate / (std::sqrt(corrected) + hyper.epsilon);
  }
  return lengths;
}

// Tsuruoka, Tsujii, Ananiadou 2009: each weight is charged the difference between what all weights
// could have been charged so far (total) and what it has been charged (its q), clipped at zero.
// There q is the signed sum of the charges, so the two signs of z see it with opposite signs.
void cumulative_l1(double total, std::vector<double>& w, std::vector<double>& q) {
  for (std::size_t i = 0; i < w.size(); ++i) {
    const double z = w[i];
    if (z > 0.0) w[i] = std::max(0.0, z - (total + q[i]));
    if (z < 0.0) w[i] = std::min(0.0, z + (total - q[i]));
    q[i] += w[i] - z;
  }
}

void apply_mask(const Layout& layout, std::vector<double>& w) {
  for (std::size_t i = 0; i < layout.mask.size(); ++i) {
    if (layout.mask[i] == 0) w[i] = 0.0;
  }
}

void group_shrink(double threshold, std::vector<double>& row) {
  const double length = norm(row);
  for (double& value : row) {
    value = length <= threshold ? 0.0 : value * (1.0 - threshold / length);
  }
}

// w *= c / |w| if |w| > c. The last factor pays for the four roundings (norm, quotient, product,
// product), so that the stored row is inside the ball and a second clamp changes nothing.
bool radial_clamp(double max_norm, std::vector<double>& row) {
  const double length = norm(row);
  if (length <= max_norm) return false;
  const double scale = max_norm / length * (1.0 - 0x1p-50);
  for (double& value : row) value *= scale;
  return true;
}

// group -> / (1 + T l2) -> max-norm for one step length T: there all three only rescale the row, so
// taking them in turn is exact.
void euclidean_row_stages(const Coefficients& coefficients, double max_norm, double step_length,
                          std::vector<double>& row, StepReport& report) {
  const double root = std::sqrt(static_cast<double>(row.size()));
  group_shrink(step_length * coefficients.group * root, row);
  for (double& value : row) value /= 1.0 + step_length * coefficients.l2;
  report.clamped_rows += radial_clamp(max_norm, row);
}

// The same in the metric 1 / T_i. The quadratics (w - z)^2 / T and l2 w^2 add up to one quadratic
// about z / (1 + T l2) with the step T / (1 + T l2), so L2 comes first here.
void metric_row_stages(const Coefficients& coefficients, double max_norm, MaxNormMode mode,
                       std::vector<double> steps, std::vector<double>& row, StepReport& report) {
  for (std::size_t k = 0; k < row.size(); ++k) {
    const double divisor = 1.0 + steps[k] * coefficients.l2;
    row[k] /= divisor;
    steps[k] /= divisor;
  }
  const double group = coefficients.group * std::sqrt(static_cast<double>(row.size()));
  std::vector<double> w = metric_group_shrink(row, steps, group);
  if (norm(w) > max_norm) {
    ++report.clamped_rows;
    if (mode == MaxNormMode::radial) {
      radial_clamp(max_norm, w);
    } else {
      w = metric_project(row, steps, max_norm);  // of the row from before the group stage
    }
  }
  row = w;
}

}  // namespace

bool has_metric(Optimizer optimizer) {
  return optimizer == Optimizer::adam || optimizer == Optimizer::adagrad ||
         optimizer == Optimizer::rmsprop;
}

std::vector<double> gather(const std::vector<double>& tensor, const IndexSet& set) {
  std::vector<double> row;
  row.reserve(set.size());
  for (const std::size_t i : set) row.push_back(tensor[i]);
  return row;
}

Layout neurons_in_rows(std::size_t rows, std::size_t columns) {
  Layout layout{rows * columns, std::vector<IndexSet>(rows), std::vector<IndexSet>(columns), {}};
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) {
      layout.incoming[r].push_back(r * columns + c);
      layout.outgoing[c].push_back(r * columns + c);
    }
  }
  return layout;
}

Layout neurons_in_columns(std::size_t rows, std::size_t columns) {
  Layout layout = neurons_in_rows(rows, columns);
  std::swap(layout.incoming, layout.outgoing);
  return layout;
}

Layout ungrouped(std::size_t size) { return Layout{size, {}, {}, {}}; }

State::State(std::vector<double> initial_weights)
    : w(std::move(initial_weights)), m(w.size(), 0.0), v(w.size(), 0.0), q(w.size(), 0.0) {}

double soft_threshold(double v, double threshold) {
  return v - (v > threshold ? threshold : (v < -threshold ? -threshold : v));
}

StepReport proximal_step(const Coefficients& coefficients, double max_norm, const Modes& modes,
                         const Layout& layout, const std::vector<double>& step_length,
                         std::vector<double>& w) {
  const bool groups_columns = coefficients.group > 0.0 && modes.group_by == GroupBy::outgoing;
  if (groups_columns && std::isfinite(max_norm)) {
    throw std::invalid_argument(
        "group per input and max-norm per neuron overlap: taken in turn they are not the joint "
        "proximal step");
  }

  apply_mask(layout, w);
  for (std::size_t i = 0; i < w.size(); ++i) {
    w[i] = soft_threshold(w[i], step_length[i] * coefficients.l1);
    if (modes.non_negative && w[i] < 0.0) w[i] = 0.0;
  }

  StepReport report;
  std::vector<bool> done(w.size(), false);
  for (const IndexSet& set : groups_columns ? layout.outgoing : layout.incoming) {
    std::vector<double> row = gather(w, set);
    if (!all_finite(row)) {
      ++report.non_finite_rows;
      continue;
    }
    if (has_metric(modes.optimizer)) {
      metric_row_stages(coefficients, max_norm, modes.max_norm, gather(step_length, set), row,
                        report);
    } else if (!row.empty()) {
      euclidean_row_stages(coefficients, max_norm, step_length[set.front()], row, report);
    }
    scatter(row, set, w);
    for (const std::size_t i : set) done[i] = true;
  }
  // L2 still belongs to the weights in no set, and to the rows that were left alone.
  for (std::size_t i = 0; i < w.size(); ++i) {
    if (!done[i]) w[i] /= 1.0 + step_length[i] * coefficients.l2;
  }
  return report;
}

StepReport step(const Hyper& hyper, const Modes& modes, const Layout& layout,
                const std::vector<double>& gradient, State& state) {
  const bool mask_fits = layout.mask.empty() || layout.mask.size() == layout.size;
  if (gradient.size() != layout.size || state.w.size() != layout.size || !mask_fits) {
    throw std::invalid_argument("layout, mask, gradient and state differ in size");
  }
  if (modes.l1 == L1Mode::cumulative && modes.optimizer != Optimizer::sgd) {
    throw std::invalid_argument("cumulative L1 is defined for plain SGD only");
  }
  ++state.step_count;
  state.beta1_power *= hyper.beta1;
  state.beta2_power *= hyper.beta2;

  std::vector<double> g = gradient;
  for (std::size_t i = 0; i < g.size(); ++i) {
    g[i] *= hyper.gradient_scale;
    if (modes.l2 == L2Mode::coupled) g[i] += hyper.l2 * state.w[i];
    if (modes.l1 == L1Mode::sign) g[i] += hyper.l1 * sign(state.w[i]);
  }

  const auto filtered = [&](double input, double& memory) {
    return filter(hyper, modes.optimizer, state.beta1_power, input, memory);
  };
  const std::vector<double> step_length = step_lengths(hyper, modes.optimizer, g, state);
  for (std::size_t i = 0; i < g.size(); ++i) {
    const double direction = filtered(g[i], state.m[i]);
    state.w[i] *= 1.0 - hyper.learning_rate * hyper.weight_decay;
    state.w[i] -= step_length[i] * direction;
  }

  if (modes.l1 == L1Mode::cumulative) {
    apply_mask(layout, state.w);
    state.total_l1 += hyper.learning_rate * hyper.l1;
    cumulative_l1(state.total_l1, state.w, state.q);
  }
  const Coefficients coefficients{
      filtered(modes.l1 == L1Mode::prox ? hyper.l1 : 0.0, state.filtered_l1),
      filtered(modes.l2 == L2Mode::prox ? hyper.l2 : 0.0, state.filtered_l2),
      filtered(hyper.group_lasso, state.filtered_group)};
  return proximal_step(coefficients, hyper.max_norm, modes, layout, step_length, state.w);
}

}  // namespace curb::testing
