// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/plan/describe.hpp"

#include <cmath>
#include <cstdio>
#include <string>

namespace curb {
namespace plan {
namespace {

const char* storage_name(Storage storage) {
  switch (storage) {
    case Storage::float32:
      return "float32";
    case Storage::bfloat16_master:
      return "bfloat16_master";
    case Storage::bfloat16_remainder:
      return "bfloat16_remainder";
    case Storage::bfloat16_stochastic:
      return "bfloat16_stochastic";
  }
  return "unknown";
}

/// Bytes of one element, read and written in a step.
struct Traffic {
  std::int64_t read = 0;
  std::int64_t written = 0;
};

Traffic weight_traffic(Storage storage) {
  switch (storage) {
    case Storage::float32:
    case Storage::bfloat16_remainder:
      return {4, 4};
    case Storage::bfloat16_master:
      return {4, 6};
    case Storage::bfloat16_stochastic:
      return {2, 2};
  }
  return {};
}

Traffic traffic(const Group& group, const Tensor& tensor, const PlanOptions& options) {
  Traffic bytes = weight_traffic(tensor.storage);
  for (int s = 0; s < state_count(group.modes); ++s) {
    bytes.read += size_of(tensor.state_type[s]);
    bytes.written += size_of(tensor.state_type[s]);
  }
  const std::int64_t gradient = size_of(tensor.gradient_type);
  const std::int64_t mask = tensor.mask == nullptr ? 0 : 1;
  bytes.read += (gradient + mask) * (measures_gradients(options) ? 2 : 1);
  if (options.zero_gradients) bytes.written += gradient;
  if (tensor.ema != nullptr) {
    bytes.read += 4;
    bytes.written += 4;
  }
  return bytes;
}

}  // namespace

std::int64_t size_of(DataType type) { return type == DataType::float32 ? 4 : 2; }

bool measures_gradients(const PlanOptions& options) {
  return options.skip_non_finite || std::isfinite(options.clip_norm);
}

PlanDescription::Entry describe(const Group& group, const Tensor& tensor, kernels::Tier tier,
                                const PlanOptions& options) {
  PlanDescription::Entry entry;
  entry.tensor = tensor.name;
  entry.group = group.name;
  entry.tier = kernels::tier_name(tier);
  entry.storage = storage_name(tensor.storage);
  entry.parameters = tensor.rows * tensor.columns;
  const Traffic bytes = traffic(group, tensor, options);
  entry.bytes_read = entry.parameters * bytes.read;
  entry.bytes_written = entry.parameters * bytes.written;
  entry.bytes = entry.bytes_read + entry.bytes_written;
  return entry;
}

}  // namespace plan

std::string to_string(const PlanDescription& description) {
  std::string text;
  char line[512];
  for (const PlanDescription::Entry& entry : description.tensors) {
    std::snprintf(line, sizeof line,
                  "%-24s %-12s %-14s %-20s %12lld parameters %14lld bytes read %14lld written\n",
                  entry.tensor.c_str(), entry.group.c_str(), entry.tier.c_str(),
                  entry.storage.c_str(), static_cast<long long>(entry.parameters),
                  static_cast<long long>(entry.bytes_read),
                  static_cast<long long>(entry.bytes_written));
    text += line;
  }
  std::snprintf(
      line, sizeof line, "%d launches, %lld bytes read and %lld written: %lld bytes per step\n",
      description.launches, static_cast<long long>(description.bytes_read),
      static_cast<long long>(description.bytes_written), static_cast<long long>(description.bytes));
  return text + line;
}

double floor_seconds(const PlanDescription& description, double bytes_per_second) {
  return static_cast<double>(description.bytes) / bytes_per_second;
}

}  // namespace curb
