// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Rows for logistic regression of which only a few inputs matter (Ng 2004).
#pragma once

#include <cstdint>

#include "host/data/dataset.hpp"

namespace curb::reproduce {

/// P(y = 1 | x) = sigmoid(strength (x_1 + ... + x_relevant) / sqrt(relevant)), where all inputs are
/// independent and standard normal, and there are `irrelevant` more of them.
struct SyntheticProblem {
  std::int64_t relevant = 1;
  std::int64_t irrelevant = 0;
  double strength = 1.0;
};

/// What rows are for; each part has random numbers of its own.
enum class Part : std::uint8_t { train, validation, test };

/// Draws `rows` rows with one label, 0 or 1 (data::Task::multilabel). An input's value depends on
/// the seed, the part, its row and its column alone: with more irrelevant inputs, or more rows, the
/// others and the labels stay what they were.
data::Dataset draw_rows(const SyntheticProblem& problem, std::int64_t rows, std::uint64_t seed,
                        Part part);

}  // namespace curb::reproduce
