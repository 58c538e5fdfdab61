// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/reproduce/synthetic.hpp"

#include <cmath>
#include <cstddef>
#include <curb/rules/philox.hpp>
#include <numbers>
#include <span>

#include "host/data/message.hpp"

namespace curb::reproduce {
namespace {

using rules::PhiloxBlock;
using rules::RandomKey;

/// The centre of one of 2^32 equal cells of (0, 1).
double centre(std::uint32_t word) { return (word + 0.5) * 0x1p-32; }

/// What is drawn from a row's own blocks. Zero would be the counters of which a run's keys are
/// made.
enum class Draw : std::uint32_t { inputs = 1, label = 2 };

/// Names every random number of one part of one seed's data.
struct Source {
  RandomKey seed;
  Part part;

  PhiloxBlock block(Draw draw, std::size_t row, std::size_t index) const {
    return rules::philox4x32_10(
        {{static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(row),
          static_cast<std::uint32_t>(part), static_cast<std::uint32_t>(draw)}},
        seed);
  }
};

/// A row of standard normal numbers: two from each pair of words (Box and Muller 1958).
void fill_normal(const Source& source, std::size_t row, std::span<float> values) {
  for (std::size_t first = 0; first < values.size(); first += 4) {
    const PhiloxBlock block = source.block(Draw::inputs, row, first / 4);
    for (std::size_t i = 0; i < 4 && first + i < values.size(); ++i) {
      const std::size_t pair = i / 2 * 2;
      const double radius = std::sqrt(-2.0 * std::log(centre(block.word[pair])));
      const double angle = 2.0 * std::numbers::pi * centre(block.word[pair + 1]);
      values[first + i] =
          static_cast<float>(radius * (i % 2 == 0 ? std::cos(angle) : std::sin(angle)));
    }
  }
}

bool draw_label(const Source& source, std::size_t row, double logit) {
  const double uniform = centre(source.block(Draw::label, row, 0).word[0]);
  return uniform < 1.0 / (1.0 + std::exp(-logit));
}

}  // namespace

data::Dataset draw_rows(const SyntheticProblem& problem, std::int64_t rows, std::uint64_t seed,
                        Part part) {
  data::Dataset dataset;
  dataset.rows = static_cast<std::size_t>(rows);
  dataset.columns = static_cast<std::size_t>(problem.relevant + problem.irrelevant);
  dataset.schema.task = data::Task::multilabel;
  dataset.schema.target_names = {"y"};
  for (std::size_t i = 0; i < dataset.columns; ++i) {
    dataset.schema.feature_names.push_back(data::numbered("x", i));
  }
  const Source source{{{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}},
                      part};
  const double weight = problem.strength / std::sqrt(static_cast<double>(problem.relevant));
  dataset.features.resize(dataset.rows * dataset.columns);
  for (std::size_t row = 0; row < dataset.rows; ++row) {
    const std::span<float> values(dataset.features.data() + row * dataset.columns, dataset.columns);
    fill_normal(source, row, values);
    double logit = 0.0;
    for (std::int64_t i = 0; i < problem.relevant; ++i) {
      logit += weight * values[static_cast<std::size_t>(i)];
    }
    dataset.targets.push_back(draw_label(source, row, logit) ? 1.0f : 0.0f);
  }
  return dataset;
}

}  // namespace curb::reproduce
