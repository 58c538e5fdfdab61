// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What a benchmark reports of repeated runs.
#pragma once

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "bench/timing.hpp"

namespace curb::bench {

/// The counters `name` (the median), and beside it name_min, _low, _high and _max.
inline void add_spread(benchmark::State& state, const std::string& name,
                       const std::vector<double>& values) {
  const Spread spread = spread_of(values);
  state.counters[name] = spread.median;
  state.counters[name + "_min"] = spread.min;
  state.counters[name + "_low"] = spread.low;
  state.counters[name + "_high"] = spread.high;
  state.counters[name + "_max"] = spread.max;
}

}  // namespace curb::bench
