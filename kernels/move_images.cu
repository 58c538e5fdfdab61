// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Augmentation: every image of a batch is moved a little, each by a motion of its own.
#include "kernels/launch.cuh"
#include "kernels/network.hpp"
#include "kernels/simt.cuh"

namespace curb::kernels {
namespace {

constexpr int kThreads = 128;

}  // namespace

/// `parts` blocks share an image. A thread makes one pixel, and draws the motion by itself: that is
/// cheaper than to wait for a thread that draws it for all.
__global__ __launch_bounds__(kThreads) void move_image_pixels(RandomSource random,
                                                              rules::ImageMotionLimits limits,
                                                              rules::ImageShape shape,
                                                              std::uint32_t parts, const float* x,
                                                              float* y) {
  const std::int64_t image = blockIdx.x / parts;
  const std::int64_t pixels = std::int64_t{shape.height} * shape.width;
  const std::int64_t pixel = std::int64_t{blockIdx.x % parts} * kThreads + threadIdx.x;
  if (pixel >= pixels) return;
  const rules::ImageMotion motion = rules::draw_motion(
      limits, rules::random_block(random.key, *random.step, static_cast<std::uint64_t>(image)));
  y[image * pixels + pixel] = rules::moved_pixel(motion, x + image * pixels, shape,
                                                 static_cast<std::int32_t>(pixel / shape.width),
                                                 static_cast<std::int32_t>(pixel % shape.width));
}

// ---------------------------------------------------------------------------------- launchers

void move_images(const RandomSource& random, const rules::ImageMotionLimits& limits,
                 const rules::ImageShape& shape, const float* x, float* y, std::int64_t images,
                 Stream stream) {
  const std::int64_t pixels = std::int64_t{shape.height} * shape.width;
  const std::int64_t parts = (pixels + kThreads - 1) / kThreads;
  launch<move_image_pixels>({dim3(static_cast<unsigned>(images * parts)), dim3(kThreads)}, stream,
                            random, limits, shape, static_cast<std::uint32_t>(parts), x, y);
}

}  // namespace curb::kernels
