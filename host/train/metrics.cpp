// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Counting weights, and reports as JSON. A number that is not finite becomes null: JSON has none.
#include "host/train/metrics.hpp"

#include <algorithm>
#include <cmath>

namespace curb::train {

LayerMetrics measure(const WeightMatrix& weight) {
  LayerMetrics metrics;
  metrics.weights = weight.values.size();
  std::vector<bool> input_is_used(weight.fan_in, false);
  for (std::size_t neuron = 0; neuron < weight.fan_out; ++neuron) {
    const auto row = weight.values.subspan(neuron * weight.fan_in, weight.fan_in);
    std::size_t zeros = 0;
    double sum_of_squares = 0.0;
    for (std::size_t input = 0; input < row.size(); ++input) {
      const double w = row[input];
      if (w == 0.0) {
        ++zeros;
      } else {
        input_is_used[input] = true;
      }
      sum_of_squares += w * w;
    }
    metrics.zeros += zeros;
    if (zeros == row.size()) ++metrics.dead_neurons;
    const double norm = std::sqrt(sum_of_squares);
    if (norm > metrics.max_incoming_norm || std::isnan(norm)) metrics.max_incoming_norm = norm;
  }
  metrics.unused_inputs =
      static_cast<std::size_t>(std::count(input_is_used.begin(), input_is_used.end(), false));
  if (metrics.weights > 0) {
    metrics.fraction_zero =
        static_cast<double>(metrics.zeros) / static_cast<double>(metrics.weights);
  }
  return metrics;
}

void add_to(nlohmann::ordered_json& json, const std::string& rows, const Evaluation& evaluation) {
  json[rows + "_loss"] = evaluation.loss;
  if (evaluation.accuracy) json[rows + "_accuracy"] = *evaluation.accuracy;
}

nlohmann::ordered_json to_json(const std::vector<LayerMetrics>& layers) {
  auto list = nlohmann::ordered_json::array();
  for (const LayerMetrics& layer : layers) {
    list.push_back({{"weights", layer.weights},
                    {"zeros", layer.zeros},
                    {"fraction_zero", layer.fraction_zero},
                    {"max_incoming_norm", layer.max_incoming_norm},
                    {"dead_neurons", layer.dead_neurons},
                    {"unused_inputs", layer.unused_inputs}});
  }
  return list;
}

nlohmann::ordered_json to_json(const EpochMetrics& metrics) {
  nlohmann::ordered_json json;
  if (metrics.member) json["member"] = *metrics.member;
  json.update({{"epoch", metrics.epoch},
               {"step", metrics.step},
               {"seconds", metrics.seconds},
               {"samples_per_second", metrics.samples_per_second},
               {"learning_rate", metrics.learning_rate},
               {"data_loss", metrics.data_loss},
               {"penalty", metrics.penalty}});
  if (metrics.gradient_norm) json["gradient_norm"] = *metrics.gradient_norm;
  if (metrics.residual) json["residual"] = *metrics.residual;
  if (metrics.validation) add_to(json, "validation", *metrics.validation);
  if (metrics.test) add_to(json, "test", *metrics.test);
  json["layers"] = to_json(metrics.layers);
  return json;
}

}  // namespace curb::train
