// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The Plan on the CPU through the fourteen update oracles, three steps each.
#include "tests/oracles/mlp_updates.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <curb/curb.hpp>
#include <memory>
#include <vector>

#include "tests/host/plan/reference_group.hpp"
#include "tests/oracles/mlp_drive.hpp"

namespace curb::testing {
namespace {

constexpr double kBound = 5e-7;
constexpr std::array kNames = {"W1", "b1", "W2", "b2"};

// A plan over the network, and the memory it needs beside the weights.
struct Network {
  Network(const MlpUpdates& updates, const MlpUpdateCase& rule, MlpFloats& weights)
      : plan(Device::cpu(), {group_from_reference(rule.modes, rule.weight_hyper)},
             tensors(updates, weights)) {}

  std::vector<Tensor> tensors(const MlpUpdates& updates, MlpFloats& weights) {
    std::vector<Tensor> result;
    for (std::size_t t = 0; t < weights.size(); ++t) {
      const auto rows = static_cast<std::int64_t>(updates.initial[t].rows);
      const auto columns = static_cast<std::int64_t>(updates.initial[t].columns);
      Tensor tensor = rows == 1 ? Tensor::vector(kNames[t], weights[t].data(), columns)
                                : Tensor::matrix(kNames[t], weights[t].data(), rows, columns);
      for (std::size_t s = 0; s < 2; ++s) {
        states[s][t].assign(weights[t].size(), 0.0f);
        tensor.state[s] = states[s][t].data();
      }
      result.push_back(tensor);
    }
    return result;
  }

  void step(const MlpFloats& gradients) {
    std::vector<const void*> pointers;
    for (const std::vector<float>& gradient : gradients) pointers.push_back(gradient.data());
    plan.bind_gradients(pointers);  // they come from another place at every step
    plan.step();
  }

  std::array<MlpFloats, 2> states;
  Plan plan;
};

TEST(MlpUpdates, ThroughThePlanLandOnTheOracles) {
  const MlpUpdates updates = load_mlp_updates();
  ASSERT_EQ(updates.cases.size(), 14U);
  const MlpStart start = [&updates](const MlpUpdateCase& rule, MlpFloats& weights) -> MlpStep {
    const auto network = std::make_shared<Network>(updates, rule, weights);
    return [network](const MlpFloats& gradients) { network->step(gradients); };
  };
  print_mlp_header();
  for (const MlpUpdateCase& rule : updates.cases) {
    const MlpDifferences differences = drive_mlp(updates, rule, start);
    print_mlp_row(rule, differences);
    for (std::size_t k = 0; k < kMlpSteps; ++k) {
      EXPECT_LE(differences[k], kBound) << rule.name << ", step " << k + 1;
    }
  }
}

}  // namespace
}  // namespace curb::testing
