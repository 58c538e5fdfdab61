// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The single element-wise operations against their formulas on the host, bit for bit.
#include "kernels/operations.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <curb/rules/gradient.hpp>
#include <curb/rules/soft_threshold.hpp>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/kernels/values.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// An operation and its formula for one element of weight and gradient.
struct GradientDecay {
  float learning_rate;
  float l2;
  void launch(float* weight, const float* gradient, std::size_t n) const {
    kernels::gradient_decay_step(weight, gradient, static_cast<std::int64_t>(n), learning_rate, l2,
                                 nullptr);
  }
  float formula(float w, float g) const {
    return std::fmaf(-learning_rate, std::fmaf(l2, w, g), w);
  }
};

struct L1Sign {
  float step;
  void launch(float* weight, const float*, std::size_t n) const {
    kernels::l1_sign_step(weight, static_cast<std::int64_t>(n), step, nullptr);
  }
  float formula(float w, float) const { return w > 0.0f ? w - step : w < 0.0f ? w + step : w; }
};

struct SoftThreshold {
  float threshold;
  void launch(float* weight, const float*, std::size_t n) const {
    kernels::soft_threshold(weight, static_cast<std::int64_t>(n), threshold, nullptr);
  }
  float formula(float w, float) const { return rules::soft_threshold(w, threshold); }
};

template <class Operation>
void expect_formula(const Operation& operation, const std::vector<float>& weight,
                    const std::vector<float>& gradient, std::size_t weight_offset = 0,
                    std::size_t gradient_offset = 0) {
  DeviceBuffer<float> w(weight, weight_offset);
  const DeviceBuffer<float> g(gradient, gradient_offset);
  std::vector<float> expected;
  for (std::size_t i = 0; i < weight.size(); ++i) {
    expected.push_back(operation.formula(weight[i], gradient[i]));
  }
  operation.launch(w.data(), g.data(), weight.size());
  EXPECT_TRUE(same_bits(w.download(), expected));
  EXPECT_TRUE(same_bits(g.download(), gradient));
}

template <class Operation>
void expect_formula_at_every_tail_and_offset(const Operation& operation) {
  RandomFloats random(1);
  for (std::size_t n = 0; n <= 70; ++n) {
    for (std::size_t offset = 0; offset < 8; ++offset) {
      SCOPED_TRACE(std::to_string(n) + " elements at offset " + std::to_string(offset));
      const std::vector<float> weight = random.any(n);
      const std::vector<float> gradient = random.any(n);
      expect_formula(operation, weight, gradient, offset, offset);
      expect_formula(operation, weight, gradient, offset, (offset + 1 + n % 3) % 8);
    }
  }
}

template <class Operation>
void expect_formula_of_many(const Operation& operation) {
  constexpr std::size_t kSize = 3 * 4096 + 77;  // some blocks, the last of them short
  RandomFloats random(2);
  expect_formula(operation, random.any(kSize), random.any(kSize), 3, 3);
  expect_formula(operation, random.any(kSize), random.any(kSize), 3, 1);
}

/// Every pair of special values.
template <class Operation>
void expect_formula_of_special_values(const Operation& operation) {
  std::vector<float> weight;
  std::vector<float> gradient;
  for (const float w : special_values()) {
    for (const float g : special_values()) {
      weight.push_back(w);
      gradient.push_back(g);
    }
  }
  expect_formula(operation, weight, gradient);
}

template <class Operation>
void expect_formula_everywhere(const Operation& operation) {
  on_every_order([&] {
    expect_formula_of_special_values(operation);
    expect_formula_of_many(operation);
    expect_formula_at_every_tail_and_offset(operation);
  });
}

TEST(GradientDecayStep, EqualsItsFormula) { expect_formula_everywhere(GradientDecay{0.1f, 0.3f}); }
TEST(L1SignStep, EqualsItsFormula) { expect_formula_everywhere(L1Sign{0.01f}); }
TEST(SoftThreshold, EqualsItsFormula) { expect_formula_everywhere(SoftThreshold{0.2f}); }

TEST(SoftThreshold, KeepsNanAndStoresPlusZero) {
  on_every_order([] {
    DeviceBuffer<float> w({kNan, -0.0f, -0.5f, 0.5f, 2.0f, -2.0f, kInf, -kInf});
    kernels::soft_threshold(w.data(), 8, 0.5f, nullptr);
    EXPECT_TRUE(same_bits(w.download(), {kNan, 0.0f, 0.0f, 0.0f, 1.5f, -1.5f, kInf, -kInf}));
  });
}

TEST(SoftThreshold, OfInfinityZeroesEveryFiniteWeight) {
  on_every_order([] {
    DeviceBuffer<float> w({kNan, -0.0f, 1.0f, -std::numeric_limits<float>::max()});
    kernels::soft_threshold(w.data(), 4, kInf, nullptr);
    EXPECT_TRUE(same_bits(w.download(), {kNan, 0.0f, 0.0f, 0.0f}));
  });
}

TEST(L1SignStep, LeavesZerosOfEitherSignAndOvershootsSmallWeights) {
  on_every_order([] {
    DeviceBuffer<float> w({0.0f, -0.0f, 0.25f, -0.25f, kNan});
    kernels::l1_sign_step(w.data(), 5, 0.5f, nullptr);
    EXPECT_TRUE(same_bits(w.download(), {0.0f, -0.0f, -0.25f, 0.25f, kNan}));
  });
}

TEST(SingleOperations, RefuseWhatTheyDocument) {
  EXPECT_THROW(kernels::gradient_decay_step(nullptr, nullptr, -1, 0.1f, 0.0f, nullptr),
               std::invalid_argument);
  EXPECT_THROW(kernels::gradient_decay_step(nullptr, nullptr, 0, kNan, 0.0f, nullptr),
               std::invalid_argument);
  EXPECT_THROW(kernels::gradient_decay_step(nullptr, nullptr, 0, 0.1f, kInf, nullptr),
               std::invalid_argument);
  EXPECT_THROW(kernels::l1_sign_step(nullptr, -1, 0.1f, nullptr), std::invalid_argument);
  EXPECT_THROW(kernels::l1_sign_step(nullptr, 0, kInf, nullptr), std::invalid_argument);
  EXPECT_THROW(kernels::soft_threshold(nullptr, -1, 0.1f, nullptr), std::invalid_argument);
  EXPECT_THROW(kernels::soft_threshold(nullptr, 0, -0.1f, nullptr), std::invalid_argument);
  EXPECT_THROW(kernels::soft_threshold(nullptr, 0, kNan, nullptr), std::invalid_argument);
}

}  // namespace
}  // namespace curb::testing
