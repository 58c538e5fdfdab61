// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Small random motions of images: a turn about the centre, then a shift. Pixels between those of
// the image are interpolated bilinearly; outside it, all is 0.
#pragma once

#include <cstdint>
#include <curb/rules/elementary.hpp>
#include <curb/rules/numeric.hpp>
#include <curb/rules/philox.hpp>

namespace curb::rules {

struct ImageMotion {
  float cosine = 1.0f;
  float sine = 0.0f;
  float shift_x = 0.0f;  ///< pixels to the right
  float shift_y = 0.0f;  ///< pixels down
};

/// How far an image may be moved, uniformly and either way.
struct ImageMotionLimits {
  float shift = 0.0f;  ///< pixels in x and in y; >= 0
  float turns = 0.0f;  ///< full turns, clockwise as one sees it (y points down); in [0, 1/2]
};

/// Uniform in (-1, 1).
CURB_HOST_DEVICE float symmetric_uniform(std::uint32_t word) {
  return fma(2.0f, uniform(word), -1.0f);
}

CURB_HOST_DEVICE ImageMotion draw_motion(const ImageMotionLimits& limits,
                                         const PhiloxBlock& drawn) {
  const float turns = mul(limits.turns, symmetric_uniform(drawn.word[0]));
  const SineCosine angle = sine_cosine_of_turns(turns < 0.0f ? -turns : turns);
  return {angle.cosine, turns < 0.0f ? -angle.sine : angle.sine,
          mul(limits.shift, symmetric_uniform(drawn.word[1])),
          mul(limits.shift, symmetric_uniform(drawn.word[2]))};
}

/// Images of at most 2^20 pixels a side, in row-major order.
struct ImageShape {
  std::int32_t height = 0;
  std::int32_t width = 0;
};

namespace detail {

/// A coordinate as the pixel before it and the way from there to the next, in [0, 1]. Coordinates
/// beyond the pixels next to the image are as good as those.
struct PixelPosition {
  std::int32_t pixel;
  float beyond;
};
CURB_HOST_DEVICE PixelPosition pixel_position(float coordinate, std::int32_t size) {
  const auto last = static_cast<float>(size);
  float x = coordinate < -1.0f ? -1.0f : coordinate;
  x = x > last ? last : x;
  const float shifted = add(x, kToInteger);
  const float rest = add(x, -add(shifted, -kToInteger));  // from the nearest pixel
  const bool before = rest < 0.0f;
  return {integer_of(shifted) - (before ? 1 : 0), before ? add(rest, 1.0f) : rest};
}

CURB_HOST_DEVICE float pixel_or_zero(const float* image, const ImageShape& shape, std::int32_t y,
                                     std::int32_t x) {
  const bool inside = y >= 0 && y < shape.height && x >= 0 && x < shape.width;
  return inside ? image[std::int64_t{y} * shape.width + x] : 0.0f;
}

CURB_HOST_DEVICE float between(float a, float b, float way) { return fma(way, add(b, -a), a); }

}  // namespace detail

/// Where a pixel of a moved image comes from: among the pixels (y, x), (y, x + 1), (y + 1, x) and
/// (y + 1, x + 1) of the image.
struct PixelSource {
  std::int32_t y;  ///< in [-1, height]
  std::int32_t x;  ///< in [-1, width]
  float beyond_y;  ///< the way from y to y + 1, in [0, 1]
  float beyond_x;
};

/// The source of pixel (y, x), by the reverse motion.
CURB_HOST_DEVICE PixelSource source_of_pixel(const ImageMotion& motion, const ImageShape& shape,
                                             std::int32_t y, std::int32_t x) {
  const float centre_x = mul(0.5f, static_cast<float>(shape.width - 1));
  const float centre_y = mul(0.5f, static_cast<float>(shape.height - 1));
  const float u = add(add(static_cast<float>(x), -motion.shift_x), -centre_x);
  const float v = add(add(static_cast<float>(y), -motion.shift_y), -centre_y);
  const float from_x = fma(motion.cosine, u, fma(motion.sine, v, centre_x));
  const float from_y = fma(motion.cosine, v, fma(-motion.sine, u, centre_y));
  const detail::PixelPosition column = detail::pixel_position(from_x, shape.width);
  const detail::PixelPosition row = detail::pixel_position(from_y, shape.height);
  return {row.pixel, column.pixel, row.beyond, column.beyond};
}

/// What `at(down, right)`, each 0 or 1, are worth together: the four pixels of a source.
template <class At>
CURB_HOST_DEVICE float interpolated_pixel(float beyond_y, float beyond_x, const At& at) {
  return detail::between(detail::between(at(0, 0), at(0, 1), beyond_x),
                         detail::between(at(1, 0), at(1, 1), beyond_x), beyond_y);
}

/// Pixel (y, x) of the moved image. No motion changes no bit.
CURB_HOST_DEVICE float moved_pixel(const ImageMotion& motion, const float* image,
                                   const ImageShape& shape, std::int32_t y, std::int32_t x) {
  const PixelSource source = source_of_pixel(motion, shape, y, x);
  return interpolated_pixel(
      source.beyond_y, source.beyond_x, [&](std::int32_t down, std::int32_t right) {
        return detail::pixel_or_zero(image, shape, source.y + down, source.x + right);
      });
}

}  // namespace curb::rules
