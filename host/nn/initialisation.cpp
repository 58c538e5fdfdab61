// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/nn/initialisation.hpp"

#include <cmath>
#include <numbers>
#include <span>

#include "host/backend/backend.hpp"

namespace curb::nn {
namespace {

using backend::PhiloxBlock;
using backend::RandomKey;

/// The centre of one of 2^32 equal cells of (0, 1).
double centre(std::uint32_t word) { return (word + 0.5) * 0x1p-32; }

/// Hands out a stream's words one by one.
class Words {
 public:
  explicit Words(RandomKey key) : key_(key) {}

  std::uint32_t next() {
    if (used_ == 4) {
      block_ = backend::random_block(key_, 0, index_++);
      used_ = 0;
    }
    return block_.word[used_++];
  }

 private:
  RandomKey key_;
  PhiloxBlock block_{};
  std::uint64_t index_ = 0;
  int used_ = 4;
};

void fill_uniform(std::span<float> values, double bound, RandomKey key) {
  Words words(key);
  for (float& value : values)
    value = static_cast<float>((2.0 * centre(words.next()) - 1.0) * bound);
}

/// Box and Muller 1958; the second number of a pair is not used.
void fill_normal(std::span<float> values, double deviation, RandomKey key) {
  Words words(key);
  for (float& value : values) {
    const double radius = std::sqrt(-2.0 * std::log(centre(words.next())));
    const double angle = 2.0 * std::numbers::pi * centre(words.next());
    value = static_cast<float>(deviation * radius * std::cos(angle));
  }
}

void fill_weight(std::span<float> values, const ParameterTensor& weight,
                 const Initialisation& initialisation, RandomKey key) {
  const auto fan_in = static_cast<double>(weight.columns);
  const auto fan_out = static_cast<double>(weight.rows);
  switch (initialisation.initialiser) {
    case Initialiser::xavier:
      return fill_uniform(values, std::sqrt(6.0 / (fan_in + fan_out)), key);
    case Initialiser::he:
      return fill_normal(values, std::sqrt(2.0 / fan_in), key);
    case Initialiser::lecun:
    case Initialiser::nielsen:
      return fill_normal(values, std::sqrt(1.0 / fan_in), key);
    case Initialiser::normal:
      return fill_normal(values, initialisation.deviation, key);
  }
}

double bias_deviation(const Initialisation& initialisation) {
  switch (initialisation.initialiser) {
    case Initialiser::nielsen:
      return 1.0;
    case Initialiser::normal:
      return initialisation.deviation;
    default:
      return 0.0;
  }
}

}  // namespace

std::vector<float> initial_parameters(const ParameterLayout& layout,
                                      const Initialisation& initialisation, std::uint64_t seed) {
  if (!(initialisation.deviation >= 0.0f && std::isfinite(initialisation.deviation))) {
    throw Error("the deviation of initial weights must be finite and not negative, not " +
                std::to_string(initialisation.deviation));
  }
  std::vector<float> arena(layout.size, 0.0f);
  for (std::size_t i = 0; i < layout.tensors.size(); ++i) {
    const ParameterTensor& tensor = layout.tensors[i];
    const RandomKey key = backend::make_random_key(seed, backend::RandomStream::initial_parameters,
                                                   static_cast<std::uint32_t>(i));
    const std::span<float> values(arena.data() + tensor.offset, tensor.size());
    if (!tensor.bias) {
      fill_weight(values, tensor, initialisation, key);
    } else if (const double deviation = bias_deviation(initialisation); deviation > 0.0) {
      fill_normal(values, deviation, key);
    }
  }
  return arena;
}

}  // namespace curb::nn
