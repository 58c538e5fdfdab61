// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/backend/cpu_image_motion.hpp"

#include "host/backend/multiversion.hpp"

namespace curb::backend {

CURB_MULTIVERSION
void move_image_range(const MoveImages& move, std::int64_t first, std::int64_t last) {
  const std::int64_t pixels = std::int64_t{move.shape.height} * move.shape.width;
  for (std::int64_t image = first; image < last; ++image) {
    const rules::ImageMotion motion = rules::draw_motion(
        move.limits, random_block(move.randomness.key, move.randomness.clock->step,
                                  static_cast<std::uint64_t>(image)));
    const float* x = move.x + image * pixels;
    float* y = move.y + image * pixels;
    for (std::int32_t row = 0; row < move.shape.height; ++row) {
      for (std::int32_t column = 0; column < move.shape.width; ++column) {
        *y++ = rules::moved_pixel(motion, x, move.shape, row, column);
      }
    }
  }
}

}  // namespace curb::backend
