// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A dense layer's operations against the same in double.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/host/backend/activations.hpp"
#include "tests/host/backend/backends.hpp"
#include "tests/host/backend/values.hpp"

namespace curb::testing {
namespace {

using backend::Activation;
using backend::Buffer;

constexpr float kUntouched = 12345.0f;

struct Shape {
  std::int64_t rows;
  std::int64_t fan_in;
  std::int64_t fan_out;
};

const Shape kShapes[] = {{1, 1, 1}, {10, 33, 7}, {16, 64, 10}, {100, 17, 300}, {257, 5, 131}};

std::size_t at(std::int64_t row, std::int64_t columns, std::int64_t column) {
  return static_cast<std::size_t>(row * columns + column);
}

class DenseTest : public BackendTest {
 protected:
  /// Pre-activations (X W^T + b) in double.
  static std::vector<double> affine(const Shape& s, const std::vector<float>& x,
                                    const std::vector<float>& w, const std::vector<float>& b) {
    std::vector<double> z(at(s.rows, s.fan_out, 0));
    for (std::int64_t r = 0; r < s.rows; ++r) {
      for (std::int64_t j = 0; j < s.fan_out; ++j) {
        double sum = b[at(0, 0, j)];
        for (std::int64_t k = 0; k < s.fan_in; ++k) {
          sum += static_cast<double>(x[at(r, s.fan_in, k)]) * w[at(j, s.fan_in, k)];
        }
        z[at(r, s.fan_out, j)] = sum;
      }
    }
    return z;
  }
};

TEST_P(DenseTest, ForwardAgreesWithDouble) {
  for (const Shape& s : kShapes) {
    const std::vector<float> x = random_values(at(s.rows, s.fan_in, 0), 1);
    const std::vector<float> w = random_values(at(s.fan_out, s.fan_in, 0), 2);
    const std::vector<float> b = random_values(at(0, 0, s.fan_out), 3);
    const std::vector<double> z = affine(s, x, w, b);
    const Buffer<float> input = upload(x);
    const Buffer<float> weight = upload(w);
    const Buffer<float> bias = upload(b);
    for (const auto& [activation, name] : activations()) {
      SCOPED_TRACE(name + ", fan_in " + std::to_string(s.fan_in));
      Buffer<float> output(*on, z.size());
      Buffer<float> pre_activation = upload(std::vector<float>(z.size(), kUntouched));
      on->dense_forward({.rows = s.rows,
                         .fan_in = s.fan_in,
                         .fan_out = s.fan_out,
                         .input = input.data(),
                         .weight = weight.data(),
                         .bias = bias.data(),
                         .activation = activation,
                         .output = output.data(),
                         .pre_activation = pre_activation.data()});
      const std::vector<float> y = output.download();
      const std::vector<float> kept = pre_activation.download();
      for (std::size_t i = 0; i < z.size(); ++i) {
        ASSERT_NEAR(y[i], activate(activation, z[i]), 3e-6) << i;
        if (needs_pre_activation(activation)) {
          ASSERT_NEAR(kept[i], z[i], 3e-6) << i;
        } else {
          ASSERT_EQ(kept[i], kUntouched) << i;
        }
      }
    }
  }
}

TEST_P(DenseTest, WeightAndBiasGradientsAgreeWithDouble) {
  for (const Shape& s : kShapes) {
    const std::vector<float> x = random_values(at(s.rows, s.fan_in, 0), 1);
    const std::vector<float> d = random_values(at(s.rows, s.fan_out, 0), 4);
    const Buffer<float> input = upload(x);
    const Buffer<float> delta = upload(d);
    Buffer<float> weight = upload(std::vector<float>(at(s.fan_out, s.fan_in, 0), kUntouched));
    Buffer<float> bias = upload(std::vector<float>(at(0, 0, s.fan_out), kUntouched));
    on->dense_backward_weights({.rows = s.rows,
                                .fan_in = s.fan_in,
                                .fan_out = s.fan_out,
                                .delta = delta.data(),
                                .input = input.data(),
                                .weight_gradient = weight.data(),
                                .bias_gradient = bias.data()});
    const std::vector<float> dw = weight.download();
    const std::vector<float> db = bias.download();
    for (std::int64_t j = 0; j < s.fan_out; ++j) {
      double bias_sum = 0.0;
      for (std::int64_t r = 0; r < s.rows; ++r) bias_sum += d[at(r, s.fan_out, j)];
      ASSERT_FLOAT_EQ(db[at(0, 0, j)], static_cast<float>(bias_sum));
      for (std::int64_t k = 0; k < s.fan_in; ++k) {
        double sum = 0.0;
        for (std::int64_t r = 0; r < s.rows; ++r) {
          sum += static_cast<double>(d[at(r, s.fan_out, j)]) * x[at(r, s.fan_in, k)];
        }
        ASSERT_NEAR(dw[at(j, s.fan_in, k)], sum, 1e-5) << j << ", " << k;
      }
    }
  }
}

TEST_P(DenseTest, InputGradientIsThatOfThePreActivationsBelow) {
  for (const Shape& s : kShapes) {
    const std::vector<float> d = random_values(at(s.rows, s.fan_out, 0), 5);
    const std::vector<float> w = random_values(at(s.fan_out, s.fan_in, 0), 6);
    const std::vector<float> z = random_values(at(s.rows, s.fan_in, 0), 7, -3.0f, 3.0f);
    const Buffer<float> delta = upload(d);
    const Buffer<float> weight = upload(w);
    for (const auto& [activation, name] : activations()) {
      SCOPED_TRACE(name + ", fan_in " + std::to_string(s.fan_in));
      std::vector<float> kept = z;
      if (!needs_pre_activation(activation)) {
        for (float& value : kept) value = static_cast<float>(activate(activation, value));
      }
      const Buffer<float> kept_below = upload(kept);
      Buffer<float> input_delta(*on, z.size());
      on->dense_backward_input({.rows = s.rows,
                                .fan_in = s.fan_in,
                                .fan_out = s.fan_out,
                                .delta = delta.data(),
                                .weight = weight.data(),
                                .activation = activation,
                                .kept = kept_below.data(),
                                .input_delta = input_delta.data()});
      const std::vector<float> result = input_delta.download();
      for (std::int64_t r = 0; r < s.rows; ++r) {
        for (std::int64_t k = 0; k < s.fan_in; ++k) {
          double sum = 0.0;
          for (std::int64_t j = 0; j < s.fan_out; ++j) {
            sum += static_cast<double>(d[at(r, s.fan_out, j)]) * w[at(j, s.fan_in, k)];
          }
          const std::size_t i = at(r, s.fan_in, k);
          ASSERT_NEAR(result[i], sum * slope(activation, z[i]), 2e-5) << r << ", " << k;
        }
      }
    }
  }
}

TEST_P(DenseTest, ActivationsKeepTheirSlopesWhenSaturated) {
  const std::vector<float> z = {-200.0f, -90.0f, -20.0f, 0.0f, 20.0f, 90.0f, 200.0f};
  for (const auto& [activation, name] : activations()) {
    SCOPED_TRACE(name);
    std::vector<float> kept = z;
    if (!needs_pre_activation(activation)) {
      for (float& value : kept) value = static_cast<float>(activate(activation, value));
    }
    const Buffer<float> below = upload(kept);
    Buffer<float> delta = upload(std::vector<float>(z.size(), 1.0f));
    on->activation_backward({.activation = activation,
                             .kept = below.data(),
                             .delta = delta.data(),
                             .count = static_cast<std::int64_t>(z.size())});
    const std::vector<float> slopes = delta.download();
    for (std::size_t i = 0; i < z.size(); ++i) {
      const bool kink =
          z[i] == 0.0f && (activation == Activation::relu || activation == Activation::leaky_relu);
      if (kink) {  // the left derivative, as in other libraries
        EXPECT_EQ(slopes[i], activation == Activation::relu ? 0.0f : backend::kLeakyReluSlope);
      } else {
        EXPECT_NEAR(slopes[i], slope(activation, z[i]), 1e-6) << "z " << z[i];
      }
    }
  }
}

TEST_P(DenseTest, NoActivationHidesANaN) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Buffer<float> input = upload<float>({nan});
  const Buffer<float> one = upload<float>({1.0f});
  for (const auto& [activation, name] : activations()) {
    Buffer<float> output(*on, 1);
    Buffer<float> pre_activation(*on, 1);
    on->dense_forward({.rows = 1,
                       .fan_in = 1,
                       .fan_out = 1,
                       .input = input.data(),
                       .weight = one.data(),
                       .bias = one.data(),
                       .activation = activation,
                       .output = output.data(),
                       .pre_activation = pre_activation.data()});
    EXPECT_TRUE(std::isnan(output.download()[0])) << name;
  }
}

TEST_P(DenseTest, NoRowsAreNoWorkAndNoGradient) {
  Buffer<float> weight = upload<float>({1.0f, 2.0f});
  Buffer<float> bias = upload<float>({3.0f});
  Buffer<float> output = upload<float>({4.0f});
  on->dense_forward({.rows = 0,
                     .fan_in = 2,
                     .fan_out = 1,
                     .weight = weight.data(),
                     .bias = bias.data(),
                     .output = output.data()});
  on->dense_backward_input({.rows = 0,
                            .fan_in = 2,
                            .fan_out = 1,
                            .weight = weight.data(),
                            .input_delta = output.data()});
  EXPECT_EQ(output.download(), std::vector<float>{4.0f});
  on->dense_backward_weights({.rows = 0,
                              .fan_in = 2,
                              .fan_out = 1,
                              .weight_gradient = weight.data(),
                              .bias_gradient = bias.data()});
  EXPECT_EQ(weight.download(), (std::vector<float>{0.0f, 0.0f}));
  EXPECT_EQ(bias.download(), std::vector<float>{0.0f});
}

CURB_ON_EVERY_BACKEND(DenseTest);

}  // namespace
}  // namespace curb::testing
