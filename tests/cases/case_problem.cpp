// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_problem.hpp"

#include <cmath>
#include <cstring>
#include <curb/rules/storage.hpp>
#include <limits>
#include <random>

namespace curb::testing {
namespace {

template <class T>
Bytes bytes_of(const std::vector<T>& values) {
  Bytes bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

template <class T>
T element(const Bytes& bytes, std::size_t i) {
  T value;
  std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
  return value;
}

/// Values of moderate size, away from zero: a gradient near zero would be magnified by the metric.
std::vector<float> away_from_zero(std::size_t count, float from, std::mt19937_64& random) {
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values) {
    value = normal(random);
    value += std::copysign(from, value);
  }
  return values;
}

/// Truncated to the type: what a 16-bit gradient holds is as good as any other.
Bytes stored_as(DataType type, const std::vector<float>& values) {
  if (type == DataType::float32) return bytes_of(values);
  std::vector<std::uint16_t> narrow;
  for (const float value : values) {
    const std::uint32_t bits = rules::bits_of(value);
    if (type == DataType::bfloat16) {
      narrow.push_back(static_cast<std::uint16_t>(bits >> 16));
    } else if (std::isfinite(value)) {  // a normal float16: the exponent is rebiased
      const std::uint32_t magnitude = (bits & 0x7fffffffu) - ((127u - 15u) << 23);
      narrow.push_back(static_cast<std::uint16_t>((bits >> 16 & 0x8000u) | magnitude >> 13));
    } else {
      narrow.push_back(static_cast<std::uint16_t>((bits >> 16 & 0x8000u) | 0x7c00u));
    }
  }
  return bytes_of(narrow);
}

}  // namespace

void attach(const std::function<void*(TensorArrays::Name)>& at, Tensor& tensor) {
  tensor.parameter = static_cast<float*>(at(TensorArrays::weight));
  tensor.bfloat16 = static_cast<std::uint16_t*>(at(TensorArrays::bfloat16));
  tensor.remainder = static_cast<std::uint16_t*>(at(TensorArrays::remainder));
  tensor.state[0] = at(TensorArrays::first);
  tensor.state[1] = at(TensorArrays::second);
  tensor.ema = static_cast<float*>(at(TensorArrays::average));
  tensor.mask = static_cast<const std::uint8_t*>(at(TensorArrays::mask));
}

CaseProblem::CaseProblem(const Case& c, std::int64_t neurons, std::int64_t fan_in) : case_(c) {
  const bool by_row = c.incoming == Incoming::row;
  tensor_ = Tensor::matrix("w", nullptr, by_row ? neurons : fan_in, by_row ? fan_in : neurons);
  tensor_.leading_dimension = tensor_.columns + (c.non_negative ? 3 : 0);
  tensor_.incoming = c.incoming;
  tensor_.storage = c.storage;
  tensor_.gradient_type = c.gradient;
  tensor_.state_type[0] = c.state;
  for (std::int64_t r = 0; r < tensor_.rows; ++r) {
    for (std::int64_t i = 0; i < tensor_.columns; ++i) {
      places_.push_back(static_cast<std::size_t>(r * tensor_.leading_dimension + i));
    }
  }

  std::mt19937_64 random(17);
  const std::size_t size = extent();
  std::vector<float> weights(size);
  std::normal_distribution<float> normal;
  for (std::size_t i = 0; i < size; ++i) {
    // Every second row is inside the ball, every second column small beside the group's threshold.
    const std::size_t row = i / static_cast<std::size_t>(tensor_.leading_dimension);
    weights[i] = (row % 2 == 0 ? 0.5f : 0.1f) * (i % 2 == 0 ? 1.0f : 0.2f) * normal(random);
  }
  std::vector<std::uint16_t> upper;
  std::vector<std::uint16_t> lower;
  for (const float w : weights) {
    upper.push_back(rules::split(w).bfloat16);
    lower.push_back(rules::split(w).remainder);
  }
  if (c.storage <= Storage::bfloat16_master) arrays_[TensorArrays::weight] = bytes_of(weights);
  if (c.storage != Storage::float32) arrays_[TensorArrays::bfloat16] = bytes_of(upper);
  if (c.storage == Storage::bfloat16_remainder) arrays_[TensorArrays::remainder] = bytes_of(lower);
  const int states = state_count(group_of(c).modes);
  if (states > 0)
    arrays_[TensorArrays::first] = Bytes(size * (c.state == DataType::float32 ? 4 : 2));
  if (states > 1) arrays_[TensorArrays::second] = Bytes(size * 4);
  if (c.average) arrays_[TensorArrays::average] = bytes_of(weights);
  if (c.masked) {
    arrays_[TensorArrays::mask].resize(size);
    for (unsigned char& keep : arrays_[TensorArrays::mask]) keep = random() % 4 != 0;
  }
  for (int step = 0; step < kSteps; ++step) {
    std::vector<float> gradient = away_from_zero(size, 3.0f, random);
    if (is_skipped(step)) {
      gradient[places_.back()] = -std::numeric_limits<float>::infinity();
      // A masked weight's gradient is not looked at.
      if (c.masked) arrays_[TensorArrays::mask][places_.back()] = 1;
    }
    gradients_[static_cast<std::size_t>(step)] = stored_as(c.gradient, gradient);
  }
  arrays_[TensorArrays::gradient] = gradients_[0];
}

std::vector<double> widened(const Bytes& bytes, DataType type,
                            const std::vector<std::size_t>& places) {
  std::vector<double> values;
  values.reserve(places.size());
  for (const std::size_t at : places) {
    values.push_back(type == DataType::float32
                         ? element<float>(bytes, at)
                         : rules::from_16_bits(type, element<std::uint16_t>(bytes, at)));
  }
  return values;
}

std::vector<double> stored_weights(const CaseProblem& problem, const TensorArrays& arrays) {
  switch (problem.settings().storage) {
    case Storage::float32:
    case Storage::bfloat16_master:
      return widened(arrays[TensorArrays::weight], DataType::float32, problem.places());
    case Storage::bfloat16_stochastic:
      return widened(arrays[TensorArrays::bfloat16], DataType::bfloat16, problem.places());
    case Storage::bfloat16_remainder:
      break;
  }
  std::vector<double> values;
  for (const std::size_t at : problem.places()) {
    values.push_back(rules::join({element<std::uint16_t>(arrays[TensorArrays::bfloat16], at),
                                  element<std::uint16_t>(arrays[TensorArrays::remainder], at)}));
  }
  return values;
}

std::vector<double> visible_weights(const CaseProblem& problem, const TensorArrays& arrays) {
  if (problem.settings().storage == Storage::float32) return stored_weights(problem, arrays);
  return widened(arrays[TensorArrays::bfloat16], DataType::bfloat16, problem.places());
}

}  // namespace curb::testing
