// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Dropout and noise: what is drawn is a function of key, step and element, and of nothing else.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tests/host/backend/backends.hpp"
#include "tests/host/backend/values.hpp"
#include "tests/kernels/values.hpp"

namespace curb::testing {
namespace {

using backend::Buffer;
using backend::Clock;
using backend::RandomKey;
using backend::RandomStream;

constexpr std::int64_t kCount = 100'003;  // several threads, and a tail

std::uint32_t word_of(RandomKey key, std::uint64_t step, std::size_t element) {
  return random_block(key, step, element / 4).word[element % 4];
}

class RandomTest : public BackendTest {
 protected:
  std::vector<float> drop(std::uint64_t step, float probability, const std::vector<float>& x) {
    const Buffer<Clock> clock = upload<Clock>({{.step = step}});
    Buffer<float> values = upload(x);
    on->dropout({.randomness = {key, clock.data()},
                 .probability = probability,
                 .x = values.data(),
                 .y = values.data(),
                 .count = static_cast<std::int64_t>(x.size())});
    return values.download();
  }

  std::vector<float> add_noise(std::uint64_t step, float deviation, const std::vector<float>& x) {
    const Buffer<Clock> clock = upload<Clock>({{.step = step}});
    const Buffer<float> values = upload(x);
    Buffer<float> noisy(*on, x.size());
    on->add_gaussian_noise({.randomness = {key, clock.data()},
                            .deviation = deviation,
                            .x = values.data(),
                            .y = noisy.data(),
                            .count = static_cast<std::int64_t>(x.size())});
    return noisy.download();
  }

  RandomKey key = backend::make_random_key(17, RandomStream::dropout, 3);
};

TEST_P(RandomTest, DropsTheElementsWhoseWordIsBelowTheProbability) {
  const std::vector<float> x = random_values(kCount, 1, 1.0f, 2.0f);
  const std::uint64_t step = (std::uint64_t{5} << 32) + 3;
  const std::vector<float> y = drop(step, 0.3f, x);
  std::size_t dropped = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool kept = word_of(key, step, i) * 0x1p-32 >= 0.3f - 0x1p-32;
    if (!kept) ++dropped;
    ASSERT_FLOAT_EQ(y[i], kept ? x[i] / 0.7f : 0.0f) << i;
  }
  // Four standard deviations of a binomial.
  EXPECT_NEAR(static_cast<double>(dropped) / kCount, 0.3, 4.0 * std::sqrt(0.21 / kCount));
}

TEST_P(RandomTest, DrawsTheSameMaskInTheSameStepOnly) {
  const std::vector<float> ones(kCount, 1.0f);
  const std::vector<float> first = drop(1, 0.5f, ones);
  EXPECT_EQ(drop(1, 0.5f, ones), first);
  const std::vector<float> second = drop(2, 0.5f, ones);
  std::size_t same = 0;
  for (std::size_t i = 0; i < ones.size(); ++i) same += first[i] == second[i] ? 1 : 0;
  EXPECT_NEAR(static_cast<double>(same) / kCount, 0.5, 4.0 * std::sqrt(0.25 / kCount));
}

TEST_P(RandomTest, ProbabilityZeroDropsNothing) {
  const std::vector<float> x = random_values(1000, 2);
  EXPECT_EQ(drop(1, 0.0f, x), x);
}

TEST_P(RandomTest, NoiseIsBoxAndMullersOfTheStream) {
  const std::vector<float> x = random_values(kCount, 3);
  const std::vector<float> y = add_noise(9, 0.25f, x);
  double sum = 0.0;
  double sum_of_squares = 0.0;
  double sum_of_fourths = 0.0;
  double sum_of_neighbours = 0.0;
  double before = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double u = rules::uniform(word_of(key, 9, i & ~std::size_t{1}));
    const double turn = 2.0 * std::numbers::pi * rules::uniform(word_of(key, 9, i | 1));
    const double normal =
        std::sqrt(-2.0 * std::log(u)) * (i % 2 == 0 ? std::cos(turn) : std::sin(turn));
    ASSERT_NEAR(y[i], x[i] + 0.25 * normal, 1e-6) << i;
    const double drawn = (static_cast<double>(y[i]) - x[i]) / 0.25;
    sum += drawn;
    sum_of_squares += drawn * drawn;
    sum_of_fourths += drawn * drawn * drawn * drawn;
    sum_of_neighbours += drawn * before;
    before = drawn;
  }
  // Each within four standard deviations of its sampling distribution.
  const double scale = 4.0 / std::sqrt(static_cast<double>(kCount));
  EXPECT_NEAR(sum / kCount, 0.0, scale);
  EXPECT_NEAR(sum_of_squares / kCount, 1.0, scale * std::sqrt(2.0));
  EXPECT_NEAR(sum_of_fourths / kCount, 3.0, scale * std::sqrt(96.0));
  EXPECT_NEAR(sum_of_neighbours / kCount, 0.0, scale);
}

TEST_P(RandomTest, TailsDrawWhatWholeTilesDraw) {
  const std::vector<float> ones(5000, 1.0f);
  const std::vector<float> mask = drop(4, 0.5f, ones);
  const std::vector<float> noise = add_noise(4, 1.0f, ones);
  for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{3}, std::size_t{1023},
                                  std::size_t{1025}, std::size_t{4097}}) {
    const std::vector<float> x(count, 1.0f);
    const auto end = static_cast<std::ptrdiff_t>(count);
    EXPECT_EQ(drop(4, 0.5f, x), std::vector<float>(mask.begin(), mask.begin() + end));
    EXPECT_EQ(add_noise(4, 1.0f, x), std::vector<float>(noise.begin(), noise.begin() + end));
  }
}

TEST_P(RandomTest, ImagesMoveByTheRule) {
  struct Case {
    backend::ImageShape shape;
    std::size_t images;
    backend::ImageMotionLimits limits;
  };
  const backend::ImageMotionLimits little{2.0f, 0.1f};
  const backend::ImageMotionLimits far{60.0f, 0.5f};  // most of an image comes from outside it
  const Clock step{.step = 12};
  const Buffer<Clock> clock = upload<Clock>({step});
  for (const auto& [shape, images, limits] : std::vector<Case>{
           {{6, 9}, 0, little},
           {{6, 9}, 1, little},
           {{6, 9}, 1000, little},  // for several threads
           {{1, 1}, 5, little},
           {{28, 28}, 3, little},
           {{28, 28}, 20, far},
           {{3, 100}, 3, little},
           {{100, 3}, 3, far},
           {{125, 125}, 2, little},  // the largest that the CPU pads
           {{126, 126}, 2, little},
       }) {
    const auto pixels = static_cast<std::size_t>(shape.height * shape.width);
    std::vector<float> x = random_values(images * pixels, 6);
    for (std::size_t i = 0; i < x.size(); i += 97)
      x[i] = rules::kInfinity;  // counts at no weight as well
    const Buffer<float> values = upload(x);
    Buffer<float> moved(*on, x.size());
    on->move_images({.randomness = {key, clock.data()},
                     .limits = limits,
                     .shape = shape,
                     .x = values.data(),
                     .y = moved.data(),
                     .images = static_cast<std::int64_t>(images)});
    std::vector<float> expected;
    for (std::size_t i = 0; i < images; ++i) {
      const rules::ImageMotion motion = rules::draw_motion(limits, random_block(key, step.step, i));
      for (std::int32_t at = 0; at < static_cast<std::int32_t>(pixels); ++at) {
        expected.push_back(rules::moved_pixel(motion, x.data() + i * pixels, shape,
                                              at / shape.width, at % shape.width));
      }
    }
    EXPECT_TRUE(same_bits(moved.download(), expected))
        << images << " of " << shape.height << " x " << shape.width << ", " << limits.shift;
  }
}

CURB_ON_EVERY_BACKEND(RandomTest);

}  // namespace
}  // namespace curb::testing
