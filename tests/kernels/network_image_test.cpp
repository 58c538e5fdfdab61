// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Moved images against the rule on the host, bit for bit, for every tail and misalignment.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <curb/rules/image_motion.hpp>
#include <string>
#include <vector>

#include "kernels/network.hpp"
#include "tests/kernels/values.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

constexpr rules::RandomKey kKey{{0x12345678u, 0x9abcdef0u}};
constexpr std::uint64_t kStep = (std::uint64_t{3} << 32) + 11;
constexpr rules::ImageMotionLimits kLimits{1.75f, 0.07f};

void expect_rule(const rules::ImageShape& shape, std::size_t images, std::size_t offset) {
  SCOPED_TRACE(std::to_string(images) + " images of " + std::to_string(shape.height) + " x " +
               std::to_string(shape.width) + ", offset " + std::to_string(offset));
  const auto pixels = static_cast<std::size_t>(shape.height * shape.width);
  const std::vector<float> input = RandomFloats(5).any(images * pixels);
  std::vector<float> expected;
  for (std::size_t i = 0; i < images; ++i) {
    const rules::ImageMotion motion =
        rules::draw_motion(kLimits, rules::random_block(kKey, kStep, i));
    for (std::int32_t y = 0; y < shape.height; ++y) {
      for (std::int32_t x = 0; x < shape.width; ++x) {
        expected.push_back(rules::moved_pixel(motion, input.data() + i * pixels, shape, y, x));
      }
    }
  }
  const DeviceBuffer<std::uint64_t> step(std::vector<std::uint64_t>{kStep});
  const DeviceBuffer<float> x(input, offset);
  DeviceBuffer<float> y(input.size(), 3 - offset);
  kernels::move_images({kKey, step.data()}, kLimits, shape, x.data(), y.data(),
                       static_cast<std::int64_t>(images), nullptr);
  EXPECT_TRUE(same_bits(y.download(), expected));
  EXPECT_TRUE(same_bits(x.download(), input));
}

TEST(NetworkImages, MoveByTheRule) {
  on_every_order([] {
    for (std::int32_t width = 1; width <= 32; ++width) {
      expect_rule({1 + width % 5, width}, 2, static_cast<std::size_t>(width % 4));
    }
    for (std::size_t offset = 0; offset < 4; ++offset) expect_rule({8, 8}, 3, offset);
    expect_rule({28, 28}, 2, 0);
    expect_rule({8, 16}, 2, 0);  // as many pixels as a block has threads
    expect_rule({3, 43}, 2, 0);  // one more
    expect_rule({8, 8}, 0, 0);
  });
}

}  // namespace
}  // namespace curb::testing
