// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011): random numbers as a function of a counter.
//
// Whatever is drawn is named by (seed, stream, step, element) and by nothing else, so it does not
// depend on threads, launch shapes or order, it can be drawn again instead of being stored, and a
// resumed run needs only its step. Compiles for host and device.
#pragma once

#include <cstdint>
#include <curb/rules/numeric.hpp>

namespace curb::rules {

/// 128 random bits.
struct PhiloxBlock {
  std::uint32_t word[4];
};

/// The key of one stream of random numbers; make_random_key derives it.
struct RandomKey {
  std::uint32_t word[2];
};

/// The last `rounds` of the ten rounds. A recursion, since a loop in here would keep g++ from
/// vectorising the loop over counters around it.
template <int rounds>
CURB_HOST_DEVICE PhiloxBlock philox_rounds(PhiloxBlock counter, RandomKey key) {
  if constexpr (rounds == 0) {
    return counter;
  } else {
    const std::uint64_t product0 = std::uint64_t{0xD2511F53u} * counter.word[0];
    const std::uint64_t product1 = std::uint64_t{0xCD9E8D57u} * counter.word[2];
    return philox_rounds<rounds - 1>(
        {{static_cast<std::uint32_t>(product1 >> 32) ^ counter.word[1] ^ key.word[0],
          static_cast<std::uint32_t>(product1),
          static_cast<std::uint32_t>(product0 >> 32) ^ counter.word[3] ^ key.word[1],
          static_cast<std::uint32_t>(product0)}},
        {{key.word[0] + 0x9E3779B9u, key.word[1] + 0xBB67AE85u}});
  }
}

/// Block `counter` of the stream `key`.
CURB_HOST_DEVICE PhiloxBlock philox4x32_10(PhiloxBlock counter, RandomKey key) {
  return philox_rounds<10>(counter, key);
}

/// Elements 4 block to 4 block + 3 of what a stream draws in a step.
CURB_HOST_DEVICE PhiloxBlock random_block(RandomKey key, std::uint64_t step, std::uint64_t block) {
  return philox4x32_10({{static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32),
                         static_cast<std::uint32_t>(step), static_cast<std::uint32_t>(step >> 32)}},
                       key);
}

/// What random numbers are drawn for. The values are part of what a seed means: add, never
/// renumber.
enum class RandomStream : std::uint32_t {
  initial_parameters = 1,
  dropout = 2,
  input_noise = 3,
  shuffle = 4,
  augmentation = 5,
  stochastic_rounding = 6,
};

/// The key of stream (`stream`, `index`) of a run; `index` tells layers or tensors apart. The
/// seed's own generator makes it, so that streams are as independent as its blocks are, and
/// neighbouring seeds share nothing.
CURB_HOST_DEVICE RandomKey make_random_key(std::uint64_t seed, RandomStream stream,
                                           std::uint32_t index = 0) {
  const RandomKey seed_key{
      {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}};
  const PhiloxBlock block =
      philox4x32_10({{static_cast<std::uint32_t>(stream), index, 0u, 0u}}, seed_key);
  return {{block.word[0], block.word[1]}};
}

/// Uniform on the centres of 2^23 equal cells of (0, 1): symmetric, exact in fp32, never 0 or 1.
CURB_HOST_DEVICE float uniform(std::uint32_t word) {
  return mul(add(static_cast<float>(word >> 9), 0.5f), 0x1p-23f);
}

}  // namespace curb::rules
