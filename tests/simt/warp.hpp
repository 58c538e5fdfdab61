// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Warp collectives: every lane named in the mask brings a value, and then reads the others'.
// C++17, as kernels are.
#pragma once

#include <cstddef>
#include <cstring>
#include <type_traits>

#include "tests/simt/error.hpp"

namespace simt {

constexpr int kWarpLanes = 32;
constexpr std::size_t kLaneBytes = 16;

// The values that the lanes of a collective brought.
struct Lanes {
  unsigned mask;  // the lanes that took part
  const unsigned char (*values)[kLaneBytes];

  bool has(int lane) const { return (mask >> lane & 1u) != 0; }

  template <class T>
  T value(int lane) const {
    T result;
    std::memcpy(static_cast<void*>(&result), values[lane], sizeof(T));
    return result;
  }
};

// Lane of the running thread within its warp.
int lane_index();

// Brings `bytes` of `value` and waits for the other lanes of `mask`. An error: a lane that is not
// in its own mask, or lanes of one mask at different places.
Lanes gather(unsigned mask, const void* value, std::size_t bytes, const char* operation, Site site);

// As gather, for __syncwarp: it also orders the lanes' memory accesses, which no other does.
void sync_lanes(unsigned mask, Site site);

template <class T>
T shuffle(unsigned mask, T value, int source, bool in_range, const char* operation, Site site) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= kLaneBytes);
  const Lanes lanes = gather(mask, &value, sizeof(T), operation, site);
  if (!in_range) return value;
  if (lanes.has(source)) return lanes.value<T>(source);
  T junk;  // CUDA leaves the value of a lane that takes no part undefined
  std::memset(static_cast<void*>(&junk), 0xff, sizeof(T));
  return junk;
}

template <class T, class Fold>
T reduce_lanes(unsigned mask, T value, const char* operation, Site site, Fold fold) {
  const Lanes lanes = gather(mask, &value, sizeof(T), operation, site);
  T result = value;
  bool first = true;
  for (int lane = 0; lane < kWarpLanes; ++lane) {
    if (!lanes.has(lane)) continue;
    result = first ? lanes.value<T>(lane) : fold(result, lanes.value<T>(lane));
    first = false;
  }
  return result;
}

inline unsigned ballot(unsigned mask, bool predicate, const char* operation, Site site) {
  const unsigned char bit = predicate;
  const Lanes lanes = gather(mask, &bit, sizeof(bit), operation, site);
  unsigned result = 0;
  for (int lane = 0; lane < kWarpLanes; ++lane) {
    if (lanes.has(lane) && lanes.values[lane][0] != 0) result |= 1u << lane;
  }
  return result;
}

}  // namespace simt

inline void __syncwarp(unsigned mask = 0xffffffffu, simt::Site site = simt::Site::here()) {
  simt::sync_lanes(mask, site);
}

// `width` splits the warp into segments of that many lanes; the source stays in one's own.
template <class T>
T __shfl_sync(unsigned mask, T value, int source, int width = simt::kWarpLanes,
              simt::Site site = simt::Site::here()) {
  const int segment = simt::lane_index() & ~(width - 1);
  return simt::shuffle(mask, value, segment | (source & (width - 1)), true, "__shfl_sync", site);
}

template <class T>
T __shfl_xor_sync(unsigned mask, T value, int lane_mask, int width = simt::kWarpLanes,
                  simt::Site site = simt::Site::here()) {
  const int lane = simt::lane_index();
  const int source = lane ^ lane_mask;
  const bool in_range = source < simt::kWarpLanes && source <= (lane | (width - 1));
  return simt::shuffle(mask, value, source, in_range, "__shfl_xor_sync", site);
}

template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = simt::kWarpLanes,
                   simt::Site site = simt::Site::here()) {
  const int lane = simt::lane_index();
  const int source = lane + static_cast<int>(delta);
  const bool in_range = source <= (lane | (width - 1));
  return simt::shuffle(mask, value, source, in_range, "__shfl_down_sync", site);
}

template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = simt::kWarpLanes,
                 simt::Site site = simt::Site::here()) {
  const int lane = simt::lane_index();
  const int source = lane - static_cast<int>(delta);
  const bool in_range = source >= (lane & ~(width - 1));
  return simt::shuffle(mask, value, source, in_range, "__shfl_up_sync", site);
}

inline unsigned __ballot_sync(unsigned mask, int predicate, simt::Site site = simt::Site::here()) {
  return simt::ballot(mask, predicate != 0, "__ballot_sync", site);
}
inline int __any_sync(unsigned mask, int predicate, simt::Site site = simt::Site::here()) {
  return simt::ballot(mask, predicate != 0, "__any_sync", site) != 0;
}
inline int __all_sync(unsigned mask, int predicate, simt::Site site = simt::Site::here()) {
  return simt::ballot(mask, predicate == 0, "__all_sync", site) == 0;
}

template <class T>
T __reduce_add_sync(unsigned mask, T value, simt::Site site = simt::Site::here()) {
  static_assert(std::is_integral_v<T> && sizeof(T) == 4);
  return simt::reduce_lanes(mask, value, "__reduce_add_sync", site, [](T a, T b) {
    return static_cast<T>(static_cast<unsigned>(a) + static_cast<unsigned>(b));
  });
}
template <class T>
T __reduce_max_sync(unsigned mask, T value, simt::Site site = simt::Site::here()) {
  static_assert(std::is_integral_v<T> && sizeof(T) == 4);
  return simt::reduce_lanes(mask, value, "__reduce_max_sync", site,
                            [](T a, T b) { return a > b ? a : b; });
}
template <class T>
T __reduce_min_sync(unsigned mask, T value, simt::Site site = simt::Site::here()) {
  static_assert(std::is_integral_v<T> && sizeof(T) == 4);
  return simt::reduce_lanes(mask, value, "__reduce_min_sync", site,
                            [](T a, T b) { return a < b ? a : b; });
}
