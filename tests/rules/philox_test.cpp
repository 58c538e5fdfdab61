// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Philox4x32-10 against the known answers of its authors and against their own code.
#include <Random123/philox.h>
#include <gtest/gtest.h>

#include <curb/rules/philox.hpp>
#include <random>
#include <set>

namespace curb::rules {
namespace {

std::array<std::uint32_t, 4> words(const PhiloxBlock& block) {
  return {block.word[0], block.word[1], block.word[2], block.word[3]};
}

TEST(Philox, GivesThePublishedKnownAnswers) {
  using Words = std::array<std::uint32_t, 4>;
  EXPECT_EQ(words(philox4x32_10({{0, 0, 0, 0}}, {{0, 0}})),
            (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(words(philox4x32_10({{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}},
                                {{0xffffffff, 0xffffffff}})),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(words(philox4x32_10({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}},
                                {{0xa4093822, 0x299f31d0}})),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, AgreesWithRandom123) {
  std::mt19937 random(1);
  const auto draw = [&] { return static_cast<std::uint32_t>(random()); };
  for (int i = 0; i < 10000; ++i) {
    const PhiloxBlock counter{{draw(), draw(), draw(), draw()}};
    const RandomKey key{{draw(), draw()}};
    const r123::Philox4x32::ctr_type theirs =
        r123::Philox4x32()({{counter.word[0], counter.word[1], counter.word[2], counter.word[3]}},
                           {{key.word[0], key.word[1]}});
    ASSERT_EQ(words(philox4x32_10(counter, key)),
              (std::array<std::uint32_t, 4>{theirs[0], theirs[1], theirs[2], theirs[3]}));
  }
}

TEST(Philox, CountsStepsAndBlocksIn64BitsEach) {
  const RandomKey key{{7, 8}};
  EXPECT_EQ(words(random_block(key, 0x0000000300000004, 0x0000000100000002)),
            words(philox4x32_10({{2, 1, 4, 3}}, key)));
}

TEST(Philox, GivesEverySeedStreamAndIndexItsOwnKey) {
  std::set<std::pair<std::uint32_t, std::uint32_t>> keys;
  int drawn = 0;
  for (const std::uint64_t seed : {0ull, 1ull, 2ull, 1ull << 32, ~0ull}) {
    for (const RandomStream stream :
         {RandomStream::initial_parameters, RandomStream::dropout, RandomStream::shuffle}) {
      for (std::uint32_t index = 0; index < 100; ++index, ++drawn) {
        const RandomKey key = make_random_key(seed, stream, index);
        keys.insert({key.word[0], key.word[1]});
      }
    }
  }
  EXPECT_EQ(keys.size(), static_cast<std::size_t>(drawn));
}

TEST(Philox, UniformIsStrictlyInsideTheUnitIntervalAndSymmetric) {
  EXPECT_EQ(uniform(0), 0x1p-24f);
  EXPECT_EQ(uniform(0xffffffff), 1.0f - 0x1p-24f);
  for (const std::uint32_t word : {0u, 5u, 0x1234567u, 0x7fffffffu}) {
    EXPECT_EQ(uniform(word) + uniform(~word), 1.0f);
  }
}

}  // namespace
}  // namespace curb::rules
