// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The step of a tensor that is not fp32 throughout: a tile of it is widened into fp32 arrays that
// stay in cache, stepped there by the same loops as any tensor, and stored in its own form.
//
// Included by the loops that are compiled once per instruction set: all of it has internal linkage.
#pragma once

#include <algorithm>
#include <cstring>
#include <curb/rules/average.hpp>
#include <curb/rules/stochastic_rounding.hpp>
#include <curb/rules/storage.hpp>

#include "host/plan/host_element_step.hpp"
#include "host/plan/host_step.hpp"

namespace curb::plan {
namespace {

using rules::DataType;
using rules::Storage;

/// `rows` runs of `columns` elements that lie `stride` apart in the tensor, from `first` on, and
/// side by side in the tile.
struct Tile {
  std::int64_t first;
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t stride;
};

/// Calls run(place in the tensor, place in the tile, count) for each run of neighbours.
template <class Run>
CURB_HOST_DEVICE void for_each_run(const Tile& tile, const Run& run) {
  for (std::int64_t r = 0; r < tile.rows; ++r) {
    run(tile.first + r * tile.stride, r * tile.columns, tile.columns);
  }
}

template <class From, class To, class Convert>
void load_tile(const Tile& tile, const From* from, To* to, const Convert& convert) {
  for_each_run(tile, [&](std::int64_t at, std::int64_t i, std::int64_t count) {
#pragma omp simd
    for (std::int64_t k = 0; k < count; ++k) to[i + k] = convert(from[at + k]);
  });
}

template <class From, class To, class Convert>
void store_tile(const Tile& tile, const From* from, To* to, const Convert& convert) {
  for_each_run(tile, [&](std::int64_t at, std::int64_t i, std::int64_t count) {
#pragma omp simd
    for (std::int64_t k = 0; k < count; ++k) to[at + k] = convert(from[i + k]);
  });
}

constexpr auto kAsItIs = [](auto value) { return value; };
constexpr auto kFromBfloat16 = [](std::uint16_t h) { return rules::from_bfloat16(h); };
constexpr auto kToBfloat16 = [](float value) { return rules::to_bfloat16(value); };

void load_weights(const TensorView& tensor, const Tile& tile, float* weight) {
  switch (tensor.storage) {
    case Storage::float32:
    case Storage::bfloat16_master:
      return load_tile(tile, tensor.weight, weight, kAsItIs);
    case Storage::bfloat16_remainder:
      return for_each_run(tile, [&](std::int64_t at, std::int64_t i, std::int64_t count) {
        for (std::int64_t k = 0; k < count; ++k) {
          weight[i + k] = rules::join({tensor.bfloat16[at + k], tensor.remainder[at + k]});
        }
      });
    case Storage::bfloat16_stochastic:
      return load_tile(tile, tensor.bfloat16, weight, kFromBfloat16);
  }
}

void load_gradient(const TensorView& tensor, const Tile& tile, const void* from, float* gradient) {
  const auto* stored = static_cast<const std::uint16_t*>(from);
  switch (tensor.gradient_type) {
    case DataType::float32:
      return load_tile(tile, static_cast<const float*>(from), gradient, kAsItIs);
    case DataType::bfloat16:
      return load_tile(tile, stored, gradient, kFromBfloat16);
    case DataType::float16:
      return load_tile(tile, stored, gradient,
                       [](std::uint16_t h) { return rules::from_float16(h); });
  }
}

/// Stores the weights, and leaves in `weight` what was stored.
void store_weights(const TensorView& tensor, const Tile& tile, std::uint64_t step, float* weight) {
  switch (tensor.storage) {
    case Storage::bfloat16_master:
      store_tile(tile, weight, tensor.bfloat16, kToBfloat16);
      [[fallthrough]];
    case Storage::float32:
      return store_tile(tile, weight, tensor.weight, kAsItIs);
    case Storage::bfloat16_remainder:
      store_tile(tile, weight, tensor.bfloat16, [](float w) { return rules::split(w).bfloat16; });
      return store_tile(tile, weight, tensor.remainder,
                        [](float w) { return rules::split(w).remainder; });
    case Storage::bfloat16_stochastic:
      for_each_run(tile, [&](std::int64_t at, std::int64_t i, std::int64_t count) {
        for (std::int64_t k = 0; k < count; ++k) {
          const std::uint16_t random = rules::rounding_bits(tensor.random_key, step, at + k);
          const std::uint16_t rounded = rules::to_bfloat16_stochastic(weight[i + k], random);
          tensor.bfloat16[at + k] = rounded;
          weight[i + k] = rules::from_bfloat16(rounded);
        }
      });
  }
}

void update_average(const TensorView& tensor, const Tile& tile, float gain, const float* weight) {
  for_each_run(tile, [&](std::int64_t at, std::int64_t i, std::int64_t count) {
    float* average = tensor.average + at;
#pragma omp simd
    for (std::int64_t k = 0; k < count; ++k) {
      average[k] = rules::moving_average(average[k], weight[i + k], gain);
    }
  });
}

void zero_gradient(const TensorView& tensor, const Tile& tile, const void* gradient) {
  // The plan had it from bind_writable_gradients.
  char* bytes = static_cast<char*>(const_cast<void*>(gradient));
  const std::int64_t size = tensor.gradient_type == DataType::float32 ? 4 : 2;
  for_each_run(tile, [&](std::int64_t at, std::int64_t, std::int64_t count) {
    std::memset(bytes + size * at, 0, static_cast<std::size_t>(size * count));
  });
}

/// Steps the tile as a tensor of its own; `item` is all of it in terms of that tensor.
template <int kStates>
void run_tile(RunItem* run_item, kernels::UpdateKind kind, Tier tier, const StepTables& tables,
              std::uint32_t index, const Tile& tile, std::int32_t item_count,
              const HostScratch& scratch, RowStatistics& statistics) {
  const TensorView& tensor = tables.tensors[index];
  const Coefficients& c = tables.coefficients[tensor.coefficients];
  const void* gradient = tables.gradients[index];
  if (!c.skip) {
    TensorView view{scratch.weight,
                    {scratch.state[0], scratch.state[1]},
                    tensor.mask == nullptr ? nullptr : scratch.mask,
                    tile.rows,
                    tile.columns,
                    tile.columns,
                    tensor.coefficients};
    load_weights(tensor, tile, scratch.weight);
    load_gradient(tensor, tile, gradient, scratch.gradient);
    const bool narrow = tensor.velocity != nullptr;
    if (narrow) load_tile(tile, tensor.velocity, scratch.state[0], kFromBfloat16);
    for (int s = narrow ? 1 : 0; s < kStates; ++s) {
      load_tile(tile, tensor.state[s], scratch.state[s], kAsItIs);
    }
    if (tensor.mask != nullptr) load_tile(tile, tensor.mask, scratch.mask, kAsItIs);

    const void* gradients[] = {scratch.gradient};
    run_item(kind, tier, {&view, gradients, tables.coefficients}, {0, item_count, 0}, {},
             statistics);

    store_weights(tensor, tile, c.step, scratch.weight);
    if (narrow) store_tile(tile, scratch.state[0], tensor.velocity, kToBfloat16);
    for (int s = narrow ? 1 : 0; s < kStates; ++s) {
      store_tile(tile, scratch.state[s], tensor.state[s], kAsItIs);
    }
    if (tensor.average != nullptr) update_average(tensor, tile, c.ema_gain, scratch.weight);
  }
  if (tensor.zero_gradient) zero_gradient(tensor, tile, gradient);
}

template <int kStates>
void run_mixed_item(RunItem* run_item, kernels::UpdateKind kind, Tier tier,
                    const StepTables& tables, const WorkItem& item, const HostScratch& scratch,
                    RowStatistics& statistics) {
  const TensorView& tensor = tables.tensors[item.tensor];
  const std::int64_t ld = tensor.leading_dimension;
  const auto run = [&](const Tile& tile, std::int64_t count) {
    run_tile<kStates>(run_item, kind, tier, tables, item.tensor, tile,
                      static_cast<std::int32_t>(count), scratch, statistics);
  };
  switch (tier) {
    case Tier::elements:
      return run({item.first, 1, item.count, item.count}, item.count);
    case Tier::columns:
    case Tier::long_columns: {
      const std::int64_t width = host_tile_columns(tensor.rows);
      for (std::int64_t done = 0; done < item.count; done += width) {
        const std::int64_t columns = std::min<std::int64_t>(width, item.count - done);
        run({item.first + done, tensor.rows, columns, ld}, columns);
      }
      return;
    }
    default:
      for (std::int64_t r = item.first; r < item.first + item.count; ++r) {
        run({r * ld, 1, tensor.columns, ld}, 1);
      }
  }
}

}  // namespace
}  // namespace curb::plan
