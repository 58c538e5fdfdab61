// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What a step of ten thousand tensors asks of CUDA, as only the emulator can count it.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <curb/curb.hpp>
#include <memory>
#include <string>
#include <vector>

#include "tests/kernels/values.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

constexpr std::size_t kTensors = 10'000;
constexpr std::size_t kGroups = 50;

/// Tensors of 64 to 4,096 elements (to 96 where each access is checked for races), each in one of
/// fifty groups, with two sets of gradients.
class ManyTensors {
 public:
  explicit ManyTensors(const PlanOptions& options) {
    RandomFloats random(1);
    const std::size_t spread = simt::kRaceChecked ? 32 : 4096 - 64;
    std::size_t total = 0;
    for (std::size_t t = 0; t < kTensors; ++t) {
      sizes_.push_back(64 + (t * 2654435761u >> 7) % (spread + 1));
      total += sizes_.back();
    }
    // One allocation each, as an arena has; every tensor begins where the one before ends.
    weight_ = std::make_unique<DeviceBuffer<float>>(random.uniform(total));
    velocity_ = std::make_unique<DeviceBuffer<float>>(std::vector<float>(total, 0.0f));
    gradient_ = std::make_unique<DeviceBuffer<float>>(random.uniform(total + kTensors));
    std::vector<Group> groups(kGroups);
    for (std::size_t g = 0; g < kGroups; ++g) {
      groups[g].name = "group " + std::to_string(g);
      groups[g].modes.optimizer = OptimizerKind::momentum;
      groups[g].hyperparameters.learning_rate = 0.001f * static_cast<float>(g + 1);
      groups[g].hyperparameters.l1 = 0.01f;
    }
    std::vector<Tensor> tensors;
    std::size_t place = 0;
    for (std::size_t t = 0; t < kTensors; ++t) {
      Tensor tensor = Tensor::matrix("t" + std::to_string(t), weight_->data() + place, 1,
                                     static_cast<std::int64_t>(sizes_[t]), t % kGroups);
      tensor.state[0] = velocity_->data() + place;
      tensors.push_back(tensor);
      for (std::size_t set = 0; set < 2; ++set) {
        gradients_[set].push_back(gradient_->data() + place + set * (t % 7));
      }
      place += sizes_[t];
    }
    plan_ = std::make_unique<Plan>(Device::cuda(0), groups, tensors, options);
  }

  Plan& plan() { return *plan_; }
  void rebind(std::size_t set) { plan_->bind_gradients(gradients_[set % 2]); }

 private:
  std::vector<std::size_t> sizes_;
  std::unique_ptr<DeviceBuffer<float>> weight_;
  std::unique_ptr<DeviceBuffer<float>> velocity_;
  std::unique_ptr<DeviceBuffer<float>> gradient_;
  std::vector<const void*> gradients_[2];
  std::unique_ptr<Plan> plan_;
};

void expect_no_cost(const simt::Counts& counts) {
  EXPECT_EQ(counts.allocations, 0);
  EXPECT_EQ(counts.frees, 0);
  EXPECT_EQ(counts.host_waits, 0);
  EXPECT_EQ(counts.copies, 0);
  EXPECT_EQ(counts.pageable_async_copies, 0);
  EXPECT_EQ(counts.memsets, 0);
}

TEST(ManyTensors, StepInTwoLaunchesThatNeitherAllocateNorWait) {
  ManyTensors many({});
  EXPECT_EQ(many.plan().describe().launches, 2);
  for (std::size_t step = 0; step < 3; ++step) {
    simt::reset_counts();
    many.rebind(step);
    const simt::Counts bound = simt::counts();
    expect_no_cost(bound);
    EXPECT_EQ(bound.total_launches(), 20);  // 500 addresses travel with each
    simt::reset_counts();
    many.plan().step();
    const simt::Counts stepped = simt::counts();
    expect_no_cost(stepped);
    EXPECT_EQ(stepped.total_launches(), 2);
    EXPECT_EQ(stepped.launches.at("advance_groups"), 1);
    EXPECT_EQ(stepped.launches.at("update_elements"), 1);
  }
  EXPECT_EQ(many.plan().export_state()[kGroups - 1].step, 3u);
}

TEST(ManyTensors, AreClippedInThree) {
  PlanOptions options;
  options.clip_norm = 1.0f;
  options.skip_non_finite = true;
  ManyTensors many(options);
  many.rebind(0);
  EXPECT_EQ(many.plan().describe().launches, 3);
  simt::reset_counts();
  many.plan().step();
  expect_no_cost(simt::counts());
  EXPECT_EQ(simt::counts().total_launches(), 3);
}

}  // namespace
}  // namespace curb::testing
