// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Every epilogue with every algorithm that is offered for it, against double. On a GPU, what
// cuBLASLt has: where it offers no algorithm there is nothing to test.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "host/backend/cuda_matrix_product.hpp"
#include "tests/host/backend/values.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

using backend::CudaMatrixProduct;
using backend::CudaProduct;
using backend::Epilogue;
using backend::ProductShape;

std::size_t size(std::int64_t rows, std::int64_t columns) {
  return static_cast<std::size_t>(rows * columns);
}

/// Rows and inputs and outputs of a layer; widths on both sides of the 128 bits of a mask's row.
struct Sizes {
  std::int64_t rows, fan_in, fan_out;
};
constexpr Sizes kSizes[] = {{1, 1, 1}, {5, 7, 3}, {9, 4, 130}, {3, 6, 128}};

struct Layer {
  explicit Layer(const Sizes& s)
      : sizes(s),
        input(random_values(size(s.rows, s.fan_in), 1)),
        weight(random_values(size(s.fan_out, s.fan_in), 2)),
        bias(random_values(size(1, s.fan_out), 3)),
        delta(random_values(size(s.rows, s.fan_out), 4)) {}

  double pre_activation(std::int64_t row, std::int64_t column) const {
    double sum = bias[size(1, column)];
    for (std::int64_t k = 0; k < sizes.fan_in; ++k) {
      sum += static_cast<double>(input[size(row, sizes.fan_in) + size(1, k)]) *
             weight[size(column, sizes.fan_in) + size(1, k)];
    }
    return sum;
  }
  double weight_gradient(std::int64_t output, std::int64_t at) const {
    double sum = 0.0;
    for (std::int64_t r = 0; r < sizes.rows; ++r) {
      sum += static_cast<double>(delta[size(r, sizes.fan_out) + size(1, output)]) *
             input[size(r, sizes.fan_in) + size(1, at)];
    }
    return sum;
  }
  double bias_gradient(std::int64_t output) const {
    double sum = 0.0;
    for (std::int64_t r = 0; r < sizes.rows; ++r) {
      sum += delta[size(r, sizes.fan_out) + size(1, output)];
    }
    return sum;
  }

  Sizes sizes;
  std::vector<float> input, weight, bias, delta;
};

/// Calls check() after the product was made by each algorithm.
template <class Check>
void with_every_algorithm(CudaMatrixProduct& product, const CudaProduct& asked,
                          const Check& check) {
  int index = 0;
  for (const auto& algorithm : product.candidates(asked, 8)) {
    SCOPED_TRACE("algorithm " + std::to_string(index++));
    product.choose(asked, algorithm);
    product.multiply(asked, nullptr);
    check();
  }
}

void expect_forward(CudaMatrixProduct& product, const Layer& layer, Epilogue epilogue) {
  const Sizes& s = layer.sizes;
  const DeviceBuffer<float> input(layer.input), weight(layer.weight), bias(layer.bias);
  DeviceBuffer<float> output(size(s.rows, s.fan_out));
  DeviceBuffer<unsigned char> mask(backend::relu_mask_bytes(s.rows, s.fan_out));
  const CudaProduct asked{.shape = {false, true, s.rows, s.fan_out, s.fan_in},
                          .epilogue = epilogue,
                          .a = input.data(),
                          .b = weight.data(),
                          .c = output.data(),
                          .bias = bias.data(),
                          .mask = mask.data()};
  with_every_algorithm(product, asked, [&] {
    const std::vector<float> y = output.download();
    for (std::int64_t r = 0; r < s.rows; ++r) {
      for (std::int64_t j = 0; j < s.fan_out; ++j) {
        const double z = layer.pre_activation(r, j);
        const double expected = epilogue == Epilogue::bias ? z : std::fmax(z, 0.0);
        ASSERT_NEAR(y[size(r, s.fan_out) + size(1, j)], expected, 3e-6) << r << ", " << j;
      }
    }
  });
}

TEST(CudaEpilogue, BiasAndReluAreThoseOfTheLayer) {
  on_every_order([] {
    CudaMatrixProduct product(backend::Precision::fp32);
    for (const Sizes& sizes : kSizes) {
      for (const Epilogue epilogue :
           {Epilogue::bias, Epilogue::bias_relu, Epilogue::bias_relu_mask}) {
        expect_forward(product, Layer(sizes), epilogue);
      }
    }
  });
}

TEST(CudaEpilogue, AMaskLetsThroughWhatTheReluLetThrough) {
  on_every_order([] {
    CudaMatrixProduct product(backend::Precision::fp32);
    for (const Sizes& s : kSizes) {
      const Layer layer(s);
      // The layer above has as many outputs as this one has inputs.
      const std::vector<float> above = random_values(size(s.rows, s.fan_in), 5);
      const std::vector<float> above_weight = random_values(size(s.fan_in, s.fan_out), 6);
      const DeviceBuffer<float> input(layer.input), weight(layer.weight), bias(layer.bias);
      const DeviceBuffer<float> delta(above), delta_weight(above_weight);
      DeviceBuffer<float> output(size(s.rows, s.fan_out)), below(size(s.rows, s.fan_out));
      DeviceBuffer<unsigned char> mask(backend::relu_mask_bytes(s.rows, s.fan_out));
      const CudaProduct forward{.shape = {false, true, s.rows, s.fan_out, s.fan_in},
                                .epilogue = Epilogue::bias_relu_mask,
                                .a = input.data(),
                                .b = weight.data(),
                                .c = output.data(),
                                .bias = bias.data(),
                                .mask = mask.data()};
      const CudaProduct backward{.shape = {false, false, s.rows, s.fan_out, s.fan_in},
                                 .epilogue = Epilogue::relu_backward,
                                 .a = delta.data(),
                                 .b = delta_weight.data(),
                                 .c = below.data(),
                                 .mask = mask.data()};
      with_every_algorithm(product, forward, [&] {
        const std::vector<float> y = output.download();
        with_every_algorithm(product, backward, [&] {
          const std::vector<float> d = below.download();
          for (std::int64_t r = 0; r < s.rows; ++r) {
            for (std::int64_t j = 0; j < s.fan_out; ++j) {
              const std::size_t at = size(r, s.fan_out) + size(1, j);
              double sum = 0.0;
              for (std::int64_t k = 0; k < s.fan_in; ++k) {
                sum += static_cast<double>(above[size(r, s.fan_in) + size(1, k)]) *
                       above_weight[size(k, s.fan_out) + size(1, j)];
              }
              ASSERT_NEAR(d[at], y[at] > 0.0f ? sum : 0.0, 3e-6) << r << ", " << j;
            }
          }
        });
      });
    }
  });
}

TEST(CudaEpilogue, TheBiasGradientComesWithTheWeights) {
  on_every_order([] {
    CudaMatrixProduct product(backend::Precision::fp32);
    for (const Sizes& s : kSizes) {
      const Layer layer(s);
      const DeviceBuffer<float> input(layer.input), delta(layer.delta);
      DeviceBuffer<float> weight_gradient(size(s.fan_out, s.fan_in)),
          bias_gradient(size(1, s.fan_out));
      const CudaProduct asked{.shape = {true, false, s.fan_out, s.fan_in, s.rows},
                              .epilogue = Epilogue::bias_gradient,
                              .a = delta.data(),
                              .b = input.data(),
                              .c = weight_gradient.data(),
                              .bias_gradient = bias_gradient.data()};
      with_every_algorithm(product, asked, [&] {
        const std::vector<float> dw = weight_gradient.download();
        const std::vector<float> db = bias_gradient.download();
        for (std::int64_t j = 0; j < s.fan_out; ++j) {
          ASSERT_NEAR(db[size(1, j)], layer.bias_gradient(j), 3e-6);
          for (std::int64_t k = 0; k < s.fan_in; ++k) {
            ASSERT_NEAR(dw[size(j, s.fan_in) + size(1, k)], layer.weight_gradient(j, k), 3e-6);
          }
        }
      });
    }
  });
}

}  // namespace
}  // namespace curb::testing
