// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/backend/cpu_image_motion.hpp"

#include <algorithm>
#include <cstring>

#include "host/backend/multiversion.hpp"

namespace curb::backend {
namespace {

constexpr std::int32_t kTile = 32;                 // pixels of a row
constexpr std::int64_t kPaddedPixels = 128 * 128;  // 64 KiB of a thread's stack

/// An image among as many zeros as its pixels' sources may lie outside it, so that none need be
/// asked where it is: a row and a column before it, two after it.
class PaddedImage {
 public:
  /// The zeros, in `pixels`, which has room for pixels_of(shape).
  CURB_HOST_DEVICE PaddedImage(float* pixels, const ImageShape& shape)
      : shape_(shape), stride_(shape.width + 3), first_(pixels + stride_ + 1) {
    std::fill_n(pixels, pixels_of(shape), 0.0f);
  }

  static constexpr std::int64_t pixels_of(const ImageShape& shape) {
    return (std::int64_t{shape.width} + 3) * (std::int64_t{shape.height} + 3);
  }

  CURB_HOST_DEVICE void set(const float* image) {
    for (std::int32_t y = 0; y < shape_.height; ++y) {
      std::copy_n(image + y * shape_.width, shape_.width, first_ + y * stride_);
    }
  }

  CURB_HOST_DEVICE void move(const rules::ImageMotion& motion, float* moved) const {
    for (std::int32_t y = 0; y < shape_.height; ++y) {
      for (std::int32_t x = 0; x < shape_.width; x += kTile) {
        const std::int32_t count = std::min(kTile, shape_.width - x);
        move_tile(motion, y, x, count, moved + y * shape_.width + x);
      }
    }
  }

 private:
  /// In two loops, since the one without reads at scattered places becomes vector instructions.
  CURB_HOST_DEVICE void move_tile(const rules::ImageMotion& motion, std::int32_t y, std::int32_t x,
                                  std::int32_t count, float* moved) const {
    std::int32_t place[kTile];
    float beyond_y[kTile];
    float beyond_x[kTile];
    for (std::int32_t i = 0; i < kTile; ++i) {
      const rules::PixelSource source = rules::source_of_pixel(motion, shape_, y, x + i);
      place[i] = source.y * stride_ + source.x;
      beyond_y[i] = source.beyond_y;
      beyond_x[i] = source.beyond_x;
    }
    for (std::int32_t i = 0; i < count; ++i) {
      const float* source = first_ + place[i];
      moved[i] = rules::interpolated_pixel(
          beyond_y[i], beyond_x[i],
          [&](std::int32_t down, std::int32_t right) { return source[down * stride_ + right]; });
    }
  }

  ImageShape shape_;
  std::int32_t stride_;
  float* first_;  // pixel (0, 0)
};

CURB_HOST_DEVICE void move_large(const rules::ImageMotion& motion, const ImageShape& shape,
                                 const float* image, float* moved) {
  for (std::int32_t y = 0; y < shape.height; ++y) {
    for (std::int32_t x = 0; x < shape.width; ++x) {
      *moved++ = rules::moved_pixel(motion, image, shape, y, x);
    }
  }
}

}  // namespace

CURB_MULTIVERSION
void move_image_range(const MoveImages& move, std::int64_t first, std::int64_t last) {
  const std::int64_t pixels = std::int64_t{move.shape.height} * move.shape.width;
  const bool large = PaddedImage::pixels_of(move.shape) > kPaddedPixels;
  float zeros[kPaddedPixels];
  PaddedImage padded(zeros, large ? ImageShape{} : move.shape);
  for (std::int64_t i = first; i < last; ++i) {
    const rules::ImageMotion motion = rules::draw_motion(
        move.limits, random_block(move.randomness.key, move.randomness.clock->step,
                                  static_cast<std::uint64_t>(i)));
    const float* image = move.x + i * pixels;
    float* moved = move.y + i * pixels;
    if (large) {
      move_large(motion, move.shape, image, moved);
    } else {
      padded.set(image);
      padded.move(motion, moved);
    }
  }
}

}  // namespace curb::backend
