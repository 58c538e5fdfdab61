// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/stored_tensor.hpp"

#include <curb/rules/average.hpp>
#include <curb/rules/stochastic_rounding.hpp>

#include "tests/kernels/expect.hpp"

namespace curb::testing {
namespace {

using rules::DataType;
using rules::Storage;

HostTensor widened(const StoredTensor& stored) {
  HostTensor wide = stored.wide;
  const std::size_t n = wide.size();
  wide.weight.resize(n);
  wide.gradient.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    if (stored.form.storage == Storage::bfloat16_remainder) {
      wide.weight[i] = rules::join({stored.bfloat16[i], stored.remainder[i]});
    } else if (stored.form.storage == Storage::bfloat16_stochastic) {
      wide.weight[i] = rules::from_bfloat16(stored.bfloat16[i]);
    }
    if (!stored.gradient.empty()) {
      wide.gradient[i] = rules::from_16_bits(stored.form.gradient, stored.gradient[i]);
    }
  }
  if (stored.form.narrow_velocity) {
    wide.state[0].resize(n);
    for (std::size_t i = 0; i < n; ++i) {
      wide.state[0][i] = rules::from_bfloat16(stored.velocity[i]);
    }
  }
  return wide;
}

/// Stores element `i` of a stepped tensor.
void narrow(const HostTensor& stepped, std::size_t i, const rules::Coefficients& c,
            rules::RandomKey key, StoredTensor& stored) {
  float weight = stepped.weight[i];
  switch (stored.form.storage) {
    case Storage::float32:
      stored.wide.weight[i] = weight;
      break;
    case Storage::bfloat16_master:
      stored.wide.weight[i] = weight;
      stored.bfloat16[i] = rules::to_bfloat16(weight);
      break;
    case Storage::bfloat16_remainder: {
      const rules::SplitFloat halves = rules::split(weight);
      stored.bfloat16[i] = halves.bfloat16;
      stored.remainder[i] = halves.remainder;
      break;
    }
    case Storage::bfloat16_stochastic:
      stored.bfloat16[i] = rules::to_bfloat16_stochastic(
          weight, rules::rounding_bits(key, c.step, static_cast<std::int64_t>(i)));
      weight = rules::from_bfloat16(stored.bfloat16[i]);
  }
  if (stored.form.average) {
    stored.average[i] = rules::moving_average(stored.average[i], weight, c.ema_gain);
  }
  for (std::size_t s = 0; s < stepped.state.size(); ++s) {
    if (s == 0 && stored.form.narrow_velocity) {
      stored.velocity[i] = rules::to_bfloat16(stepped.state[0][i]);
    } else if (!stepped.state[s].empty()) {
      stored.wide.state[s][i] = stepped.state[s][i];
    }
  }
}

void zero_gradient(std::size_t i, StoredTensor& stored) {
  if (!stored.form.zero_gradient) return;
  if (stored.form.gradient == DataType::float32) {
    stored.wide.gradient[i] = 0.0f;
  } else {
    stored.gradient[i] = 0;
  }
}

}  // namespace

std::string describe(const Form& form) {
  return "storage " + std::to_string(static_cast<int>(form.storage)) + ", gradient " +
         std::to_string(static_cast<int>(form.gradient)) + ", narrow velocity " +
         std::to_string(form.narrow_velocity) + ", average " + std::to_string(form.average) +
         ", zeroed " + std::to_string(form.zero_gradient);
}

std::vector<Form> all_forms(kernels::UpdateKind kind) {
  std::vector<Form> forms;
  for (const Storage storage : {Storage::float32, Storage::bfloat16_master,
                                Storage::bfloat16_remainder, Storage::bfloat16_stochastic}) {
    for (const DataType gradient : {DataType::float32, DataType::bfloat16, DataType::float16}) {
      for (unsigned switches = 0; switches < 8; ++switches) {
        const auto on = [&](unsigned bit) { return (switches >> bit & 1u) != 0; };
        if (on(0) && kind != kernels::UpdateKind::momentum) continue;
        forms.push_back({storage, gradient, on(0), on(1), on(2)});
      }
    }
  }
  return forms;
}

kernels::TensorView view_without_arrays(const StoredTensor& tensor, rules::RandomKey key) {
  kernels::TensorView view{};
  view.rows = tensor.wide.rows;
  view.columns = tensor.wide.columns;
  view.leading_dimension = tensor.wide.leading_dimension;
  view.storage = tensor.form.storage;
  view.gradient_type = tensor.form.gradient;
  view.zero_gradient = tensor.form.zero_gradient;
  view.random_key = key;
  return view;
}

StoredTensor store(const HostTensor& tensor, const Form& form, RandomFloats& random) {
  StoredTensor stored;
  stored.form = form;
  stored.wide = tensor;
  const std::size_t n = tensor.size();
  for (std::size_t i = 0; i < n; ++i) {
    const rules::SplitFloat halves = rules::split(tensor.weight[i]);
    if (form.storage != Storage::float32) stored.bfloat16.push_back(halves.bfloat16);
    if (form.storage == Storage::bfloat16_remainder) stored.remainder.push_back(halves.remainder);
  }
  if (form.storage > Storage::bfloat16_master) stored.wide.weight.clear();
  if (form.gradient != DataType::float32) {
    for (const float g : tensor.gradient) {
      // A float16 of about that size: subnormals, infinities and NaN are among the random floats.
      const float scaled = form.gradient == DataType::float16 ? g * 0x1p-112f : g;
      const std::uint32_t bits = bits_of(scaled);
      stored.gradient.push_back(static_cast<std::uint16_t>(
          form.gradient == DataType::float16 ? (bits >> 13 & 0x7fffu) | (bits >> 16 & 0x8000u)
                                             : bits >> 16));
    }
    stored.wide.gradient.clear();
  }
  if (form.narrow_velocity) {
    for (const float v : tensor.state[0]) stored.velocity.push_back(rules::to_bfloat16(v));
    stored.wide.state[0].clear();
  }
  if (form.average) stored.average = random.uniform(n);
  return stored;
}

kernels::RowStatistics serial_stored_step(kernels::UpdateKind kind, const rules::Coefficients& c,
                                          rules::RandomKey key,
                                          std::optional<kernels::Incoming> rows,
                                          StoredTensor& tensor) {
  kernels::RowStatistics statistics{};
  HostTensor stepped;
  if (!c.skip) {
    stepped = widened(tensor);
    if (rows) {
      statistics = serial_rows(kind, c, stepped, *rows);
    } else {
      serial_elements(kind, c, stepped, 0, stepped.size());
    }
  }
  for (std::int64_t r = 0; r < tensor.wide.rows; ++r) {
    for (std::int64_t column = 0; column < tensor.wide.columns; ++column) {
      const auto i = static_cast<std::size_t>(r * tensor.wide.leading_dimension + column);
      if (!c.skip) narrow(stepped, i, c, key, tensor);
      zero_gradient(i, tensor);
    }
  }
  return statistics;
}

void expect_same_arrays(const StoredTensor& actual, const StoredTensor& expected) {
  expect_same_arrays(actual.wide, expected.wide);
  EXPECT_EQ(actual.bfloat16, expected.bfloat16);
  EXPECT_EQ(actual.remainder, expected.remainder);
  EXPECT_EQ(actual.gradient, expected.gradient);
  EXPECT_EQ(actual.velocity, expected.velocity);
  EXPECT_TRUE(same_bits(actual.average, expected.average)) << "of the average";
}

}  // namespace curb::testing
