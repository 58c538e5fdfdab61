// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/train/readings.hpp"

#include <utility>

#include "host/train/passes.hpp"

namespace curb::train {
namespace {

using backend::Place;

std::optional<DeviceRows> upload(backend::Backend& backend,
                                 const std::optional<data::Dataset>& dataset) {
  if (!dataset) return std::nullopt;
  return std::make_optional<DeviceRows>(backend, *dataset);
}

}  // namespace

Readings::Readings(backend::Backend& backend, nn::Network& network, const data::DataSets& data)
    : backend_(backend),
      network_(network),
      validation_rows_(upload(backend, data.validation)),
      test_rows_(upload(backend, data.test)),
      sums_(backend, sums),
      sums_here_(backend, sums, Place::host),
      parameters_here_(backend, network.parameters().size(), Place::host) {}

void Readings::ask(const backend::LossSum* losses) {
  sums_.clear();
  backend_.copy(losses, sums_.data() + training, sizeof *losses);
  if (validation_rows_) {
    add_losses(backend_, network_, *validation_rows_, sums_.data() + validation);
  }
  if (test_rows_) add_losses(backend_, network_, *test_rows_, sums_.data() + test);
  backend_.download_later(sums_.data(), sums_here_.data(), sums_.bytes());
  const backend::Buffer<float>& parameters = network_.parameters();
  backend_.download_later(parameters.data(), parameters_here_.data(), parameters.bytes());
  end_ = backend_.moment();
}

Reading Readings::take() {
  std::exchange(end_, nullptr)->wait();
  const float* const first = parameters_here_.data();
  return {.losses = sums_here_.data()[training],
          .parameters = {first, first + parameters_here_.size()},
          .validation = mean(validation_rows_, validation),
          .test = mean(test_rows_, test)};
}

std::optional<Evaluation> Readings::mean(const std::optional<DeviceRows>& rows, Sum which) const {
  if (!rows) return std::nullopt;
  return mean_of(sums_here_.data()[which], network_.description().loss, *rows);
}

}  // namespace curb::train
