// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What max-norm stores, for a million rows: |row| <= c in exact arithmetic, a second clamp changes
// no bit, and a row inside is not touched. Norms are decided in integers of 128 bits, so that the
// test says what is, not what a rounded sum suggests.
//
// Lengths from 1 to 5,000 have density n^-3/2, whose mean is sqrt(5000): 7e7 elements in all, where
// lengths uniform in their logarithm would make 6e8.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <curb/curb.hpp>
#include <random>
#include <string>
#include <vector>

namespace curb::testing {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr int kRows = 1'000'000;
constexpr int kRowsPerPlan = 10'000;
constexpr int kLongest = 5000;

// An upper bound of |row|^2 in units of 4^(exponent - 55), where c < 2^(exponent + 1), which is
// exact for every element of at least 2^-32 c: a float of that size is an integer of units. Smaller
// ones are rounded up. No element may exceed c; then 5,000 squares below 2^112 do not overflow.
Wide squared(const float* row, std::size_t length, int exponent) {
  const double unit = std::ldexp(1.0, 55 - exponent);
  Wide sum = 0;
  for (std::size_t i = 0; i < length; ++i) {
    const auto units = static_cast<std::uint64_t>(std::ceil(std::abs(row[i]) * unit));
    sum += static_cast<Wide>(units) * units;
  }
  return sum;
}

bool same_bits(const float* a, const float* b, std::size_t length) {
  return std::memcmp(a, b, length * sizeof(float)) == 0;
}

bool inside(const float* row, std::size_t length, float c) {
  const auto too_long = [c](float w) { return !(std::abs(w) <= c); };
  if (std::any_of(row, row + length, too_long)) return false;
  const int exponent = std::ilogb(c);
  return squared(row, length, exponent) <= squared(&c, 1, exponent);
}

std::size_t random_length(std::mt19937_64& random) {
  const double u = std::uniform_real_distribution<double>(0.0, 1.0)(random);
  const double root = 1.0 - u * (1.0 - 1.0 / std::sqrt(kLongest + 1.0));
  return static_cast<std::size_t>(1.0 / (root * root));
}

// What can trouble a clamp: rows far outside, rows within rounding of the sphere, one large element
// among small ones, equal elements (whose roundings all have one sign), and many magnitudes.
void fill_row(float* row, std::size_t length, float c, std::mt19937_64& random) {
  const auto uniform = [&random] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  const unsigned shape = static_cast<unsigned>(random() % 4);
  const double common = uniform() + 0.5;
  std::vector<double> values(length);
  double sum = 0.0;
  for (double& value : values) {
    value = shape == 0 ? common : 2.0 * uniform() - 1.0;
    if (shape == 1) value = std::ldexp(value, -static_cast<int>(random() % 24));
    if (shape == 2 && &value != values.data()) value *= 1e-4;
    sum += value * value;
  }
  const bool near = random() % 4 == 0;
  const double norm = static_cast<double>(c) * (near ? 1.0 + (uniform() - 0.5) * 0x1p-21
                                                     : std::exp2(14.0 * uniform() - 3.0));
  std::transform(values.begin(), values.end(), row,
                 [&](double value) { return static_cast<float>(value * norm / std::sqrt(sum)); });
}

// A plan over rows that each are a tensor, in groups that each have their own radius.
struct Rows {
  explicit Rows(std::mt19937_64& random) {
    for (int r = 0; r < kRowsPerPlan; ++r) {
      first.push_back(weights.size());
      weights.resize(weights.size() + random_length(random));
    }
    first.push_back(weights.size());
    for (int g = 0; g < 16; ++g) {
      Group group;
      group.name = "radius " + std::to_string(g);
      group.hyperparameters.learning_rate = 0.0f;
      group.hyperparameters.max_norm =
          static_cast<float>(std::exp2(std::uniform_real_distribution<double>(-6.0, 6.0)(random)));
      groups.push_back(group);
    }
    for (std::size_t r = 0; r < kRowsPerPlan; ++r) {
      fill_row(row(r), length(r), radius(r), random);
    }
  }

  Plan plan(const std::vector<float>& gradient) {
    std::vector<Tensor> tensors;
    std::vector<const void*> gradients;
    for (std::size_t r = 0; r < kRowsPerPlan; ++r) {
      tensors.push_back(Tensor::matrix("row", row(r), 1, static_cast<std::int64_t>(length(r)),
                                       r % groups.size()));
      gradients.push_back(gradient.data() + first[r]);
    }
    Plan result(Device::cpu(1), groups, tensors);
    result.bind_gradients(gradients);
    return result;
  }

  float* row(std::size_t r) { return weights.data() + first[r]; }
  std::size_t length(std::size_t r) const { return first[r + 1] - first[r]; }
  float radius(std::size_t r) const { return groups[r % groups.size()].hyperparameters.max_norm; }

  std::vector<float> weights;
  std::vector<std::size_t> first;
  std::vector<Group> groups;
};

TEST(StoredRows, AreInsideTheBallInExactArithmetic) {
  std::mt19937_64 random(20240609);
  std::size_t elements = 0;
  int clamped = 0;
  int near_sphere = 0;
  for (int batch = 0; batch < kRows / kRowsPerPlan; ++batch) {
    Rows rows(random);
    elements += rows.weights.size();
    const std::vector<float> before = rows.weights;
    const std::vector<float> zero(rows.weights.size(), 0.0f);
    Plan plan = rows.plan(zero);
    plan.step();
    std::uint64_t outside = 0;
    for (std::size_t r = 0; r < kRowsPerPlan; ++r) {
      const float* old_row = before.data() + rows.first[r];
      const float c = rows.radius(r);
      ASSERT_TRUE(inside(rows.row(r), rows.length(r), c)) << "batch " << batch << ", row " << r;
      if (inside(old_row, rows.length(r), c)) {
        ASSERT_TRUE(same_bits(old_row, rows.row(r), rows.length(r)))
            << "batch " << batch << ", row " << r << " was inside already";
      } else {
        ++outside;
        // No shorter than rounding makes it: three units in the last place of the factor.
        const float less = c * (1.0f - 0x1p-21f);
        ASSERT_FALSE(inside(rows.row(r), rows.length(r), less))
            << "batch " << batch << ", row " << r;
        near_sphere += inside(old_row, rows.length(r), c * (1.0f + 0x1p-20f));
      }
    }
    EXPECT_EQ(plan.statistics().clamped_rows, outside);
    clamped += static_cast<int>(outside);

    const std::vector<float> once = rows.weights;
    plan.step();
    ASSERT_TRUE(same_bits(once.data(), rows.weights.data(), once.size())) << "batch " << batch;
    EXPECT_EQ(plan.statistics().clamped_rows, outside);
  }
  EXPECT_GE(elements, 50'000'000U);
  EXPECT_GE(clamped, kRows / 2);
  EXPECT_GE(near_sphere, kRows / 20);
}

}  // namespace
}  // namespace curb::testing
