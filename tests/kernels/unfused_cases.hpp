// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What the unfused step is tested on, wherever it runs. A Place offers
//   Buffer<T>        memory from a std::vector<T>: data(), download()
//   make_step(...)   as unfused::MakeStep
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <curb/curb.hpp>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "kernels/unfused/unfused.hpp"
#include "tests/host/plan/reference_group.hpp"
#include "tests/kernels/values.hpp"
#include "tests/reference/reference.hpp"

namespace curb::testing {

using kernels::unfused::Matrix;
using kernels::unfused::Passes;
using kernels::unfused::Step;
using kernels::unfused::Traffic;

struct UnfusedCase {
  std::string name;
  Modes modes;
  Hyper hyper;
  bool in_rows = false;  ///< whether rows are summed, in an order that may be another
};

/// Every optimiser under every regulariser that has an unfused form.
inline std::vector<UnfusedCase> unfused_cases() {
  struct Regulariser {
    const char* name;
    std::function<void(Modes&, Hyper&)> set;
    bool in_rows = false;
    bool euclidean_only = false;
  };
  const auto elastic_net = [](Modes& m, Hyper& h) {
    h.l1 = as_float(0.05);
    h.l2 = as_float(0.2);
    m.l2 = L2Mode::prox;
  };
  const std::vector<Regulariser> regularisers = {
      {"none", [](Modes&, Hyper&) {}},
      {"scaled", [](Modes&, Hyper& h) { h.gradient_scale = 0.75; }},
      {"coupled_l2", [](Modes&, Hyper& h) { h.l2 = as_float(0.2); }},
      {"elastic_net", elastic_net},
      {"l1_sign",
       [](Modes& m, Hyper& h) {
         h.l1 = as_float(0.05);
         m.l1 = L1Mode::sign;
       }},
      {"weight_decay", [](Modes&, Hyper& h) { h.weight_decay = as_float(0.3); }},
      {"non_negative", [](Modes& m, Hyper&) { m.non_negative = true; }},
      {"max_norm", [](Modes&, Hyper& h) { h.max_norm = 6.5; }, true},
      {"elastic_net_max_norm",
       [=](Modes& m, Hyper& h) {
         elastic_net(m, h);
         h.max_norm = 6.5;
       },
       true},
      {"group_lasso", [](Modes&, Hyper& h) { h.group_lasso = as_float(0.1); }, true, true},
      {"everything",
       [=](Modes& m, Hyper& h) {
         elastic_net(m, h);
         h.group_lasso = as_float(0.1);
         h.max_norm = 6.0;
         h.weight_decay = as_float(0.3);
         m.non_negative = true;
       },
       true, true},
  };
  const std::vector<std::pair<const char*, Optimizer>> optimizers = {
      {"sgd", Optimizer::sgd},
      {"momentum", Optimizer::momentum},
      {"nesterov", Optimizer::nesterov},
      {"adam", Optimizer::adam}};

  std::vector<UnfusedCase> cases;
  for (const auto& [optimizer_name, optimizer] : optimizers) {
    for (const Regulariser& r : regularisers) {
      if (r.euclidean_only && optimizer == Optimizer::adam) continue;
      UnfusedCase c;
      c.name = std::string(optimizer_name) + "_" + r.name;
      c.modes.optimizer = optimizer;
      c.hyper.learning_rate = as_float(0.05);
      c.hyper.momentum = as_float(0.9);
      c.hyper.beta1 = as_float(0.9);
      c.hyper.beta2 = as_float(0.999);
      c.hyper.epsilon = as_float(1e-3);
      r.set(c.modes, c.hyper);
      c.in_rows = r.in_rows;
      cases.push_back(c);
    }
  }
  return cases;
}

/// A matrix with some rows inside the ball of `max_norm` and some outside, and its gradients.
struct UnfusedInput {
  static constexpr std::int64_t kRows = 37;
  static constexpr std::int64_t kColumns = 131;
  static constexpr std::size_t kSize = static_cast<std::size_t>(kRows * kColumns);
  static constexpr int kSteps = 4;

  UnfusedInput() {
    std::mt19937 engine(20261121);
    std::normal_distribution<float> normal;
    for (std::size_t i = 0; i < kSize; ++i) {
      const float wider = static_cast<float>(i / static_cast<std::size_t>(kColumns)) / 37.0f;
      weight.push_back((0.1f + wider) * normal(engine));
    }
    for (std::vector<float>& step : gradients) {
      for (std::size_t i = 0; i < kSize; ++i) step.push_back(normal(engine));
    }
  }

  std::vector<float> weight;
  std::vector<float> gradients[kSteps];
};

struct UnfusedResult {
  std::vector<float> weight;
  std::vector<float> state[2];
};

template <class Place>
UnfusedResult run_unfused(const UnfusedCase& c, const UnfusedInput& input, Passes passes,
                          Traffic* traffic = nullptr) {
  const rules::Modes modes = from_reference(c.modes);
  const rules::Hyperparameters h = from_reference(c.hyper);
  typename Place::template Buffer<float> weight(input.weight);
  typename Place::template Buffer<float> state0(std::vector<float>(UnfusedInput::kSize));
  typename Place::template Buffer<float> state1(std::vector<float>(UnfusedInput::kSize));
  const std::unique_ptr<Step> step =
      Place::make_step(modes, passes, UnfusedInput::kRows, UnfusedInput::kColumns);
  rules::FilterState filter;
  for (const std::vector<float>& values : input.gradients) {
    const typename Place::template Buffer<float> gradient(values);
    step->run(rules::advance(modes, h, filter),
              {weight.data(),
               gradient.data(),
               {state0.data(), state1.data()},
               UnfusedInput::kRows,
               UnfusedInput::kColumns},
              nullptr);
    EXPECT_EQ(gradient.download(), values) << "the gradient was written";
  }
  if (traffic != nullptr) *traffic = step->traffic();
  return {weight.download(), {state0.download(), state1.download()}};
}

inline UnfusedResult run_fused(const UnfusedCase& c, const UnfusedInput& input) {
  UnfusedResult result{
      input.weight,
      {std::vector<float>(UnfusedInput::kSize), std::vector<float>(UnfusedInput::kSize)}};
  Tensor tensor =
      Tensor::matrix("weight", result.weight.data(), UnfusedInput::kRows, UnfusedInput::kColumns);
  tensor.state[0] = result.state[0].data();
  tensor.state[1] = result.state[1].data();
  Plan plan(Device::cpu(1), {group_from_reference(c.modes, c.hyper)}, {tensor});
  for (const std::vector<float>& gradient : input.gradients) {
    plan.bind_gradients({gradient.data()});
    plan.step();
  }
  return result;
}

/// A row's factor may differ in its last bits, and what follows from that in a few steps.
constexpr double kRowTolerance = 2e-6;  // weights are below 4

/// fp32 against the double reference over four steps.
constexpr double kReferenceTolerance = 5e-6;

inline void expect_close(const std::vector<float>& actual, const std::vector<float>& expected,
                         double tolerance) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    ASSERT_NEAR(actual[i], expected[i], tolerance) << "element " << i;
  }
}

template <class Place>
void expect_fused_result() {
  const UnfusedInput input;
  for (const UnfusedCase& c : unfused_cases()) {
    const UnfusedResult fused = run_fused(c, input);
    for (const Passes passes : {Passes::each_operation, Passes::zipped_optimizer}) {
      SCOPED_TRACE(c.name + (passes == Passes::each_operation ? ", each operation" : ", zipped"));
      const UnfusedResult unfused = run_unfused<Place>(c, input, passes);
      if (c.in_rows) {
        expect_close(unfused.weight, fused.weight, kRowTolerance);
        continue;
      }
      EXPECT_TRUE(same_bits(unfused.weight, fused.weight));
      EXPECT_TRUE(same_bits(unfused.state[0], fused.state[0]));
      EXPECT_TRUE(same_bits(unfused.state[1], fused.state[1]));
    }
  }
}

template <class Place>
void expect_reference_result() {
  const UnfusedInput input;
  for (const UnfusedCase& c : unfused_cases()) {
    State state(std::vector<double>(input.weight.begin(), input.weight.end()));
    const Layout layout = neurons_in_rows(UnfusedInput::kRows, UnfusedInput::kColumns);
    for (const std::vector<float>& gradient : input.gradients) {
      step(c.hyper, c.modes, layout, {gradient.begin(), gradient.end()}, state);
    }
    for (const Passes passes : {Passes::each_operation, Passes::zipped_optimizer}) {
      SCOPED_TRACE(c.name);
      const UnfusedResult unfused = run_unfused<Place>(c, input, passes);
      for (std::size_t i = 0; i < UnfusedInput::kSize; ++i) {
        ASSERT_NEAR(unfused.weight[i], state.w[i], kReferenceTolerance) << "element " << i;
      }
    }
  }
}

/// max-norm 6.5 with nothing else and no gradient: rows inside the ball keep every bit.
template <class Place>
void expect_rows_inside_untouched() {
  UnfusedInput input;
  for (std::vector<float>& gradient : input.gradients) {
    gradient.assign(UnfusedInput::kSize, 0.0f);
  }
  UnfusedCase c;
  c.hyper.max_norm = 6.5;
  const UnfusedResult result = run_unfused<Place>(c, input, Passes::each_operation);
  int inside = 0;
  for (std::int64_t r = 0; r < UnfusedInput::kRows; ++r) {
    const auto first = static_cast<std::ptrdiff_t>(r * UnfusedInput::kColumns);
    const std::vector<float> before(input.weight.begin() + first,
                                    input.weight.begin() + first + UnfusedInput::kColumns);
    const std::vector<float> after(result.weight.begin() + first,
                                   result.weight.begin() + first + UnfusedInput::kColumns);
    double squared = 0.0;
    for (const float w : before) squared += static_cast<double>(w) * static_cast<double>(w);
    if (squared > 6.5 * 6.5) {
      EXPECT_FALSE(same_bits(after, before)) << "row " << r;
    } else {
      EXPECT_TRUE(same_bits(after, before)) << "row " << r;
      ++inside;
    }
  }
  EXPECT_GT(inside, 0);
  EXPECT_LT(inside, UnfusedInput::kRows);
}

}  // namespace curb::testing
