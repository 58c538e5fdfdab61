// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/backend/cpu_random.hpp"

#include <algorithm>
#include <curb/rules/dropout.hpp>

#include "host/backend/multiversion.hpp"

namespace curb::backend {
namespace {

/// The words of the kRandomTile elements from `first` on, a multiple of kRandomTile: the low half
/// of the block number then counts up without a carry, in 32-bit lanes.
CURB_HOST_DEVICE void draw_tile(const Randomness& randomness, std::int64_t first,
                                std::uint32_t (&words)[kRandomTile]) {
  const std::uint64_t step = randomness.clock->step;
  const auto block = static_cast<std::uint64_t>(first / 4);
  const auto low = static_cast<std::uint32_t>(block);
  const auto high = static_cast<std::uint32_t>(block >> 32);
  for (std::uint32_t b = 0; b < kRandomTile / 4; ++b) {
    const PhiloxBlock drawn = rules::philox4x32_10(
        {{low + b, high, static_cast<std::uint32_t>(step), static_cast<std::uint32_t>(step >> 32)}},
        randomness.key);
    words[4 * b] = drawn.word[0];
    words[4 * b + 1] = drawn.word[1];
    words[4 * b + 2] = drawn.word[2];
    words[4 * b + 3] = drawn.word[3];
  }
}

}  // namespace

CURB_MULTIVERSION
void drop_range(const Dropout& dropout, std::int64_t first, std::int64_t last) {
  const rules::Dropout rule(dropout.probability);
  for (std::int64_t tile = first; tile < last; tile += kRandomTile) {
    std::uint32_t words[kRandomTile];
    draw_tile(dropout.randomness, tile, words);
    const float* x = dropout.x + tile;
    float* y = dropout.y + tile;
    const std::int64_t count = std::min(kRandomTile, last - tile);
    for (std::int64_t i = 0; i < count; ++i) y[i] = rule(words[i], x[i]);
  }
}

CURB_MULTIVERSION
void add_noise_range(const GaussianNoise& noise, std::int64_t first, std::int64_t last) {
  for (std::int64_t tile = first; tile < last; tile += kRandomTile) {
    std::uint32_t words[kRandomTile];
    float normals[kRandomTile];
    draw_tile(noise.randomness, tile, words);
    for (std::int64_t i = 0; i < kRandomTile; i += 2) {
      rules::box_muller(words[i], words[i + 1], normals[i], normals[i + 1]);
    }
    const float* x = noise.x + tile;
    float* y = noise.y + tile;
    const std::int64_t count = std::min(kRandomTile, last - tile);
    for (std::int64_t i = 0; i < count; ++i) y[i] = rules::fma(noise.deviation, normals[i], x[i]);
  }
}

}  // namespace curb::backend
