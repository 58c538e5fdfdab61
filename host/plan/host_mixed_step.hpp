// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The step of a tensor that is not fp32 throughout: what is narrow in a tile of it is widened into
// fp32 arrays that stay in cache, the tile is stepped by the same loops as any tensor, and stored
// in its own form.
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

/// The tile of an array that needs no widening: where it lies if it is a single run, or a copy.
template <class T>
T* tile_of(const Tile& tile, T* array, T* scratch) {
  if (tile.rows == 1) return array + tile.first;
  load_tile(tile, array, scratch, kAsItIs);
  return scratch;
}

float* load_weights(const TensorView& tensor, const Tile& tile, float* scratch) {
  switch (tensor.storage) {
    case Storage::float32:
    case Storage::bfloat16_master:
      return tile_of(tile, tensor.weight, scratch);
    case Storage::bfloat16_remainder:
      for_each_run(tile, [&](std::int64_t at, std::int64_t i, std::int64_t count) {
#pragma omp simd
        for (std::int64_t k = 0; k < count; ++k) {
          scratch[i + k] = rules::join({tensor.bfloat16[at + k], tensor.remainder[at + k]});
        }
      });
      return scratch;
    case Storage::bfloat16_stochastic:
      break;
  }
  load_tile(tile, tensor.bfloat16, scratch, kFromBfloat16);
  return scratch;
}

const float* load_gradient(const TensorView& tensor, const Tile& tile, const void* from,
                           float* scratch) {
  const auto* narrow = static_cast<const std::uint16_t*>(from);
  switch (tensor.gradient_type) {
    case DataType::float32:
      return tile_of(tile, const_cast<float*>(static_cast<const float*>(from)), scratch);
    case DataType::bfloat16:
      load_tile(tile, narrow, scratch, kFromBfloat16);
      return scratch;
    case DataType::float16:
      break;
  }
  load_tile(tile, narrow, scratch, [](std::uint16_t h) { return rules::from_float16(h); });
  return scratch;
}

/// Elements whose random bits are drawn together, a block of four at a time, in vectors.
constexpr int kRandomElements = 256;

/// Rounds the elements [first, last) of a run, whose element 0 is `at` in the tensor and weight[0].
void store_rounded_run(const TensorView& tensor, std::uint64_t step, std::int64_t at,
                       std::int64_t first, std::int64_t last, float* weight) {
  const std::int64_t block = (at + first) / 4;
  const auto blocks = static_cast<int>((at + last + 3) / 4 - block);
  std::uint16_t random[kRandomElements + 4];
#pragma omp simd
  for (int b = 0; b < blocks; ++b) {
    std::uint16_t four[4];
    rules::rounding_bits(tensor.random_key, step, 4 * (block + b), four);
    for (int i = 0; i < 4; ++i) random[4 * b + i] = four[i];
  }
  const std::uint16_t* bits = random + (at + first) % 4;
#pragma omp simd
  for (std::int64_t k = first; k < last; ++k) {
    const std::uint16_t rounded = rules::to_bfloat16_stochastic(weight[k], bits[k - first]);
    tensor.bfloat16[at + k] = rounded;
    weight[k] = rules::from_bfloat16(rounded);
  }
}

void store_rounded(const TensorView& tensor, const Tile& tile, std::uint64_t step, float* weight) {
  for_each_run(tile, [&](std::int64_t at, std::int64_t i, std::int64_t count) {
    for (std::int64_t first = 0; first < count; first += kRandomElements) {
      const std::int64_t last = std::min<std::int64_t>(count, first + kRandomElements);
      store_rounded_run(tensor, step, at, first, last, weight + i);
    }
  });
}

/// Stores the weights, and leaves in `weight` what was stored.
void store_weights(const TensorView& tensor, const Tile& tile, std::uint64_t step, float* weight) {
  switch (tensor.storage) {
    case Storage::bfloat16_master:
      store_tile(tile, weight, tensor.bfloat16, kToBfloat16);
      [[fallthrough]];
    case Storage::float32:
      if (tile.rows > 1) store_tile(tile, weight, tensor.weight, kAsItIs);
      return;
    case Storage::bfloat16_remainder:
      store_tile(tile, weight, tensor.bfloat16, [](float w) { return rules::split(w).bfloat16; });
      return store_tile(tile, weight, tensor.remainder,
                        [](float w) { return rules::split(w).remainder; });
    case Storage::bfloat16_stochastic:
      return store_rounded(tensor, tile, step, weight);
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

/// Steps the tile as a tensor of its own; `item_count` is how many elements, rows or columns that
/// tensor has.
template <int kStates>
void step_tile(RunItem* run_item, kernels::UpdateKind kind, Tier tier, const StepTables& tables,
               std::uint32_t index, const Tile& tile, std::int32_t item_count,
               const HostScratch& scratch, RowStatistics& statistics) {
  const TensorView& tensor = tables.tensors[index];
  const Coefficients& c = tables.coefficients[tensor.coefficients];
  TensorView view{};
  view.rows = tile.rows;
  view.columns = view.leading_dimension = tile.columns;
  view.coefficients = tensor.coefficients;
  view.weight = load_weights(tensor, tile, scratch.weight);
  const void* gradient = load_gradient(tensor, tile, tables.gradients[index], scratch.gradient);
  const bool narrow = tensor.velocity != nullptr;
  if (narrow) {
    load_tile(tile, tensor.velocity, scratch.state[0], kFromBfloat16);
    view.state[0] = scratch.state[0];
  }
  for (int s = narrow ? 1 : 0; s < kStates; ++s) {
    view.state[s] = tile_of(tile, tensor.state[s], scratch.state[s]);
  }
  if (tensor.mask != nullptr) {
    view.mask = tile_of(tile, const_cast<std::uint8_t*>(tensor.mask), scratch.mask);
  }

  run_item(kind, tier, {&view, &gradient, tables.coefficients}, {0, item_count, 0}, {}, statistics);

  store_weights(tensor, tile, c.step, view.weight);
  if (narrow) store_tile(tile, view.state[0], tensor.velocity, kToBfloat16);
  for (int s = narrow ? 1 : 0; s < kStates && tile.rows > 1; ++s) {
    store_tile(tile, view.state[s], tensor.state[s], kAsItIs);
  }
  if (tensor.average != nullptr) update_average(tensor, tile, c.ema_gain, view.weight);
}

template <int kStates>
void run_mixed_item(RunItem* run_item, kernels::UpdateKind kind, Tier tier,
                    const StepTables& tables, const WorkItem& item, const HostScratch& scratch,
                    RowStatistics& statistics) {
  const TensorView& tensor = tables.tensors[item.tensor];
  const std::int64_t ld = tensor.leading_dimension;
  const auto run = [&](const Tile& tile, std::int64_t count) {
    if (!tables.coefficients[tensor.coefficients].skip) {
      step_tile<kStates>(run_item, kind, tier, tables, item.tensor, tile,
                         static_cast<std::int32_t>(count), scratch, statistics);
    }
    if (tensor.zero_gradient) zero_gradient(tensor, tile, tables.gradients[item.tensor]);
  };
  switch (tier) {
    case Tier::elements:
      for (std::int64_t done = 0; done < item.count; done += kHostTileElements) {
        const std::int64_t count = std::min<std::int64_t>(kHostTileElements, item.count - done);
        run({item.first + done, 1, count, count}, count);
      }
      return;
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
