// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Passes over a data set.
#include "host/train/passes.hpp"

#include <algorithm>
#include <cstddef>

namespace curb::train {
namespace {

/// Rows on the device.
struct Piece {
  std::int64_t first = 0;
  std::int64_t rows = 0;
  const float* features = nullptr;
  nn::Targets targets;
};

/// Calls use(piece) for one piece after the other; a piece is there until the next one.
template <class Use>
void for_each_piece(backend::Backend& backend, std::int64_t max_rows, const DeviceRows& data,
                    Use use) {
  const bool on_device = data.place() == backend::Place::device;
  const auto room = static_cast<std::size_t>(on_device ? 0 : std::min(max_rows, data.rows()));
  const auto columns = static_cast<std::size_t>(data.columns());
  const auto target_columns = static_cast<std::size_t>(data.target_columns());
  backend::Buffer<float> features(backend, room * columns);
  backend::Buffer<float> values(backend, room * target_columns);
  backend::Buffer<std::int32_t> labels(backend, target_columns == 0 ? room : 0);
  for (std::int64_t first = 0; first < data.rows(); first += max_rows) {
    Piece piece{first, std::min(max_rows, data.rows() - first), data.features(first),
                data.targets(first)};
    if (!on_device) {
      const auto rows = static_cast<std::size_t>(piece.rows);
      const auto move = [&](const auto*& from, auto& to, std::size_t width) {
        if (from == nullptr) return;
        backend.upload(from, to.data(), rows * width * sizeof *from);
        from = to.data();
      };
      move(piece.features, features, columns);
      move(piece.targets.values, values, target_columns);
      move(piece.targets.labels, labels, 1);
    }
    use(piece);
  }
}

}  // namespace

std::int64_t rows_at_once(std::int64_t batch, std::int64_t rows) {
  constexpr std::int64_t kEnough = 1024;
  return std::max({batch, std::min(rows, kEnough), std::int64_t{1}});
}

void add_losses(backend::Backend& backend, nn::Network& network, const DeviceRows& data,
                backend::LossSum* sum) {
  for_each_piece(backend, network.max_rows(), data, [&](const Piece& piece) {
    network.evaluate(piece.features, piece.targets, piece.rows, sum);
  });
}

Evaluation mean_of(const backend::LossSum& total, backend::Loss loss, const DeviceRows& data) {
  const auto samples = static_cast<double>(total.samples);
  Evaluation result{.loss = total.loss / samples, .accuracy = {}};
  const bool by_label = data.target_columns() == 0;
  if (by_label || loss == backend::Loss::sigmoid_cross_entropy) {
    result.accuracy = static_cast<double>(total.correct) / samples;
  }
  return result;
}

Evaluation evaluate(backend::Backend& backend, nn::Network& network, const DeviceRows& data) {
  backend::Buffer<backend::LossSum> sum(backend, 1);
  add_losses(backend, network, data, sum.data());
  return mean_of(sum.download().front(), network.description().loss, data);
}

Evaluation evaluate_outputs(backend::Backend& backend, backend::Loss loss,
                            std::span<const float> class_weights, std::span<const float> outputs,
                            const DeviceRows& data) {
  const std::int64_t width = static_cast<std::int64_t>(outputs.size()) / data.rows();
  const std::int64_t max_rows = rows_at_once(1, data.rows());
  backend::Buffer<float> values(backend, static_cast<std::size_t>(max_rows * width));
  backend::Buffer<float> weights(backend, class_weights.size());
  weights.upload(class_weights);
  backend::Buffer<backend::LossSum> sum(backend, 1);
  for_each_piece(backend, max_rows, data, [&](const Piece& piece) {
    backend.upload(outputs.data() + piece.first * width, values.data(),
                   static_cast<std::size_t>(piece.rows * width) * sizeof(float));
    backend.loss({.loss = loss,
                  .rows = piece.rows,
                  .outputs = width,
                  .output = values.data(),
                  .labels = piece.targets.labels,
                  .targets = piece.targets.values,
                  .class_weights = weights.data(),
                  .sum = sum.data()});
  });
  return mean_of(sum.download().front(), loss, data);
}

std::vector<float> predict(backend::Backend& backend, nn::Network& network,
                           const DeviceRows& data) {
  const std::int64_t outputs = network.description().outputs();
  std::vector<float> result(static_cast<std::size_t>(data.rows() * outputs));
  for_each_piece(backend, network.max_rows(), data, [&](const Piece& piece) {
    backend.download(network.predict(piece.features, piece.rows),
                     result.data() + piece.first * outputs,
                     static_cast<std::size_t>(piece.rows * outputs) * sizeof(float));
  });
  return result;
}

std::vector<float> data_gradient(backend::Backend& backend, nn::Network& network,
                                 const DeviceRows& data) {
  const backend::Buffer<backend::Clock> clock(backend, 1);
  backend::Buffer<backend::LossSum> sum(backend, 1);
  std::vector<double> total(network.layout().size, 0.0);
  for_each_piece(backend, network.max_rows(), data, [&](const Piece& piece) {
    network.compute_gradients(piece.features, piece.targets, piece.rows, clock.data(), sum.data());
    const std::vector<float> mean = network.gradients().download();
    const double share = static_cast<double>(piece.rows) / static_cast<double>(data.rows());
    for (std::size_t i = 0; i < total.size(); ++i) total[i] += share * mean[i];
  });
  return {total.begin(), total.end()};
}

}  // namespace curb::train
