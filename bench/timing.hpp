// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Timing on the host, and what to say of runs that were repeated.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace curb::bench {

template <class Work>
double seconds_of(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Seconds of two, of which `second` runs first where that is said: who goes first changes from
/// pair to pair, so that neither always follows the other.
template <class First, class Second>
std::pair<double, double> seconds_of_pair(const First& first, const Second& second,
                                          bool second_goes_first) {
  if (second_goes_first) {
    const double time = seconds_of(second);
    return {seconds_of(first), time};
  }
  const double time = seconds_of(first);
  return {time, seconds_of(second)};
}

/// Seconds of each of some runs in a row: for what is too short for the clock.
template <class Work>
double seconds_in_a_row(std::int64_t repeats, const Work& work) {
  const double seconds = seconds_of([&] {
    for (std::int64_t i = 0; i < repeats; ++i) work();
  });
  return seconds / static_cast<double>(repeats);
}

/// The middle half of the runs lies between `low` and `high`, the quartiles.
struct Spread {
  double median = 0.0;
  double min = 0.0;
  double low = 0.0;
  double high = 0.0;
  double max = 0.0;
};

/// Of at least one value; between two values by linear interpolation.
inline Spread spread_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto quantile = [&values](double q) {
    const double place = q * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return std::lerp(values[below], values[above], place - static_cast<double>(below));
  };
  return {quantile(0.5), values.front(), quantile(0.25), quantile(0.75), values.back()};
}

inline double median(std::vector<double> values) { return spread_of(std::move(values)).median; }

}  // namespace curb::bench
