// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Compiled by g++ alone: nvcc takes it ill that the rules, which may run on a device, sum over a
// std::vector.
#include "tests/kernels/serial_step.hpp"

#include <curb/rules/row_step.hpp>
#include <type_traits>

namespace curb::testing {
namespace {

/// Calls `body` with the rules' optimiser of that kind.
template <class Body>
void with_optimizer(kernels::UpdateKind kind, Body&& body) {
  switch (kind) {
    case kernels::UpdateKind::sgd:
      return body(rules::Sgd{});
    case kernels::UpdateKind::cumulative_sgd:
      return body(rules::CumulativeSgd{});
    case kernels::UpdateKind::momentum:
      return body(rules::Momentum{});
    case kernels::UpdateKind::adam:
      return body(rules::Adam{});
    case kernels::UpdateKind::adagrad:
      return body(rules::Adagrad{});
  }
}

/// Calls step(weight, gradient, state, keep), which returns the new weight, for element i.
template <class Step>
void step_one(HostTensor& tensor, std::size_t i, const Step& step) {
  float state[kernels::kMaxStates] = {};
  for (std::size_t s = 0; s < tensor.state.size(); ++s) {
    if (!tensor.state[s].empty()) state[s] = tensor.state[s][i];
  }
  const bool keep = tensor.mask.empty() || tensor.mask[i] != 0;
  tensor.weight[i] = step(tensor.weight[i], tensor.gradient[i], state, keep);
  for (std::size_t s = 0; s < tensor.state.size(); ++s) {
    if (!tensor.state[s].empty()) tensor.state[s][i] = state[s];
  }
}

/// A row for the row rules.
struct SerialRow {
  std::vector<rules::Element> elements;

  template <class Term>
  double sum(const Term& term) const {
    return rules::canonical_row_sum(
        static_cast<std::int64_t>(elements.size()), [&](std::int64_t i) {
          const rules::Element& e = elements[static_cast<std::size_t>(i)];
          return term(e.weight, e.denominator);
        });
  }
  bool any(bool condition) const { return condition; }
};

}  // namespace

rules::Coefficients third_step(const rules::Modes& modes, const rules::Hyperparameters& h) {
  rules::FilterState state;
  rules::advance(modes, h, state);
  rules::advance(modes, h, state);
  return rules::advance(modes, h, state);
}

void serial_elements(kernels::UpdateKind kind, const rules::Coefficients& c, HostTensor& tensor,
                     std::size_t first, std::size_t count) {
  with_optimizer(kind, [&](const auto& optimizer) {
    for (std::size_t i = first; i < first + count; ++i) {
      step_one(tensor, i, [&](float w, float g, float* state, bool keep) {
        return rules::update_element(optimizer, c, w, g, state, keep);
      });
    }
  });
}

std::int64_t neurons(const HostTensor& tensor, kernels::Incoming incoming) {
  return incoming == kernels::Incoming::row ? tensor.rows : tensor.columns;
}

std::vector<std::size_t> incoming_elements(const HostTensor& tensor, kernels::Incoming incoming,
                                           std::int64_t neuron) {
  const bool row = incoming == kernels::Incoming::row;
  const std::int64_t length = row ? tensor.columns : tensor.rows;
  std::vector<std::size_t> at;
  for (std::int64_t i = 0; i < length; ++i) {
    at.push_back(static_cast<std::size_t>(row ? neuron * tensor.leading_dimension + i
                                              : i * tensor.leading_dimension + neuron));
  }
  return at;
}

kernels::RowStatistics serial_rows(kernels::UpdateKind kind, const rules::Coefficients& c,
                                   HostTensor& tensor, kernels::Incoming incoming) {
  kernels::RowStatistics statistics{};
  with_optimizer(kind, [&](const auto& optimizer) {
    using Optimizer = std::decay_t<decltype(optimizer)>;
    for (std::int64_t neuron = 0; neuron < neurons(tensor, incoming); ++neuron) {
      const std::vector<std::size_t> at = incoming_elements(tensor, incoming, neuron);
      SerialRow row;
      for (const std::size_t i : at) {
        step_one(tensor, i, [&](float w, float g, float* state, bool keep) {
          row.elements.push_back(rules::row_element<Optimizer>(
              c, rules::step_element(optimizer, c, w, g, state, keep)));
          return w;
        });
      }
      const rules::RowOutcome outcome =
          rules::solve_row<Optimizer>(c, static_cast<std::int64_t>(at.size()), row);
      for (std::size_t k = 0; k < at.size(); ++k) {
        tensor.weight[at[k]] = rules::finish_row_element(outcome, row.elements[k]);
      }
      statistics.clamped_rows += outcome.clamped;
      statistics.non_finite_rows += outcome.non_finite;
    }
  });
  return statistics;
}

double serial_sum(const std::vector<double>& terms) {
  return rules::canonical_row_sum(static_cast<std::int64_t>(terms.size()), [&](std::int64_t i) {
    return terms[static_cast<std::size_t>(i)];
  });
}

kernels::RowStatistics serial_clamp(HostTensor& tensor, kernels::Incoming incoming,
                                    float max_norm) {
  rules::Coefficients c;
  c.max_norm = max_norm;
  kernels::RowStatistics statistics{};
  for (std::int64_t neuron = 0; neuron < neurons(tensor, incoming); ++neuron) {
    SerialRow row;
    const std::vector<std::size_t> at = incoming_elements(tensor, incoming, neuron);
    for (const std::size_t i : at) row.elements.push_back({tensor.weight[i], 1.0f});
    const rules::RowOutcome outcome =
        rules::solve_euclidean_row(c, static_cast<std::int64_t>(at.size()), row);
    statistics.clamped_rows += outcome.clamped;
    statistics.non_finite_rows += outcome.non_finite;
    if (!outcome.clamped) continue;
    for (const std::size_t i : at) tensor.weight[i] *= outcome.scale;
  }
  return statistics;
}

}  // namespace curb::testing
