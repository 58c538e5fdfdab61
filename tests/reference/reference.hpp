// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
//
// One step of every regularised update in plain double precision: the independent truth that the
// library is checked against. It includes no header of the library, and it prefers the formula as
// written to any faster form of it.
//
// The objective is
//
//     F(W) = data_loss(W) + l1 |W|_1 + l2/2 |W|^2 + group_lasso sum_r sqrt(|r|) |W_r|_2
//     subject to |W_r|_2 <= max_norm (and W >= 0, and W = 0 outside a mask, when asked for)
//
// and one step runs, in this order:
//
//     gradient * gradient_scale
//     + l2 w (coupled), + l1 sign(w) (sign mode)
//     -> momentum or moments
//     -> w *= 1 - learning_rate * weight_decay, on the old w
//     -> w -= T * direction
//     -> mask -> soft threshold T l1 -> non-negative -> group T group_lasso sqrt(|r|)
//     -> / (1 + T l2) -> max-norm
//
// The effective step. The penalty has to see the same gain as the gradient, or the run solves
// another problem: under heavy ball a constant gradient g moves the weights by learning_rate * g at
// first and by learning_rate * g / (1 - momentum) in the end, and a threshold of learning_rate * l1
// would leave the limit of (1 - momentum) l1. So every proximal coefficient passes through the
// optimiser's own filter, as if it were one more component of the gradient. Unlike the closed form
// (1 - momentum^t) / (1 - momentum) this remains right under schedules of momentum and coefficient.
//
// The step of Adam, Adagrad and RMSprop is elementwise, T_i = learning_rate / (sqrt(vhat_i) +
// epsilon). There a proximal L2 joins the metric before the group stage, and group and `exact`
// max-norm are not radial: see metric.hpp. `radial` max-norm is the textbook's w *= c / |w| there.
// It keeps the constraint, but it is not the minimiser of F. Adagrad and RMSprop (in PyTorch's
// form: no bias correction, epsilon outside the root) have no filter of the gradient, and so none
// of the coefficients.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace curb::testing {

enum class Optimizer { sgd, momentum, nesterov, adam, adagrad, rmsprop };
enum class L1Mode { prox, sign, cumulative };
enum class L2Mode { coupled, prox };
enum class MaxNormMode { radial, exact };
enum class GroupBy { incoming, outgoing };

// Read afresh at every step, so a schedule is a loop that changes a member.
struct Hyper {
  double learning_rate = 0.1;
  double momentum = 0.9;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double l1 = 0.0;
  double l2 = 0.0;
  double weight_decay = 0.0;  // decoupled: SGDW; with Optimizer::adam this is AdamW
  double group_lasso = 0.0;   // multiplied by sqrt(length of the group), masked weights included
  double max_norm = std::numeric_limits<double>::infinity();
  double gradient_scale = 1.0;  // loss unscaling, averaging and clipping all arrive here
};

struct Modes {
  Optimizer optimizer = Optimizer::sgd;
  L1Mode l1 = L1Mode::prox;
  L2Mode l2 = L2Mode::coupled;
  MaxNormMode max_norm = MaxNormMode::radial;
  bool non_negative = false;
  GroupBy group_by = GroupBy::incoming;
};

// Whether each weight has a step length of its own.
bool has_metric(Optimizer optimizer);

using IndexSet = std::vector<std::size_t>;

// The elements of a flat tensor that a set names, in the order of the set.
std::vector<double> gather(const std::vector<double>& tensor, const IndexSet& set);

// Which weights of a flat tensor belong together. The sets within `incoming` (one per neuron) are
// disjoint, and so are those within `outgoing` (one per input). A weight in no set meets no group
// and no max-norm stage.
struct Layout {
  std::size_t size = 0;
  std::vector<IndexSet> incoming;
  std::vector<IndexSet> outgoing;
  std::vector<std::uint8_t> mask;  // empty, or one per weight: 0 holds the weight at zero
};

Layout neurons_in_rows(std::size_t rows, std::size_t columns);     // [out, in], row-major
Layout neurons_in_columns(std::size_t rows, std::size_t columns);  // [in, out], row-major
Layout ungrouped(std::size_t size);                                // biases

// Everything that one step leaves for the next.
struct State {
  explicit State(std::vector<double> initial_weights);

  std::vector<double> w;
  std::vector<double> m;  // velocity (heavy ball, Nesterov) or first moment (Adam)
  std::vector<double>
      v;  // second moment (Adam, RMSprop), or the sum of squared gradients (Adagrad)
  std::vector<double> q;  // L1 penalty each weight has received so far (cumulative L1)
  // The optimiser's filter applied to the proximal coefficients; what m is to the gradient.
  double filtered_l1 = 0.0;
  double filtered_l2 = 0.0;
  double filtered_group = 0.0;
  double total_l1 = 0.0;  // sum of learning_rate * l1: what each weight could have received by now
  double beta1_power = 1.0;
  double beta2_power = 1.0;
  std::int64_t step_count = 0;
};

struct StepReport {
  std::size_t clamped_rows = 0;     // incoming sets that max-norm has shortened
  std::size_t non_finite_rows = 0;  // sets with NaN or Inf, which group and max-norm leave alone
};

// One step in place. `gradient` has layout.size elements: the gradient of the data loss at state.w.
// Throws std::invalid_argument for sizes that differ, cumulative L1 under anything but plain SGD,
// and what proximal_step refuses.
StepReport step(const Hyper& hyper, const Modes& modes, const Layout& layout,
                const std::vector<double>& gradient, State& state);

// Proximal coefficients as they come out of the optimiser's filter.
struct Coefficients {
  double l1 = 0.0;
  double l2 = 0.0;
  double group = 0.0;  // before the factor sqrt(|r|)
};

// The stages from the mask to max-norm, in place: the exact minimiser over w of
//
//     1/2 sum_i (w_i - z_i)^2 / T_i + l1 |w|_1 + l2/2 |w|^2 + group sum_r sqrt(|r|) |w_r|
//     within the mask, the sign constraint and the balls |w_r| <= max_norm,
//
// for the incoming z = w (except has_metric with MaxNormMode::radial and a row outside its ball).
// `step_length` holds the T_i, which must be equal under the optimisers without a metric.
// Throws std::invalid_argument for a group per outgoing set together with a finite max_norm, which
// has no exact sequential form, and for steps of length zero with exact max-norm in a metric.
StepReport proximal_step(const Coefficients& coefficients, double max_norm, const Modes& modes,
                         const Layout& layout, const std::vector<double>& step_length,
                         std::vector<double>& w);

// v shrunk towards zero by threshold >= 0. NaN stays NaN; a shrunk value is +0.
double soft_threshold(double v, double threshold);

}  // namespace curb::testing
