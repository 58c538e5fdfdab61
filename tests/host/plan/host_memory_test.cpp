// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Plans on the CPU with arrays that it cannot reach. A GPU's memory has addresses in the process
// that may not be read; so has a mapping without permissions, which stands for it here.
#include "host/plan/host_memory.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstddef>
#include <memory>
#include <vector>

#include "tests/host/plan/refused_plan.hpp"

namespace curb::testing {
namespace {

/// Memory that is ours but may not be touched.
class Unreachable {
 public:
  Unreachable() {
    void* const address =
        ::mmap(nullptr, kBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    EXPECT_NE(address, MAP_FAILED);
    address_ = static_cast<std::byte*>(address);
  }
  ~Unreachable() { ::munmap(address_, kBytes); }
  Unreachable(const Unreachable&) = delete;
  Unreachable& operator=(const Unreachable&) = delete;

  /// As many blocks of 2 MiB further as are asked for.
  float* floats(std::size_t block = 0) const {
    return reinterpret_cast<float*>(address_ + (block << 21));
  }
  void allow_reading() { EXPECT_EQ(::mprotect(address_, kBytes, PROT_READ), 0); }

 private:
  static constexpr std::size_t kBytes = std::size_t{4} << 21;
  std::byte* address_;
};

TEST(HostMemory, IsWhatCanBeRead) {
  plan::HostMemory memory;
  Unreachable unreachable;
  const std::vector<float> values(10);
  for (int again = 0; again < 2; ++again) {
    EXPECT_TRUE(memory.can_read(values.data()));
    EXPECT_FALSE(memory.can_read(unreachable.floats(1)));
  }
  unreachable.allow_reading();
  EXPECT_TRUE(memory.can_read(unreachable.floats(1)));
  EXPECT_TRUE(memory.can_read(unreachable.floats(1) + 1));
}

TEST(HostMemory, IsAskedForOfEveryArrayOfAPlan) {
  const Unreachable unreachable;
  const char* const why = "is not in memory that the CPU can reach";
  Inputs inputs;
  inputs.group.modes.optimizer = OptimizerKind::adam;
  inputs.tensors[1].parameter = unreachable.floats();
  EXPECT_EQ(refusal([&] { inputs.plan(); }), std::string("tensor 'second' (parameter): ") + why);
  inputs.tensors[1].parameter = inputs.memory[1][0].data();
  inputs.tensors[0].state[1] = unreachable.floats(2);
  EXPECT_EQ(refusal([&] { inputs.plan(); }), std::string("tensor 'first' (state[1]): ") + why);
}

TEST(HostMemory, IsAskedForOfTheFirstGradients) {
  const Unreachable unreachable;
  Inputs inputs;
  Plan plan = inputs.plan();
  std::vector<const void*> gradients = inputs.gradients();
  gradients[1] = unreachable.floats(3);
  EXPECT_EQ(refusal([&] { plan.bind_gradients(gradients); }),
            "bind_gradients: the gradient of tensor 'second' is not in memory that the CPU can "
            "reach");
  plan.bind_gradients(inputs.gradients());
  EXPECT_EQ(refusal([&] { plan.step(); }), "");
}

}  // namespace
}  // namespace curb::testing
