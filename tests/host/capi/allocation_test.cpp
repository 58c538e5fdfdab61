// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What the C API says allocates nothing, allocates nothing on the host.
#include <cstdlib>
#include <new>

#include "tests/host/capi/layer.hpp"

namespace {

std::size_t allocations = 0;

void* allocate_counted(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) { return allocate_counted(size); }
void* operator new[](std::size_t size) { return allocate_counted(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace curb::testing {
namespace {

TEST(CApiAllocation, TheCounterCounts) {
  const std::size_t before = allocations;
  const auto number = std::make_unique<int>(3);
  EXPECT_EQ(*number, 3);
  EXPECT_GT(allocations, before);
}

/// What binding, new hyper-parameters and a step allocate, several times over.
std::size_t allocations_of_steps(Layer& layer) {
  PlanHandle plan;
  EXPECT_CURB_OK(curb_plan_create(plan, &layer.options));
  const std::size_t before = allocations;
  int failed = 0;
  for (int i = 0; i < 5; ++i) {
    if (layer.options.zero_gradients == 0) {
      failed += layer.bind(plan) != CURB_OK;
    } else {
      void* const gradients[] = {layer.weight_gradient.data(), layer.bias_gradient.data()};
      failed += curb_plan_bind_writable_gradients(plan, gradients, 2, nullptr) != CURB_OK;
    }
    layer.hyperparameters.learning_rate *= 0.5f;
    failed += curb_plan_set_hyperparameters(plan, 0, &layer.hyperparameters, nullptr) != CURB_OK;
    failed += curb_plan_step(plan, nullptr) != CURB_OK;
    if (layer.options.statistics != 0) {
      failed += curb_plan_collect_statistics(plan, nullptr) != CURB_OK;
    }
  }
  const std::size_t counted = allocations - before;
  EXPECT_EQ(failed, 0) << curb_error_detail();
  return counted;
}

TEST(CApiAllocation, NoneInAStep) {
  Layer layer;
  EXPECT_EQ(allocations_of_steps(layer), 0u);
}

TEST(CApiAllocation, NoneInAStepThatDoesAllThereIs) {
  Layer layer(40, 300);
  std::vector<std::uint16_t> halves(layer.weight.size());
  std::vector<float> average = layer.weight;
  layer.tensors[0].storage = CURB_STORAGE_BFLOAT16_MASTER;
  layer.tensors[0].bfloat16 = halves.data();
  layer.tensors[0].ema = average.data();
  layer.options.threads = 2;
  layer.options.clip_norm = 1.0f;
  layer.options.skip_non_finite = 1;
  layer.options.zero_gradients = 1;
  layer.options.statistics = 1;
  EXPECT_EQ(allocations_of_steps(layer), 0u);
}

}  // namespace
}  // namespace curb::testing
