// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Moved images: motions whose answer is plain, and any motion against the same in double.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <curb/rules/image_motion.hpp>
#include <numbers>
#include <vector>

namespace curb::rules {
namespace {

using Image = std::vector<float>;

constexpr RandomKey kKey{{0x12345678u, 0x9abcdef0u}};

PhiloxBlock block(std::uint64_t index) { return random_block(kKey, 7, index); }

Image random_image(const ImageShape& shape) {
  Image image(static_cast<std::size_t>(shape.height * shape.width));
  for (std::size_t i = 0; i < image.size(); ++i) {
    image[i] = uniform(random_block(kKey, 1, i / 4).word[i % 4]);
  }
  return image;
}

Image moved(const ImageMotion& motion, const Image& image, const ImageShape& shape) {
  Image result;
  for (std::int32_t y = 0; y < shape.height; ++y) {
    for (std::int32_t x = 0; x < shape.width; ++x) {
      result.push_back(moved_pixel(motion, image.data(), shape, y, x));
    }
  }
  return result;
}

/// Bilinear interpolation in double, from the definition.
double expected_pixel(const ImageMotion& motion, const Image& image, const ImageShape& shape, int y,
                      int x) {
  const double u = x - double{motion.shift_x} - (shape.width - 1) / 2.0;
  const double v = y - double{motion.shift_y} - (shape.height - 1) / 2.0;
  const double from_x = motion.cosine * u + motion.sine * v + (shape.width - 1) / 2.0;
  const double from_y = motion.cosine * v - motion.sine * u + (shape.height - 1) / 2.0;
  double sum = 0.0;
  for (int row = 0; row < shape.height; ++row) {
    for (int column = 0; column < shape.width; ++column) {
      const double weight = std::fmax(0.0, 1.0 - std::fabs(from_x - column)) *
                            std::fmax(0.0, 1.0 - std::fabs(from_y - row));
      sum += weight * double{image[static_cast<std::size_t>(row * shape.width + column)]};
    }
  }
  return sum;
}

TEST(ImageMotion, NoneChangesNoBit) {
  for (const ImageShape shape : {ImageShape{1, 1}, {8, 8}, {5, 12}, {28, 28}, {3, 1001}}) {
    const Image image = random_image(shape);
    EXPECT_EQ(moved({}, image, shape), image) << shape.height << " x " << shape.width;
    const ImageMotion drawn = draw_motion({}, block(1));
    EXPECT_EQ(moved(drawn, image, shape), image);
  }
}

TEST(ImageMotion, ShiftsRightAndDown) {
  const ImageShape shape{2, 3};
  const Image image{1, 2, 3,  //
                    4, 5, 6};
  EXPECT_EQ(moved({1, 0, 1, 0}, image, shape), (Image{0, 1, 2, 0, 4, 5}));
  EXPECT_EQ(moved({1, 0, -2, 1}, image, shape), (Image{0, 0, 0, 3, 0, 0}));
  EXPECT_EQ(moved({1, 0, 0.25f, 0}, image, shape), (Image{0.75f, 1.75f, 2.75f, 3, 4.75f, 5.75f}));
  EXPECT_EQ(moved({1, 0, 0, -0.5f}, image, shape), (Image{2.5f, 3.5f, 4.5f, 2, 2.5f, 3}));
  EXPECT_EQ(moved({1, 0, 1e30f, -1e30f}, image, shape), Image(6, 0.0f));
}

TEST(ImageMotion, TurnsClockwise) {
  const ImageShape shape{3, 3};
  const Image image{1, 2, 3,  //
                    4, 5, 6,  //
                    7, 8, 9};
  const SineCosine quarter = sine_cosine_of_turns(0.25f);
  EXPECT_EQ(moved({quarter.cosine, quarter.sine, 0, 0}, image, shape), (Image{7, 4, 1,  //
                                                                              8, 5, 2,  //
                                                                              9, 6, 3}));
  EXPECT_EQ(moved({quarter.cosine, -quarter.sine, 1, 0}, image, shape), (Image{0, 3, 6,  //
                                                                               0, 2, 5,  //
                                                                               0, 1, 4}));
}

TEST(ImageMotion, IsBilinearInterpolation) {
  for (const ImageShape shape : {ImageShape{1, 1}, {8, 8}, {5, 12}, {28, 28}}) {
    const Image image = random_image(shape);
    for (std::uint64_t i = 0; i < 20; ++i) {
      const ImageMotion motion = draw_motion({2.5f, 0.4f}, block(i));
      for (int y = 0; y < shape.height; ++y) {
        for (int x = 0; x < shape.width; ++x) {
          ASSERT_NEAR(moved_pixel(motion, image.data(), shape, y, x),
                      expected_pixel(motion, image, shape, y, x), 1e-5)
              << "motion " << i << ", pixel " << y << ", " << x;
        }
      }
    }
  }
}

TEST(ImageMotion, IsDrawnUniformlyWithinTheLimits) {
  constexpr int kDraws = 20000;
  double sum[3] = {};
  double squares[3] = {};
  double products = 0.0;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    const ImageMotion motion = draw_motion({3.0f, 0.125f}, block(i));
    const double turn = std::atan2(motion.sine, motion.cosine) / (2.0 * std::numbers::pi);
    const double relative[] = {turn / 0.125, motion.shift_x / 3.0, motion.shift_y / 3.0};
    for (int k = 0; k < 3; ++k) {
      ASSERT_LT(std::fabs(relative[k]), 1.0 + 1e-6);
      sum[k] += relative[k];
      squares[k] += relative[k] * relative[k];
    }
    products += relative[1] * relative[2] + relative[0] * relative[1];
  }
  const double deviation = 4.0 / std::sqrt(static_cast<double>(kDraws));
  for (int k = 0; k < 3; ++k) {
    EXPECT_NEAR(sum[k] / kDraws, 0.0, deviation * std::sqrt(1.0 / 3.0));
    EXPECT_NEAR(squares[k] / kDraws, 1.0 / 3.0, deviation * std::sqrt(4.0 / 45.0));
  }
  EXPECT_NEAR(products / kDraws, 0.0, deviation * std::sqrt(2.0) / 3.0);
}

}  // namespace
}  // namespace curb::rules
