// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Gradients that overlap what a step writes, or one another, are refused by both names, exactly
// then.
#include "host/plan/memory_map.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/host/plan/refusal.hpp"

namespace curb::testing {
namespace {

constexpr std::int64_t kColumns = 4;
constexpr std::size_t kPoolFloats = 1024;

Group group_of(OptimizerKind optimizer) {
  Group group;
  group.name = "group";
  group.modes.optimizer = optimizer;
  return group;
}

// One tensor with every array that it can have, cut from a pool: eight floats from the start of one
// to the start of the next, of which each takes at most four.
struct Everything {
  std::vector<float> pool = std::vector<float>(kPoolFloats);
  std::vector<Group> groups = {group_of(OptimizerKind::adam)};
  std::vector<Tensor> tensors = {Tensor::matrix("weight", at(0), 1, kColumns)};
  PlanOptions options;

  Everything() {
    Tensor& t = tensors[0];
    t.state[0] = at(1);
    t.state[1] = at(2);
    t.ema = at(3);
    t.mask = reinterpret_cast<const std::uint8_t*>(at(4));
    t.storage = Storage::bfloat16_master;
    t.bfloat16 = reinterpret_cast<std::uint16_t*>(at(5));
    options.found_inf = at(6);
    options.loss_scale = at(7);
  }
  Everything(const Everything&) = delete;
  Everything& operator=(const Everything&) = delete;

  float* at(std::size_t place) { return pool.data() + 16 + 8 * place; }
  plan::MemoryMap map() const { return plan::MemoryMap(groups, tensors, options); }
};

std::string checked(plan::MemoryMap& map, const std::vector<const void*>& gradients) {
  return refusal([&] { map.check_gradients("bind", gradients.data()); });
}

TEST(MemoryMap, NamesTheArrayThatAGradientOverlaps) {
  Everything all;
  plan::MemoryMap map = all.map();
  const std::pair<const char*, std::size_t> arrays[] = {{"tensor 'weight' (parameter)", 16},
                                                        {"tensor 'weight' (state[0])", 16},
                                                        {"tensor 'weight' (state[1])", 16},
                                                        {"tensor 'weight' (ema)", 16},
                                                        {"tensor 'weight' (mask)", 4},
                                                        {"tensor 'weight' (bfloat16)", 8},
                                                        {"found_inf", 4},
                                                        {"loss_scale", 4}};
  for (std::size_t place = 0; place < std::size(arrays); ++place) {
    const auto& [name, bytes] = arrays[place];
    const char* array = reinterpret_cast<const char*>(all.at(place));
    const std::string expected =
        "bind: the gradient of tensor 'weight' overlaps " + std::string(name);
    EXPECT_EQ(checked(map, {array}), expected);
    EXPECT_EQ(checked(map, {array - 12}), expected) << "by its last element";
    EXPECT_EQ(checked(map, {array + bytes - 4}), expected) << "by its first element";
    EXPECT_EQ(checked(map, {array - 16}), "") << "it ends where the array begins";
    EXPECT_EQ(checked(map, {array + bytes}), "") << "it begins where the array ends";
  }
}

TEST(MemoryMap, NamesTheRemainder) {
  std::vector<std::uint16_t> memory(64);
  Tensor tensor = Tensor::matrix("weight", nullptr, 2, 4);
  tensor.storage = Storage::bfloat16_remainder;
  tensor.bfloat16 = memory.data();
  tensor.remainder = memory.data() + 8;
  tensor.gradient_type = DataType::bfloat16;
  const std::vector<Tensor> tensors = {tensor};
  plan::MemoryMap map({group_of(OptimizerKind::sgd)}, tensors, {});
  EXPECT_EQ(checked(map, {memory.data() + 15}),
            "bind: the gradient of tensor 'weight' overlaps tensor 'weight' (remainder)");
  EXPECT_EQ(checked(map, {memory.data() + 16}), "");
}

TEST(MemoryMap, RefusesGradientsThatAreNullOrMisaligned) {
  Everything all;
  plan::MemoryMap map = all.map();
  const char* free = reinterpret_cast<const char*>(all.at(20));
  EXPECT_EQ(checked(map, {nullptr}), "bind: the gradient of tensor 'weight' is null");
  EXPECT_EQ(checked(map, {free}), "");
  EXPECT_EQ(checked(map, {nullptr}), "bind: the gradient of tensor 'weight' is null");
  EXPECT_EQ(checked(map, {free + 2}),
            "bind: the gradient of tensor 'weight' is not aligned to its element type");
  all.tensors[0].gradient_type = DataType::float16;
  plan::MemoryMap halves = all.map();
  EXPECT_EQ(checked(halves, {free + 2}), "");
  EXPECT_EQ(checked(halves, {free + 1}),
            "bind: the gradient of tensor 'weight' is not aligned to its element type");
  EXPECT_NE(checked(halves, {reinterpret_cast<const void*>(UINTPTR_MAX - 3)}), "");
}

// Against every array looked at one by one, at random places and in any order: what was found out
// about earlier gradients must not let a later one through.
TEST(MemoryMap, RefusesExactlyWhatOverlaps) {
  std::mt19937 random(7);
  int refused = 0;
  int accepted = 0;
  for (int round = 0; round < 50; ++round) {
    std::vector<float> pool(kPoolFloats);
    std::vector<Tensor> tensors;
    std::vector<std::pair<std::size_t, std::size_t>> taken;
    for (std::size_t next = random() % 20; next + 40 < kPoolFloats; next += random() % 60) {
      const std::size_t size = 1 + random() % 12;
      const std::size_t state = next + size + random() % 3;
      tensors.push_back(Tensor::matrix("t" + std::to_string(tensors.size()), pool.data() + next, 1,
                                       static_cast<std::int64_t>(size)));
      tensors.back().state[0] = pool.data() + state;
      taken.emplace_back(next, next + size);
      taken.emplace_back(state, state + size);
      next = state + size;
    }
    plan::MemoryMap map({group_of(OptimizerKind::momentum)}, tensors, {});
    std::vector<const void*> gradients(tensors.size(), pool.data() + kPoolFloats);
    for (int attempt = 0; attempt < 400; ++attempt) {
      const std::size_t t = random() % tensors.size();
      const auto size = static_cast<std::size_t>(tensors[t].columns);
      const std::size_t first = random() % (kPoolFloats - size);
      const bool overlaps = std::any_of(taken.begin(), taken.end(), [&](const auto& array) {
        return first < array.second && array.first < first + size;
      });
      gradients[t] = pool.data() + first;
      EXPECT_EQ(checked(map, gradients).empty(), !overlaps)
          << "round " << round << ", place " << first;
      (overlaps ? refused : accepted) += 1;
      if (overlaps) gradients[t] = pool.data() + kPoolFloats;
    }
  }
  EXPECT_GT(refused, 1000);
  EXPECT_GT(accepted, 1000);
}

class TwoGradients : public ::testing::Test {
 protected:
  plan::MemoryMap map(bool zero_gradients) {
    options_.zero_gradients = zero_gradients;
    return plan::MemoryMap({group_of(OptimizerKind::sgd)}, tensors_, options_);
  }
  float* at(std::size_t place) { return pool_.data() + 100 + place; }

 private:
  std::vector<float> pool_ = std::vector<float>(kPoolFloats);
  std::vector<Tensor> tensors_ = {Tensor::matrix("a", pool_.data(), 1, 8),
                                  Tensor::matrix("none", nullptr, 0, 3),
                                  Tensor::matrix("b", pool_.data() + 8, 1, 4)};
  PlanOptions options_;
};

TEST_F(TwoGradients, MayBeTheSameWhereTheyAreOnlyRead) {
  plan::MemoryMap read = map(false);
  EXPECT_EQ(checked(read, {at(0), nullptr, at(0)}), "");
  EXPECT_EQ(checked(read, {at(0), nullptr, at(5)}), "");
}

TEST_F(TwoGradients, MustBeApartWhereTheyAreZeroed) {
  plan::MemoryMap zeroed = map(true);
  const std::string a_and_b =
      "bind: the gradient of tensor 'a' overlaps the gradient of tensor 'b'";
  const std::string b_and_a =
      "bind: the gradient of tensor 'b' overlaps the gradient of tensor 'a'";
  EXPECT_EQ(checked(zeroed, {at(0), nullptr, at(8)}), "");
  EXPECT_EQ(checked(zeroed, {at(0), nullptr, at(7)}), a_and_b);
  EXPECT_EQ(checked(zeroed, {at(4), nullptr, at(0)}), "") << "in the other order";
  EXPECT_EQ(checked(zeroed, {at(3), nullptr, at(0)}), b_and_a);
  EXPECT_NE(checked(zeroed, {at(0), nullptr, at(0)}), "");
  EXPECT_EQ(checked(zeroed, {at(0), at(2), at(20)}), "") << "an empty gradient lies nowhere";
}

TEST(MemoryMap, ARefusedBindingLeavesTheOneBefore) {
  std::vector<float> weight = {1.0f, 1.0f};
  const std::vector<float> gradient = {1.0f, 2.0f};
  Group group = group_of(OptimizerKind::sgd);
  group.hyperparameters.learning_rate = 0.5f;
  Plan plan(Device::cpu(1), {group}, {Tensor::matrix("weight", weight.data(), 1, 2)});
  plan.bind_gradients({gradient.data()});
  EXPECT_EQ(refusal([&] { plan.bind_gradients({weight.data() + 1}); }),
            "bind_gradients: the gradient of tensor 'weight' overlaps tensor 'weight' (parameter)");
  plan.step();
  EXPECT_EQ(weight, (std::vector<float>{0.5f, 0.0f}));
}

}  // namespace
}  // namespace curb::testing
