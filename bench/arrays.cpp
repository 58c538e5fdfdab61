// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "bench/arrays.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>

namespace curb::bench {
namespace {

/// Some virtual machines hide their caches; this is larger than most.
constexpr std::int64_t kAssumedCache = std::int64_t{64} << 20;

/// SplitMix64 (Steele, Lea and Flood 2014) as a hash of the position: uniform in (0, 1).
float uniform(std::uint64_t position) {
  std::uint64_t z = (position + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  z ^= z >> 31;
  return (static_cast<float>(z >> 41) + 0.5f) * 0x1p-23f;
}

}  // namespace

std::int64_t last_level_cache() {
  std::int64_t kibibytes = 0;
  std::int64_t largest = 0;
  for (int index = 0; index < 8; ++index) {
    std::ifstream file("/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index) +
                       "/size");
    if (file >> kibibytes && kibibytes > largest) largest = kibibytes;
  }
  if (largest > 0) return largest * 1024;
  // Second choice: on some processors this is the sum of several caches.
  return std::max(0L, sysconf(_SC_LEVEL3_CACHE_SIZE));
}

std::int64_t element_count() {
  const std::int64_t cache = last_level_cache() > 0 ? last_level_cache() : kAssumedCache;
  std::int64_t count = 4 * cache / static_cast<std::int64_t>(sizeof(float));
  if (const char* text = std::getenv("CURB_BENCH_ELEMENTS")) {
    const char* end = text + std::strlen(text);
    const auto [stop, error] = std::from_chars(text, end, count);
    if (error != std::errc{} || stop != end || count <= 0) {
      throw std::invalid_argument(std::string("CURB_BENCH_ELEMENTS is '") + text +
                                  "': it must be a positive number of elements");
    }
  }
  return (count + kColumns - 1) / kColumns * kColumns;
}

Arrays::Arrays(std::int64_t count)
    : count_(count),
      weight_(std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(count))),
      gradient_(std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(count))),
      state_{std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(count)),
             std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(count))} {}

void Arrays::fill(int threads) {
#pragma omp parallel for num_threads(threads) schedule(static)
  for (std::int64_t r = 0; r < rows(); ++r) {
    const float side = r % 2 == 0 ? 1.0f : -1.0f;
    for (std::int64_t i = r * kColumns; i < (r + 1) * kColumns; ++i) {
      const std::uint64_t position = 4 * static_cast<std::uint64_t>(i);
      const float weight = 0.1f * (2.0f * uniform(position) - 1.0f);
      weight_[i] = weight;
      gradient_[i] = side * std::copysign(0.01f * uniform(position + 1), weight);
      state_[0][i] = 0.01f * (2.0f * uniform(position + 2) - 1.0f);
      state_[1][i] = 1e-4f * uniform(position + 3);
    }
  }
}

FirstStepRow Arrays::neuron(std::int64_t first, std::int64_t length, std::int64_t stride) const {
  const auto copy = [=](const std::unique_ptr<float[]>& array) {
    std::vector<float> values(static_cast<std::size_t>(length));
    for (std::int64_t i = 0; i < length; ++i) values[i] = array[first + i * stride];
    return values;
  };
  return {copy(weight_), copy(gradient_), {copy(state_[0]), copy(state_[1])}};
}

}  // namespace curb::bench
