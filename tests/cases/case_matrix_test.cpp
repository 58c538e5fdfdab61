// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Every case on the host executor against the double reference, step by step: each step of the
// reference begins with what the library has stored, so that the errors of one step are seen.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <curb/curb.hpp>
#include <string>
#include <tuple>
#include <vector>

#include "tests/cases/case.hpp"
#include "tests/cases/case_problem.hpp"
#include "tests/reference/reference.hpp"
#include "tests/rules/optimizer_kinds.hpp"

namespace curb::testing {
namespace {

using Vector = std::vector<double>;

constexpr double kUnit = 0x1p-24;  // half of the distance from one to the next float
constexpr double kUnits = 8.0;     // the bound, in units of what a step adds up

Optimizer reference_optimizer(OptimizerKind kind) {
  constexpr std::array kOptimizers = {Optimizer::sgd,  Optimizer::momentum, Optimizer::nesterov,
                                      Optimizer::adam, Optimizer::adagrad,  Optimizer::rmsprop};
  return kOptimizers[static_cast<std::size_t>(kind)];
}

Modes reference_modes(const Case& c) {
  Modes modes;
  modes.optimizer = reference_optimizer(c.optimizer);
  modes.l1 = static_cast<L1Mode>(c.l1);
  modes.l2 = c.l2 == rules::L2Mode::prox ? L2Mode::prox : L2Mode::coupled;
  modes.max_norm =
      c.max_norm == rules::MaxNormMode::exact ? MaxNormMode::exact : MaxNormMode::radial;
  modes.non_negative = c.non_negative;
  modes.group_by = c.rows == RowStages::outgoing_group ? GroupBy::outgoing : GroupBy::incoming;
  return modes;
}

Hyper reference_hyper(const Hyperparameters& h) {
  Hyper hyper;
  hyper.learning_rate = h.learning_rate;
  hyper.momentum = h.momentum;
  hyper.beta1 = h.beta1;
  hyper.beta2 = h.beta2;
  hyper.epsilon = h.epsilon;
  hyper.l1 = h.l1;
  hyper.l2 = h.l2;
  hyper.weight_decay = h.weight_decay;
  hyper.group_lasso = h.group_lasso;
  hyper.max_norm = h.max_norm;
  hyper.gradient_scale = h.gradient_scale;
  return hyper;
}

/// A run of a case: the plan's arrays beside the reference.
class CaseRun {
 public:
  explicit CaseRun(const Case& c)
      : problem_(c),
        group_(group_of(c)),
        options_(options_of(c)),
        arrays_(problem_.arrays()),
        tensor_(attached()),
        plan_(Device::cpu(1), {group_}, {tensor_}, options_),
        modes_(reference_modes(c)),
        hyper_(reference_hyper(group_.hyperparameters)),
        reference_(Vector(problem_.places().size(), 0.0)) {
    const auto rows = static_cast<std::size_t>(tensor_.rows);
    const auto columns = static_cast<std::size_t>(tensor_.columns);
    layout_ = c.incoming == Incoming::row ? neurons_in_rows(rows, columns)
                                          : neurons_in_columns(rows, columns);
    for (const std::size_t at : problem_.places()) {
      if (c.masked) layout_.mask.push_back(arrays_[TensorArrays::mask][at]);
    }
    void* gradient = arrays_[TensorArrays::gradient].data();
    if (c.zero_gradients) {
      plan_.bind_writable_gradients({gradient});
    } else {
      plan_.bind_gradients({gradient});
    }
  }

  /// Takes a step and compares. Returns the largest error in units of the bound's sum.
  double step(int index) {
    arrays_[TensorArrays::gradient] = problem_.gradient(index);
    const TensorArrays before = arrays_;
    const Vector gradient =
        widened(before[TensorArrays::gradient], problem_.settings().gradient, problem_.places());
    const Vector allowed = problem_.is_skipped(index) ? Vector{} : take_reference_step(gradient);
    plan_.step();
    expect_gradient(before);
    if (problem_.is_skipped(index)) {
      expect_nothing_changed(before);
      return 0.0;
    }
    expect_average(before);
    expect_rows_inside();
    return compare(allowed);
  }

 private:
  Tensor attached() {
    Tensor tensor = problem_.tensor();
    attach([this](TensorArrays::Name name) { return arrays_[name].data(); }, tensor);
    return tensor;
  }

  /// State s as the library has stored it; zeros where it has none.
  Vector state(TensorArrays::Name name, DataType type) const {
    if (arrays_[name].empty()) return Vector(problem_.places().size(), 0.0);
    return widened(arrays_[name], type, problem_.places());
  }

  /// From what is stored; returns |w| + |step| + T l1 of each weight, where |step| is what the step
  /// would be if nothing in it cancelled.
  Vector take_reference_step(const Vector& gradient) {
    reference_.w = stored_weights(problem_, arrays_);
    const Vector first = state(TensorArrays::first, problem_.settings().state);
    const bool cumulative = modes_.l1 == L1Mode::cumulative;
    const bool squares_first =
        modes_.optimizer == Optimizer::adagrad || modes_.optimizer == Optimizer::rmsprop;
    (cumulative ? reference_.q : squares_first ? reference_.v : reference_.m) = first;
    if (modes_.optimizer == Optimizer::adam) {
      reference_.v = state(TensorArrays::second, DataType::float32);
    }
    const State before = reference_;
    Hyper hyper = hyper_;
    hyper.gradient_scale *= clip_factor(gradient);
    curb::testing::step(hyper, modes_, layout_, masked(gradient), reference_);

    Vector allowed;
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      const double w = std::fabs(before.w[i]);
      double g = std::fabs(hyper.gradient_scale * gradient[i]);
      if (modes_.l2 == L2Mode::coupled) g += hyper.l2 * w;
      if (modes_.l1 == L1Mode::sign) g += hyper.l1;
      const double length = step_length(i);
      double l1 = modes_.l1 == L1Mode::prox ? length * reference_.filtered_l1 : 0.0;
      if (cumulative) l1 = reference_.total_l1 + std::fabs(before.q[i]);
      allowed.push_back(w + length * direction(g, std::fabs(before.m[i])) + l1);
    }
    return allowed;
  }

  Vector masked(Vector gradient) const {
    // What a masked weight's gradient is does not matter, and the reference multiplies by zero.
    for (std::size_t i = 0; i < layout_.mask.size(); ++i) {
      if (layout_.mask[i] == 0) gradient[i] = 0.0;
    }
    return gradient;
  }

  double clip_factor(const Vector& gradient) const {
    double squared = 0.0;
    for (const double g : masked(gradient)) squared += std::pow(hyper_.gradient_scale * g, 2);
    return std::min(1.0, static_cast<double>(options_.clip_norm) / std::sqrt(squared));
  }

  double step_length(std::size_t i) const {
    if (!has_metric(modes_.optimizer)) return hyper_.learning_rate;
    const bool adam = modes_.optimizer == Optimizer::adam;
    const double v = adam ? reference_.v[i] / (1.0 - reference_.beta2_power) : reference_.v[i];
    return hyper_.learning_rate / (std::sqrt(v) + hyper_.epsilon);
  }

  /// What the optimiser adds up from parts of size g and m.
  double direction(double g, double m) const {
    switch (modes_.optimizer) {
      case Optimizer::momentum:
        return hyper_.momentum * m + g;
      case Optimizer::nesterov:
        return g + hyper_.momentum * (hyper_.momentum * m + g);
      case Optimizer::adam:
        return (hyper_.beta1 * m + (1.0 - hyper_.beta1) * g) / (1.0 - reference_.beta1_power);
      default:
        return g;
    }
  }

  double compare(const Vector& allowed) const {
    const Storage storage = problem_.settings().storage;
    const Vector stored = stored_weights(problem_, arrays_);
    const Vector visible = visible_weights(problem_, arrays_);
    const bool exact = storage != Storage::bfloat16_stochastic;
    const double rounding = storage == Storage::float32 ? 0.0 : exact ? 0x1p-8 : 0x1p-7;
    double worst = 0.0;
    for (std::size_t i = 0; i < stored.size(); ++i) {
      const double w = reference_.w[i];
      const double bound = kUnits * kUnit * allowed[i];
      // What stochastic rounding may do is no error: only what goes beyond it counts.
      const double error =
          std::max(0.0, std::fabs(stored[i] - w) - (exact ? 0.0 : rounding * std::fabs(w)));
      worst = std::max(worst, error / (kUnit * allowed[i]));
      EXPECT_LE(error, (1.0 + (exact ? 0.0 : rounding)) * bound) << "weight " << i;
      EXPECT_LE(std::fabs(visible[i] - w), rounding * std::fabs(w) + (1.0 + rounding) * bound)
          << "visible weight " << i;
    }
    return worst;
  }

  void expect_rows_inside() const {
    const double radius = hyper_.max_norm;
    if (!std::isfinite(radius)) return;
    const Storage storage = problem_.settings().storage;
    const Vector stored = stored_weights(problem_, arrays_);
    const Vector visible = visible_weights(problem_, arrays_);
    for (const IndexSet& row : layout_.incoming) {
      double squares = 0.0;
      double visible_squares = 0.0;
      for (const std::size_t i : row) {
        squares += stored[i] * stored[i];
        visible_squares += visible[i] * visible[i];
      }
      if (storage != Storage::bfloat16_stochastic) {
        EXPECT_LE(std::sqrt(squares), radius);
      }
      const double room = storage == Storage::float32               ? 0.0
                          : storage == Storage::bfloat16_stochastic ? 0x1p-7
                                                                    : 0x1p-8;
      EXPECT_LE(std::sqrt(visible_squares), radius * (1.0 + room));
    }
  }

  void expect_average(const TensorArrays& before) const {
    if (!problem_.settings().average) return;
    const Vector old = widened(before[TensorArrays::average], DataType::float32, problem_.places());
    const Vector now =
        widened(arrays_[TensorArrays::average], DataType::float32, problem_.places());
    const Vector stored = stored_weights(problem_, arrays_);
    const double gain = 1.0 - static_cast<double>(group_.hyperparameters.ema_decay);
    for (std::size_t i = 0; i < now.size(); ++i) {
      EXPECT_NEAR(now[i], old[i] + gain * (stored[i] - old[i]),
                  4.0 * kUnit * (std::fabs(old[i]) + std::fabs(stored[i])));
    }
  }

  void expect_gradient(const TensorArrays& before) const {
    const DataType type = problem_.settings().gradient;
    const Vector now = widened(arrays_[TensorArrays::gradient], type, problem_.places());
    if (problem_.settings().zero_gradients) {
      EXPECT_EQ(now, Vector(now.size(), 0.0));
    } else {
      EXPECT_EQ(arrays_[TensorArrays::gradient], before[TensorArrays::gradient]);
    }
  }

  void expect_nothing_changed(TensorArrays before) const {
    before[TensorArrays::gradient] = arrays_[TensorArrays::gradient];
    EXPECT_EQ(arrays_.bytes, before.bytes);
    EXPECT_EQ(plan_.statistics().skipped_steps, 1U);
  }

  CaseProblem problem_;
  Group group_;
  PlanOptions options_;
  TensorArrays arrays_;
  Tensor tensor_;
  Plan plan_;
  Modes modes_;
  Hyper hyper_;
  Layout layout_;
  State reference_;
};

using OptimizerAndStorage = std::tuple<OptimizerKind, int>;

class CaseMatrix : public ::testing::TestWithParam<OptimizerAndStorage> {};

TEST_P(CaseMatrix, IsTheReference) {
  const auto [optimizer, storage] = GetParam();
  std::size_t count = 0;
  double worst = -1.0;
  std::string worst_case;
  for (const Case& c : all_cases()) {
    if (c.optimizer != optimizer || static_cast<int>(c.storage) != storage) continue;
    CaseRun run(c);
    for (int step = 0; step < CaseProblem::kSteps; ++step) {
      const double error = run.step(step);
      if (HasFailure()) FAIL() << "step " << step << " of: " << name_of(c);
      if (error <= worst) continue;
      worst = error;
      worst_case = name_of(c);
    }
    ++count;
  }
  std::printf("%zu cases, largest error %.2f units of 2^-24 (|w| + |step| + T l1), of %.0f: %s\n",
              count, worst, kUnits, worst_case.c_str());
  EXPECT_GT(count, 10'000U);
}

std::string test_name(const ::testing::TestParamInfo<OptimizerAndStorage>& parameter) {
  constexpr std::array kStorages = {"float32", "master", "remainder", "stochastic"};
  const auto [kind, storage] = parameter.param;
  return std::string(name_of(kind)) + "_" + kStorages[static_cast<std::size_t>(storage)];
}

INSTANTIATE_TEST_SUITE_P(All, CaseMatrix,
                         ::testing::Combine(::testing::ValuesIn(kAllOptimizers),
                                            ::testing::Range(0, 4)),
                         test_name);

}  // namespace
}  // namespace curb::testing
