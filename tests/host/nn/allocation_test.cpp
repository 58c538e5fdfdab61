// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A training step and an evaluation allocate nothing, from the second of a shape on. What oneDNN
// does inside a product is its own affair: requests that come from its library are not counted.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <new>

#include "host/nn/network.hpp"
#include "tests/host/backend/values.hpp"

namespace {

std::size_t allocations = 0;

void* allocate_counted(std::size_t size, const void* caller) {
  Dl_info from{};
  const bool of_library = dladdr(caller, &from) != 0 && from.dli_fname != nullptr &&
                          std::strstr(from.dli_fname, "libdnnl") != nullptr;
  if (!of_library) ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) { return allocate_counted(size, __builtin_return_address(0)); }
void* operator new[](std::size_t size) {
  return allocate_counted(size, __builtin_return_address(0));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace curb::testing {
namespace {

using backend::Activation;
using backend::Buffer;

/// How many allocations a training pass and an evaluation of `rows` rows make, once warm.
std::size_t allocations_per_step(std::int64_t rows) {
  const std::unique_ptr<backend::Backend> on = backend::make_cpu_backend(3);
  nn::Network network(*on,
                      {.layers = {{64, 200, Activation::gelu, 0.5f},
                                  {200, 100, Activation::tanh},
                                  {100, 10, Activation::identity}},
                       .loss = backend::Loss::softmax_cross_entropy,
                       .augmentation = {.shape = {8, 8}, .limits = {1.0f, 0.05f}},
                       .input_noise = 0.1f,
                       .input_dropout = 0.1f},
                      rows, 1);
  network.initialise({nn::Initialiser::he});
  const auto size = static_cast<std::size_t>(rows);
  Buffer<float> input(*on, size * 64);
  Buffer<std::int32_t> labels(*on, size);
  input.upload(random_values(size * 64, 1));
  labels.upload(random_labels(size, 10, 2));
  Buffer<backend::Clock> clock(*on, 1);
  Buffer<backend::LossSum> sum(*on, 1);
  const auto step = [&] {
    network.compute_gradients(input.data(), {.labels = labels.data()}, rows, clock.data(),
                              sum.data());
    on->advance(clock.data(), rows);
    network.evaluate(input.data(), {.labels = labels.data()}, rows, sum.data());
  };
  step();
  const std::size_t before = allocations;
  for (int i = 0; i < 10; ++i) step();
  return allocations - before;
}

TEST(Allocation, TheCounterCounts) {
  const std::size_t before = allocations;
  const auto number = std::make_unique<int>(3);
  EXPECT_EQ(*number, 3);
  EXPECT_GT(allocations, before);
}

TEST(Allocation, NoneInAStepOfASmallBatch) { EXPECT_EQ(allocations_per_step(10), 0u); }
TEST(Allocation, NoneInAStepOfALargeBatch) { EXPECT_EQ(allocations_per_step(300), 0u); }

}  // namespace
}  // namespace curb::testing
