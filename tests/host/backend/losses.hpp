// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The losses in double, straight from their definitions, and all of them by name.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "host/backend/backend.hpp"

namespace curb::testing {

/// Of one sample; for softmax the targets are one-hot.
inline double sample_loss(backend::Loss loss, const std::vector<double>& output,
                          const std::vector<double>& target) {
  double sum = 0.0;
  switch (loss) {
    case backend::Loss::softmax_cross_entropy: {
      const double largest = *std::max_element(output.begin(), output.end());
      double partition = 0.0;
      for (const double z : output) partition += std::exp(z - largest);
      for (std::size_t j = 0; j < output.size(); ++j) {
        sum -= target[j] * (output[j] - largest - std::log(partition));
      }
      return sum;
    }
    case backend::Loss::sigmoid_cross_entropy:
      for (std::size_t j = 0; j < output.size(); ++j) {
        sum += target[j] * std::log1p(std::exp(-output[j])) +
               (1.0 - target[j]) * std::log1p(std::exp(output[j]));
      }
      return sum;
    case backend::Loss::quadratic:
    case backend::Loss::mse:
      for (std::size_t j = 0; j < output.size(); ++j) {
        sum += (target[j] - output[j]) * (target[j] - output[j]);
      }
      return loss == backend::Loss::mse ? sum / static_cast<double>(output.size()) : 0.5 * sum;
  }
  return std::nan("");
}

inline const std::vector<std::pair<backend::Loss, std::string>>& losses() {
  static const std::vector<std::pair<backend::Loss, std::string>> all = {
      {backend::Loss::softmax_cross_entropy, "softmax_cross_entropy"},
      {backend::Loss::sigmoid_cross_entropy, "sigmoid_cross_entropy"},
      {backend::Loss::quadratic, "quadratic"},
      {backend::Loss::mse, "mse"}};
  return all;
}

}  // namespace curb::testing
