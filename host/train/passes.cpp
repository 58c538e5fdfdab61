// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Passes over a data set.
#include "host/train/passes.hpp"

#include <algorithm>
#include <cstddef>

namespace curb::train {
namespace {

/// Calls use(first row, rows) for one piece after the other.
template <class Use>
void for_each_piece(const nn::Network& network, const DeviceRows& data, Use use) {
  for (std::int64_t first = 0; first < data.rows(); first += network.max_rows()) {
    use(first, std::min(network.max_rows(), data.rows() - first));
  }
}

}  // namespace

std::int64_t rows_at_once(std::int64_t batch, std::int64_t rows) {
  constexpr std::int64_t kEnough = 1024;
  return std::max({batch, std::min(rows, kEnough), std::int64_t{1}});
}

Evaluation evaluate(backend::Backend& backend, nn::Network& network, const DeviceRows& data) {
  backend::Buffer<backend::LossSum> sum(backend, 1);
  for_each_piece(network, data, [&](std::int64_t first, std::int64_t rows) {
    network.evaluate(data.features(first), data.targets(first), rows, sum.data());
  });
  const backend::LossSum total = sum.download().front();
  const auto samples = static_cast<double>(total.samples);
  Evaluation result{.loss = total.loss / samples, .accuracy = {}};
  const bool by_label = data.target_columns() == 0;
  if (by_label || network.description().loss == backend::Loss::sigmoid_cross_entropy) {
    result.accuracy = static_cast<double>(total.correct) / samples;
  }
  return result;
}

std::vector<float> predict(backend::Backend& backend, nn::Network& network,
                           const DeviceRows& data) {
  const std::int64_t outputs = network.description().outputs();
  std::vector<float> result(static_cast<std::size_t>(data.rows() * outputs));
  for_each_piece(network, data, [&](std::int64_t first, std::int64_t rows) {
    backend.download(network.predict(data.features(first), rows), result.data() + first * outputs,
                     static_cast<std::size_t>(rows * outputs) * sizeof(float));
  });
  return result;
}

std::vector<float> data_gradient(backend::Backend& backend, nn::Network& network,
                                 const DeviceRows& data) {
  const backend::Buffer<backend::Clock> clock(backend, 1);
  backend::Buffer<backend::LossSum> sum(backend, 1);
  std::vector<double> total(network.layout().size, 0.0);
  for_each_piece(network, data, [&](std::int64_t first, std::int64_t rows) {
    network.compute_gradients(data.features(first), data.targets(first), rows, clock.data(),
                              sum.data());
    const std::vector<float> mean = network.gradients().download();
    const double share = static_cast<double>(rows) / static_cast<double>(data.rows());
    for (std::size_t i = 0; i < total.size(); ++i) total[i] += share * mean[i];
  });
  return {total.begin(), total.end()};
}

}  // namespace curb::train
