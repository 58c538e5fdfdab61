// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The canonical order of a row sum, against its definition written out by itself.

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <curb/rules/row_sum.hpp>
#include <random>
#include <vector>

namespace curb::testing {
namespace {

using Terms = std::vector<double>;

double tree(const double* terms, std::size_t count) {
  return count == 1 ? terms[0] : tree(terms, count / 2) + tree(terms + count / 2, count / 2);
}

// Segments of 512, each padded with zeros: the residues mod 128 in order, then adjacent pairs, then
// the segments in order.
double by_definition(Terms terms) {
  terms.resize((terms.size() + 511) / 512 * 512, 0.0);
  double total = 0.0;
  for (std::size_t segment = 0; segment < terms.size(); segment += 512) {
    Terms residues(128);
    for (std::size_t r = 0; r < 128; ++r) {
      const double* t = terms.data() + segment + r;
      residues[r] = ((t[0] + t[128]) + t[256]) + t[384];
    }
    total += tree(residues.data(), residues.size());
  }
  return total;
}

double canonical(const Terms& terms) {
  return rules::canonical_row_sum(static_cast<std::int64_t>(terms.size()), [&](std::int64_t i) {
    return terms[static_cast<std::size_t>(i)];
  });
}

std::uint64_t bits_of(double value) { return std::bit_cast<std::uint64_t>(value); }

// Squares of floats, as in a row norm, over several orders of magnitude.
Terms squares(std::size_t count, std::mt19937_64& random) {
  std::normal_distribution<float> normal;
  Terms terms(count);
  for (double& term : terms) {
    const float w = normal(random) * std::exp(2.0f * normal(random));
    term = static_cast<double>(w) * w;
  }
  return terms;
}

std::vector<std::size_t> lengths() {
  std::vector<std::size_t> result;
  for (std::size_t n = 0; n <= 1100; ++n) result.push_back(n);
  for (const std::size_t n : {1535, 1536, 1537, 2047, 2048, 2049, 3000, 4095, 4096, 4097, 5000,
                              7777, 8191, 8192, 8193, 9999, 10'000}) {
    result.push_back(n);
  }
  return result;
}

TEST(CanonicalRowSum, HasTheBitsOfItsDefinition) {
  std::mt19937_64 random(3);
  for (const std::size_t n : lengths()) {
    const Terms terms = squares(n, random);
    ASSERT_EQ(bits_of(canonical(terms)), bits_of(by_definition(terms))) << "length " << n;
  }
}

TEST(CanonicalRowSum, IsWithinAFewRoundingsOfTheExactSum) {
  std::mt19937_64 random(4);
  for (const std::size_t n : lengths()) {
    const Terms terms = squares(n, random);
    long double exact = 0.0L;
    for (const double term : terms) exact += term;
    ASSERT_NEAR(canonical(terms), static_cast<double>(exact), 1e-15 * static_cast<double>(exact))
        << "length " << n;
  }
}

// Otherwise the first test would say nothing about the order.
TEST(CanonicalRowSum, DiffersFromTheSumInSequence) {
  std::mt19937_64 random(5);
  int different = 0;
  for (int i = 0; i < 100; ++i) {
    const Terms terms = squares(600, random);
    double in_sequence = 0.0;
    for (const double term : terms) in_sequence += term;
    different += in_sequence != canonical(terms);
  }
  EXPECT_GE(different, 50);
}

TEST(CanonicalRowSum, OfNothingIsZero) { EXPECT_EQ(bits_of(canonical({})), bits_of(0.0)); }

TEST(CanonicalRowSum, KeepsNanAndInfinityWhereverTheyStand) {
  for (const std::size_t at : {0U, 127U, 128U, 511U, 512U, 699U}) {
    Terms terms(700, 1.0);
    terms[at] = std::nan("");
    EXPECT_TRUE(std::isnan(canonical(terms))) << at;
    terms[at] = HUGE_VAL;
    EXPECT_EQ(canonical(terms), HUGE_VAL) << at;
  }
}

}  // namespace
}  // namespace curb::testing
