// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A layer whose products round their factors, forward and backward, against the same in double.
#include <gtest/gtest.h>

#include <cmath>
#include <curb/rules/storage.hpp>
#include <string>
#include <vector>

#include "host/backend/cuda_backend.hpp"
#include "tests/host/backend/backends.hpp"
#include "tests/host/backend/values.hpp"

namespace curb::testing {
namespace {

using backend::Backend;
using backend::Buffer;
using backend::Precision;

constexpr std::int64_t kRows = 9;
constexpr std::int64_t kFanIn = 21;
constexpr std::int64_t kFanOut = 6;

std::size_t at(std::int64_t row, std::int64_t columns, std::int64_t column) {
  return static_cast<std::size_t>(row * columns + column);
}

float rounded(Precision precision, float value) {
  return precision == Precision::bf16 ? rules::from_bfloat16(rules::to_bfloat16(value)) : value;
}

/// Of a sum of products: bfloat16 factors are known, and their products are exact in fp32; how a
/// device rounds to TF32 is its own affair, within 2^-10 for each factor.
double tolerance(Precision precision) { return precision == Precision::tf32 ? 0x1p-9 : 1e-6; }

class PrecisionTest : public BackendTest {
 protected:
  /// What the layer gave for random values, and expects it to be right.
  void expect_layer(Precision precision) {
    const std::unique_ptr<Backend> device = backend::make_cuda_backend(0, precision);
    const std::vector<float> x = random_values(at(kRows, kFanIn, 0), 1);
    const std::vector<float> w = random_values(at(kFanOut, kFanIn, 0), 2);
    const std::vector<float> d = random_values(at(kRows, kFanOut, 0), 3);
    const auto put = [&](const std::vector<float>& values) {
      Buffer<float> buffer(*device, values.size());
      buffer.upload(values);
      return buffer;
    };
    const Buffer<float> input = put(x), weight = put(w), delta = put(d);
    const Buffer<float> bias = put(std::vector<float>(kFanOut, 0.0f));
    Buffer<float> output(*device, at(kRows, kFanOut, 0));
    Buffer<float> weight_gradient(*device, w.size()), bias_gradient(*device, kFanOut);
    Buffer<float> input_delta(*device, x.size());
    backend::DenseForward forward{.rows = kRows,
                                  .fan_in = kFanIn,
                                  .fan_out = kFanOut,
                                  .input = input.data(),
                                  .weight = weight.data(),
                                  .bias = bias.data(),
                                  .output = output.data()};
    Buffer<std::byte> notes(*device, device->dense_notes_bytes(forward));
    forward.notes = notes.data();
    const auto recording = device->record([&] {
      device->dense_forward(forward);
      device->dense_backward_weights({.rows = kRows,
                                      .fan_in = kFanIn,
                                      .fan_out = kFanOut,
                                      .delta = delta.data(),
                                      .input = input.data(),
                                      .weight_gradient = weight_gradient.data(),
                                      .bias_gradient = bias_gradient.data(),
                                      .notes = notes.data()});
      device->dense_backward_input({.rows = kRows,
                                    .fan_in = kFanIn,
                                    .fan_out = kFanOut,
                                    .delta = delta.data(),
                                    .weight = weight.data(),
                                    .input_delta = input_delta.data(),
                                    .notes = notes.data()});
    });
    recording->replay();

    const auto expect_sum = [&](float actual, std::int64_t terms, const auto& left,
                                const auto& right) {
      double sum = 0.0, magnitude = 0.0;
      for (std::int64_t k = 0; k < terms; ++k) {
        const double term = static_cast<double>(rounded(precision, left(k))) *
                            static_cast<double>(rounded(precision, right(k)));
        sum += term;
        magnitude += std::fabs(term);
      }
      EXPECT_NEAR(actual, sum, tolerance(precision) * magnitude);
    };
    const std::vector<float> y = output.download(), dw = weight_gradient.download();
    const std::vector<float> db = bias_gradient.download(), dx = input_delta.download();
    for (std::int64_t r = 0; r < kRows; ++r) {
      for (std::int64_t j = 0; j < kFanOut; ++j) {
        expect_sum(
            y[at(r, kFanOut, j)], kFanIn, [&](auto k) { return x[at(r, kFanIn, k)]; },
            [&](auto k) { return w[at(j, kFanIn, k)]; });
      }
      for (std::int64_t i = 0; i < kFanIn; ++i) {
        expect_sum(
            dx[at(r, kFanIn, i)], kFanOut, [&](auto k) { return d[at(r, kFanOut, k)]; },
            [&](auto k) { return w[at(k, kFanIn, i)]; });
      }
    }
    for (std::int64_t j = 0; j < kFanOut; ++j) {
      double sum = 0.0;
      for (std::int64_t r = 0; r < kRows; ++r) sum += d[at(r, kFanOut, j)];
      // A bias is no product: its gradient is of the deltas as they are, but for TF32's epilogue.
      EXPECT_NEAR(db[at(0, 0, j)], sum, precision == Precision::tf32 ? 1e-2 : 1e-5);
      for (std::int64_t i = 0; i < kFanIn; ++i) {
        expect_sum(
            dw[at(j, kFanIn, i)], kRows, [&](auto k) { return d[at(k, kFanOut, j)]; },
            [&](auto k) { return x[at(k, kFanIn, i)]; });
      }
    }
    outputs.push_back(y);
  }

  std::vector<std::vector<float>> outputs;
};

TEST_P(PrecisionTest, FactorsAreRoundedAndSumsAreNot) {
  expect_layer(Precision::fp32);
  expect_layer(Precision::tf32);
  expect_layer(Precision::bf16);
  EXPECT_NE(outputs[0], outputs[1]);
  EXPECT_NE(outputs[1], outputs[2]);
}

CURB_ON_EVERY_BACKEND(PrecisionTest);

}  // namespace
}  // namespace curb::testing
