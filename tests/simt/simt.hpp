// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The emulator as tests see it: thread orders, deferred streams, counts, races.
//
// The emulator runs CUDA kernels compiled by g++. Blocks run one after another; inside a block each
// CUDA thread is a fiber that runs until it waits in a barrier or a warp collective. Hence what it
// cannot do: blocks that wait for one another, and host code that launches from several threads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace simt {

// Who runs first where CUDA leaves it open: the threads of a block between two barriers, and the
// blocks of a grid. A seeded order is also free to switch threads at atomics and warp collectives.
struct Order {
  enum class Kind : std::uint8_t { ascending, descending, seeded };
  Kind kind = Kind::ascending;
  std::uint64_t seed = 0;

  static Order ascending() { return {Kind::ascending, 0}; }
  static Order descending() { return {Kind::descending, 0}; }
  static Order seeded(std::uint64_t seed) { return {Kind::seeded, seed}; }
};

std::string to_string(Order order);

// The five orders under which kernel tests run. One is not enough: a missing barrier may be hidden
// by ascending order and show only in another.
std::array<Order, 5> orders();

// Sets the order of the launches in its lifetime.
class OrderScope {
 public:
  explicit OrderScope(Order order);
  ~OrderScope();
  OrderScope(const OrderScope&) = delete;
  OrderScope& operator=(const OrderScope&) = delete;

 private:
  Order before_;
};

// Without it, an operation on a stream happens at once. In its lifetime operations are queued, and
// when something waits for one, streams advance in a seeded order, as do the nodes of a graph: a
// missing event, synchronisation or dependency gives a wrong result under some seed. The
// destructor runs what is still queued.
class DeferredStreams {
 public:
  explicit DeferredStreams(std::uint64_t seed);
  ~DeferredStreams() noexcept(false);  // a queued kernel may break a rule
  DeferredStreams(const DeferredStreams&) = delete;
  DeferredStreams& operator=(const DeferredStreams&) = delete;
};

// The time between two events is a microsecond for each operation of the device, kernels of graphs
// included, so that what is chosen by times is chosen alike every time. In the lifetime of this,
// cudaEventElapsedTime gives `milliseconds` instead, one after the other, and the last for ever.
class ToldTimes {
 public:
  explicit ToldTimes(const std::vector<float>& milliseconds);
  ~ToldTimes();
  ToldTimes(const ToldTimes&) = delete;
  ToldTimes& operator=(const ToldTimes&) = delete;

 private:
  std::deque<float> times_;
};

// What the program asked of the runtime since the last reset.
struct Counts {
  std::map<std::string, long> launches;  // by kernel, without namespace and template arguments;
                                         // neither captured ones nor those of a graph's replay
  long graph_launches = 0;
  long graph_kernels = 0;          // kernels run by graph launches
  long host_waits = 0;             // synchronisations of device, stream, event, and blocking copies
  long copies = 0;                 // all, blocking or not
  long pageable_async_copies = 0;  // asynchronous copies from or to memory that is not pinned
  long memsets = 0;
  long allocations = 0;  // device and pinned, asynchronous or not
  long frees = 0;

  long total_launches() const;
};

const Counts& counts();
void reset_counts();

// In its lifetime the device has so many bytes of memory.
class DeviceMemorySize {
 public:
  explicit DeviceMemorySize(std::size_t bytes);
  ~DeviceMemorySize();
  DeviceMemorySize(const DeviceMemorySize&) = delete;
  DeviceMemorySize& operator=(const DeviceMemorySize&) = delete;

 private:
  std::size_t before_;
};

// Pairs of places in kernels that raced, and reads of shared memory that nobody wrote, since the
// last reset. Always 0 unless compiled with -fsanitize=thread. The first few are told on stderr. A
// process that ends with a count above 0 exits with status 66.
long race_count();
void reset_races();

// From now on kernels must not touch these bytes of a device allocation; AddressSanitizer reports
// it. Copies must keep away from them too.
void forbid(const void* device_address, std::size_t bytes);

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kAddressSanitized = true;
#else
constexpr bool kAddressSanitized = false;
#endif
#if defined(__SANITIZE_THREAD__)
constexpr bool kRaceChecked = true;
#else
constexpr bool kRaceChecked = false;
#endif

}  // namespace simt
