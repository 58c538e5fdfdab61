// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The race check: remembers, for every byte of device and shared memory, who touched it last, and
// compares each new access with that. Two accesses race when they come from different threads of
// one launch, at least one writes, not both are atomic, and nothing orders them.
#include "tests/simt/race.hpp"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tests/simt/program.hpp"
#include "tests/simt/race_access.hpp"
#include "tests/simt/race_order.hpp"
#include "tests/simt/runtime.hpp"
#include "tests/simt/scheduler.hpp"
#include "tests/simt/shared_memory.hpp"

namespace simt::race {
namespace {

// The last accesses to one byte, or word. Of the reads that no write has followed, these suffice:
// if the next write races with any of them, it races with one that is kept.
struct Cell {
  Access write;
  Access read;              // the last
  Access other_lane_read;   // the last before it by another lane of its warp
  Access other_warp_read;   // the last before it by another warp of its block
  Access other_block_read;  // the last before it by another block
};

// The cells of a stretch of memory: one for each word, or for each byte once the launch has touched
// the page in other units than words.
class Page {
 public:
  static constexpr std::uintptr_t kBytes = 256;
  static constexpr std::size_t kWordBytes = 4;

  void begin(std::uint32_t launch) {
    if (launch_ == launch) return;
    launch_ = launch;
    unit_ = kWordBytes;
    cells_.assign(kBytes / unit_, Cell{});
  }
  void split_words() {
    if (unit_ == 1) return;
    std::vector<Cell> bytes;
    for (const Cell& cell : cells_) bytes.insert(bytes.end(), unit_, cell);
    cells_ = std::move(bytes);
    unit_ = 1;
  }
  std::size_t unit() const { return unit_; }
  Cell& at(std::uintptr_t address) { return cells_[address % kBytes / unit_]; }

 private:
  std::uint32_t launch_ = 0;
  std::size_t unit_ = kWordBytes;
  std::vector<Cell> cells_;
};

enum class Fault { write_after_write, write_after_read, read_after_write, read_of_unwritten };

const char* to_text(Fault fault) {
  switch (fault) {
    case Fault::write_after_write:
      return "write after write";
    case Fault::write_after_read:
      return "write after read";
    case Fault::read_after_write:
      return "read after write";
    case Fault::read_of_unwritten:
      break;
  }
  return "read of memory that nobody wrote";
}

class Detector {
 public:
  ~Detector() {
    if (faults_.empty()) return;
    std::fprintf(stderr, "simt: %zu race(s)\n", faults_.size());
    std::fflush(nullptr);
    std::_Exit(66);
  }

  void launch_begins() {
    ++launch_;
    now_ = 0;
    ordering_.launch_begins();
  }
  void block_begins(std::uint32_t block) {
    block_ = block;
    ordering_.block_begins();
  }
  Ordering& ordering() { return ordering_; }
  std::uint32_t block() const { return block_; }
  Moment now() const { return now_; }

  void access(const void* address, std::size_t bytes, AccessKind kind, const void* code);

  long count() const { return static_cast<long>(faults_.size()); }
  void reset() { faults_.clear(); }

 private:
  Page& page_of(std::uintptr_t address);
  void check_write(Cell& cell, const Access& access);
  void check_read(Cell& cell, const Access& access);
  bool races(const Access& earlier, const Access& later) const;
  void report(Fault fault, const Access& earlier, const Access& later);

  std::uint32_t launch_ = 0;
  std::uint32_t block_ = 0;
  Moment now_ = 0;
  Ordering ordering_;
  std::unordered_map<std::uintptr_t, std::unique_ptr<Page>> pages_;
  std::pair<std::uintptr_t, Page*> last_page_ = {0, nullptr};

  const char* address_ = nullptr;  // of the access that is being checked
  bool shared_ = false;
  std::set<std::tuple<Fault, std::uint32_t, std::uint32_t>> faults_;  // with the code of both
};

Detector detector;

// Code addresses are kept as 32-bit distances from this variable.
const char anchor = 0;

std::uint32_t pack_code(const void* code) {
  return static_cast<std::uint32_t>(static_cast<const char*>(code) - &anchor);
}

std::string describe(const Access& access) {
  const auto distance = static_cast<std::int32_t>(access.code);
  const char* return_address = &anchor + distance;
  return "block " + std::to_string(access.block) + " thread " + std::to_string(access.thread) +
         " in " + describe_code(return_address - 1);
}

void Detector::access(const void* address, std::size_t bytes, AccessKind kind, const void* code) {
  const Scheduler& scheduler = Scheduler::instance();
  if (scheduler.on_stack(address)) return;
  shared_ = SharedMemory::contains(address);
  if (!shared_ && find_allocation(address) == nullptr) return;

  const Access access = {++now_, block_, pack_code(code),
                         static_cast<std::uint16_t>(scheduler.thread()),
                         kind == AccessKind::atomic_read || kind == AccessKind::atomic_write};
  const bool writes = kind == AccessKind::write || kind == AccessKind::atomic_write;
  const auto begin = reinterpret_cast<std::uintptr_t>(address);
  const bool words = begin % Page::kWordBytes == 0 && bytes % Page::kWordBytes == 0;
  for (std::uintptr_t at = begin; at < begin + bytes;) {
    Page& page = page_of(at);
    if (!words) page.split_words();
    address_ = reinterpret_cast<const char*>(at);
    if (writes) {
      check_write(page.at(at), access);
    } else {
      check_read(page.at(at), access);
    }
    at += page.unit();
  }
  if (access.atomic) ordering_.atomic(address, access);
}

Page& Detector::page_of(std::uintptr_t address) {
  const std::uintptr_t number = address / Page::kBytes;
  if (last_page_.second == nullptr || last_page_.first != number) {
    std::unique_ptr<Page>& page = pages_[number];
    if (!page) page = std::make_unique<Page>();
    last_page_ = {number, page.get()};
  }
  last_page_.second->begin(launch_);
  return *last_page_.second;
}

void Detector::check_write(Cell& cell, const Access& access) {
  if (races(cell.write, access)) report(Fault::write_after_write, cell.write, access);
  for (const Access* read :
       {&cell.read, &cell.other_lane_read, &cell.other_warp_read, &cell.other_block_read}) {
    if (races(*read, access)) report(Fault::write_after_read, *read, access);
  }
  if (access.atomic) {
    cell.write = access;
  } else {
    cell = {access, {}, {}, {}, {}};  // what preceded this write precedes all that follows it
  }
}

void Detector::check_read(Cell& cell, const Access& access) {
  if (shared_ && (cell.write.moment == 0 || cell.write.block != block_)) {
    report(Fault::read_of_unwritten, access, access);
  } else if (races(cell.write, access)) {
    report(Fault::read_after_write, cell.write, access);
  }
  const Access& last = cell.read;
  if (last.moment != 0 && last.block != access.block) {
    cell.other_block_read = last;
    cell.other_warp_read = cell.other_lane_read = Access{};
  } else if (last.moment != 0 && last.thread / kWarpLanes != access.thread / kWarpLanes) {
    cell.other_warp_read = last;
    cell.other_lane_read = Access{};
  } else if (last.moment != 0 && last.thread != access.thread) {
    cell.other_lane_read = last;
  }
  cell.read = access;
}

bool Detector::races(const Access& earlier, const Access& later) const {
  if (earlier.moment == 0 || (earlier.atomic && later.atomic)) return false;
  if (earlier.block == later.block) {
    return !ordering_.precedes_in_block(earlier, later.thread);
  }
  return !shared_ && !ordering_.precedes_across_blocks(earlier, later.thread);
}

void Detector::report(Fault fault, const Access& earlier, const Access& later) {
  constexpr std::size_t kToldInFull = 8;
  if (!faults_.emplace(fault, earlier.code, later.code).second) return;
  if (faults_.size() > kToldInFull) return;
  std::string text = std::string("simt race: ") + to_text(fault) + ", " +
                     (shared_ ? SharedMemory::describe(address_) : "device memory") + ": " +
                     describe(later);
  if (fault != Fault::read_of_unwritten) text += "; before it " + describe(earlier);
  std::fprintf(stderr, "%s\n", text.c_str());
}

bool checking = false;  // the library code that the check itself uses may be instrumented as well

class Checking {
 public:
  Checking() { checking = true; }
  ~Checking() { checking = false; }
  Checking(const Checking&) = delete;
  Checking& operator=(const Checking&) = delete;
};

}  // namespace

void launch_begins() {
  const Checking guard;
  detector.launch_begins();
}

void block_begins(std::uint32_t block) {
  const Checking guard;
  detector.block_begins(block);
}

void barrier_passed() { detector.ordering().barrier_passed(detector.now()); }

void lanes_synchronized(int warp, unsigned lanes) {
  const Checking guard;
  detector.ordering().lanes_synchronized(warp, lanes, detector.now());
}

void fence() {
  const Checking guard;
  const auto thread = static_cast<std::uint16_t>(Scheduler::instance().thread());
  detector.ordering().fence(detector.block(), thread, detector.now());
}

void access(const void* address, std::size_t bytes, AccessKind kind, const void* code) {
  if (checking || !Scheduler::instance().in_kernel()) return;
  const Checking guard;
  detector.access(address, bytes, kind, code);
}

}  // namespace simt::race

namespace simt {

long race_count() { return race::detector.count(); }
void reset_races() { race::detector.reset(); }

}  // namespace simt
