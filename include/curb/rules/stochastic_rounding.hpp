// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The random bits by which weights are rounded (storage.hpp): a function of the seed, the tensor's
// name, the step and the element's place in storage, so that the launch shape does not matter and a
// step can be repeated.
#pragma once

#include <cstdint>
#include <curb/rules/numeric.hpp>
#include <curb/rules/philox.hpp>

namespace curb::rules {

/// The stream of one tensor. Names are told apart by the hash FNV-1a (Fowler, Noll and Vo).
inline RandomKey rounding_key(std::uint64_t seed, const char* tensor_name) {
  std::uint32_t hash = 2166136261u;
  for (const char* c = tensor_name; *c != 0; ++c) {
    hash = (hash ^ static_cast<unsigned char>(*c)) * 16777619u;
  }
  return make_random_key(seed, RandomStream::stochastic_rounding, hash);
}

/// Of the elements `first` to `first` + 3, where `first` is a multiple of four.
CURB_HOST_DEVICE void rounding_bits(RandomKey key, std::uint64_t step, std::int64_t first,
                                    std::uint16_t (&bits)[4]) {
  const PhiloxBlock block = random_block(key, step, static_cast<std::uint64_t>(first) / 4);
  for (int i = 0; i < 4; ++i) bits[i] = static_cast<std::uint16_t>(block.word[i] >> 16);
}

/// Of one element. The word is selected, since an indexed array would not stay in registers.
CURB_HOST_DEVICE std::uint16_t rounding_bits(RandomKey key, std::uint64_t step,
                                             std::int64_t element) {
  const PhiloxBlock block = random_block(key, step, static_cast<std::uint64_t>(element) / 4);
  const int i = static_cast<int>(element % 4);
  const std::uint32_t low = i == 0 ? block.word[0] : block.word[1];
  const std::uint32_t high = i == 2 ? block.word[2] : block.word[3];
  return static_cast<std::uint16_t>((i < 2 ? low : high) >> 16);
}

}  // namespace curb::rules
