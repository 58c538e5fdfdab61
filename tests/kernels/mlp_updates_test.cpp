// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The kernels through the fourteen update oracles, three steps each.
#include "tests/oracles/mlp_updates.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <curb/curb.hpp>
#include <memory>
#include <vector>

#include "tests/oracles/mlp_drive.hpp"
#include "tests/rules/from_reference.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

constexpr double kBound = 5e-7;
constexpr std::array kNames = {"W1", "b1", "W2", "b2"};

/// A plan on the device over the network; the weights come back after every step.
class DeviceNetwork {
 public:
  DeviceNetwork(const MlpUpdates& updates, const MlpUpdateCase& rule, MlpFloats& weights)
      : weights_(weights) {
    Group group;
    group.modes = from_reference(rule.modes);
    group.hyperparameters = from_reference(rule.weight_hyper);
    std::vector<Tensor> tensors;
    for (std::size_t t = 0; t < weights.size(); ++t) {
      const auto rows = static_cast<std::int64_t>(updates.initial[t].rows);
      const auto columns = static_cast<std::int64_t>(updates.initial[t].columns);
      parameter_[t] = buffer(weights[t]);
      gradient_[t] = buffer(weights[t]);
      Tensor tensor = rows == 1 ? Tensor::vector(kNames[t], parameter_[t]->data(), columns)
                                : Tensor::matrix(kNames[t], parameter_[t]->data(), rows, columns);
      for (std::size_t s = 0; s < 2; ++s) {
        state_[s][t] = buffer(std::vector<float>(weights[t].size(), 0.0f));
        tensor.state[s] = state_[s][t]->data();
      }
      tensors.push_back(tensor);
    }
    plan_ = std::make_unique<Plan>(Device::cuda(0), std::vector<Group>{group}, tensors);
    std::vector<const void*> pointers;
    for (const Buffer& gradient : gradient_) pointers.push_back(gradient->data());
    plan_->bind_gradients(pointers);
  }

  void step(const MlpFloats& gradients) {
    for (std::size_t t = 0; t < gradients.size(); ++t) gradient_[t]->upload(gradients[t]);
    plan_->step();
    for (std::size_t t = 0; t < gradients.size(); ++t) weights_[t] = parameter_[t]->download();
  }

 private:
  using Buffer = std::unique_ptr<DeviceBuffer<float>>;

  static Buffer buffer(const std::vector<float>& values) {
    return std::make_unique<DeviceBuffer<float>>(values);
  }

  MlpFloats& weights_;
  std::array<Buffer, 4> parameter_;
  std::array<Buffer, 4> gradient_;
  std::array<std::array<Buffer, 4>, 2> state_;
  std::unique_ptr<Plan> plan_;
};

TEST(MlpUpdates, ThroughTheKernelsLandOnTheOracles) {
  const MlpUpdates updates = load_mlp_updates();
  ASSERT_EQ(updates.cases.size(), 14U);
  const MlpStart start = [&updates](const MlpUpdateCase& rule, MlpFloats& weights) -> MlpStep {
    const auto network = std::make_shared<DeviceNetwork>(updates, rule, weights);
    return [network](const MlpFloats& gradients) { network->step(gradients); };
  };
  bool printed = false;
  on_every_order([&] {
    if (!printed) print_mlp_header();
    for (const MlpUpdateCase& rule : updates.cases) {
      const MlpDifferences differences = drive_mlp(updates, rule, start);
      if (!printed) print_mlp_row(rule, differences);
      for (std::size_t k = 0; k < kMlpSteps; ++k) {
        EXPECT_LE(differences[k], kBound) << rule.name << ", step " << k + 1;
      }
    }
    printed = true;
  });
}

}  // namespace
}  // namespace curb::testing
