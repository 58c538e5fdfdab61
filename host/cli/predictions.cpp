// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Outputs to probabilities, and both to CSV (RFC 4180).
#include "host/cli/predictions.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace curb::cli {
namespace {

using backend::Loss;

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

std::vector<double> scores(Loss loss, std::span<const float> outputs) {
  std::vector<double> result(outputs.begin(), outputs.end());
  if (loss == Loss::sigmoid_cross_entropy) {
    for (double& x : result) x = 1.0 / (1.0 + std::exp(-x));
  } else if (loss == Loss::softmax_cross_entropy) {
    const double largest = *std::max_element(result.begin(), result.end());
    double sum = 0.0;
    for (double& x : result) sum += x = std::exp(x - largest);
    for (double& x : result) x /= sum;
  }
  return result;
}

std::string header(const data::Schema& schema) {
  std::string line;
  const auto add = [&line](const std::string& name) {
    line += (line.empty() ? "" : ",") + csv_field(name);
  };
  for (const std::string& name : schema.target_names) add(name);
  for (const std::string& name : schema.class_names) add("score of " + name);
  return line + "\n";
}

}  // namespace

std::string predictions_csv(const train::Model& model, std::span<const float> outputs) {
  const std::size_t width = train::output_count(model.schema);
  const bool classification = model.schema.task == data::Task::classification;
  std::string text = header(model.schema);
  for (std::size_t first = 0; first < outputs.size(); first += width) {
    const std::vector<double> row = scores(model.loss, outputs.subspan(first, width));
    std::string line;
    if (classification) {
      const auto best = std::max_element(row.begin(), row.end()) - row.begin();
      line = csv_field(model.schema.class_names[static_cast<std::size_t>(best)]);
    }
    for (const double score : row) {
      line += fmt::format("{}{:.7g}", line.empty() ? "" : ",", score);
    }
    text += line + "\n";
  }
  return text;
}

}  // namespace curb::cli
