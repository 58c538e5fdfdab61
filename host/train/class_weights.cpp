// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/train/class_weights.hpp"

#include <string>

#include "host/data/message.hpp"

namespace curb::train {
namespace {

std::vector<float> balanced(const data::Dataset& data) {
  const std::vector<std::string>& classes = data.schema.class_names;
  std::vector<double> rows(classes.size(), 0.0);
  for (const std::int32_t label : data.labels) rows[static_cast<std::size_t>(label)] += 1.0;
  std::vector<float> weights;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    if (rows[c] == 0.0) {
      throw SettingError("class_weights", "cannot be balanced: there is no training row of class " +
                                              data::in_quotes(classes[c]));
    }
    const auto all = static_cast<double>(data.rows);
    weights.push_back(static_cast<float>(all / (static_cast<double>(classes.size()) * rows[c])));
  }
  return weights;
}

}  // namespace

std::vector<float> class_weights(const Settings& settings, const data::Dataset& data) {
  if (!settings.class_weights) return {};
  if (settings.class_weights->balanced) return balanced(data);
  const std::vector<float>& weights = settings.class_weights->values;
  if (weights.size() != data.schema.class_names.size()) {
    throw SettingError("class_weights",
                       "has " + std::to_string(weights.size()) + " weights for the data's " +
                           std::to_string(data.schema.class_names.size()) + " classes");
  }
  return weights;
}

}  // namespace curb::train
