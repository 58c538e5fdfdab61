// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Averages of networks, by way of logarithms, so that nothing can overflow or become infinite.
#include "host/train/committee.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "host/nn/network.hpp"
#include "host/train/network_setup.hpp"
#include "host/train/passes.hpp"

namespace curb::train {
namespace {

using backend::Loss;

/// log(sum exp(x)), in the order of the values.
double log_sum_exp(std::span<const double> values) {
  const double largest = *std::max_element(values.begin(), values.end());
  double sum = 0.0;
  for (const double x : values) sum += std::exp(x - largest);
  return largest + std::log(sum);
}

/// log(sigmoid(x))
double log_sigmoid(double x) { return std::min(x, 0.0) - std::log1p(std::exp(-std::fabs(x))); }

/// Leaves the logarithms of the softmax of each row.
void take_log_softmax(std::span<double> outputs, std::size_t width) {
  for (; !outputs.empty(); outputs = outputs.subspan(width)) {
    const double log_sum = log_sum_exp(outputs.first(width));
    for (double& x : outputs.first(width)) x -= log_sum;
  }
}

/// The logit of the mean probability of one label.
double mean_logit(std::span<const double> logits) {
  std::vector<double> yes;
  std::vector<double> no;
  for (const double x : logits) {
    yes.push_back(log_sigmoid(x));
    no.push_back(log_sigmoid(-x));
  }
  return log_sum_exp(yes) - log_sum_exp(no);
}

/// Of what the members say about one output: for a softmax, the logarithms of its probability.
double mean_output(Loss loss, std::span<const double> values) {
  const auto count = static_cast<double>(values.size());
  if (loss == Loss::softmax_cross_entropy) return log_sum_exp(values) - std::log(count);
  if (loss == Loss::sigmoid_cross_entropy) return mean_logit(values);
  return std::accumulate(values.begin(), values.end(), 0.0) / count;
}

nn::Network make_network(backend::Backend& backend, const Model& model, const DeviceRows& data) {
  return train::make_network(backend, model, rows_at_once(1, data.rows()));
}

}  // namespace

std::vector<float> mean_outputs(Loss loss, std::size_t width,
                                const std::vector<std::vector<float>>& members) {
  std::vector<std::vector<double>> outputs;
  for (const std::vector<float>& member : members) {
    outputs.emplace_back(member.begin(), member.end());
    if (loss == Loss::softmax_cross_entropy) take_log_softmax(outputs.back(), width);
  }
  std::vector<float> mean(members.front().size());
  std::vector<double> values(members.size());
  for (std::size_t i = 0; i < mean.size(); ++i) {
    for (std::size_t m = 0; m < values.size(); ++m) values[m] = outputs[m][i];
    mean[i] = static_cast<float>(mean_output(loss, values));
  }
  return mean;
}

std::vector<float> predict(backend::Backend& backend, std::span<const Model> members,
                           const DeviceRows& data) {
  std::vector<std::vector<float>> outputs;
  for (const Model& member : members) {
    nn::Network network = make_network(backend, member, data);
    outputs.push_back(predict(backend, network, data));
  }
  if (outputs.size() == 1) return outputs.front();
  return mean_outputs(members.front().loss, output_count(members.front().schema), outputs);
}

Evaluation evaluate(backend::Backend& backend, std::span<const Model> members,
                    const DeviceRows& data) {
  if (members.size() > 1) {
    const Model& first = members.front();
    return evaluate_outputs(backend, first.loss, first.class_weights,
                            predict(backend, members, data), data);
  }
  nn::Network network = make_network(backend, members.front(), data);
  return evaluate(backend, network, data);
}

}  // namespace curb::train
