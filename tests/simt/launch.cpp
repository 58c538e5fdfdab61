// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Launches, their order, what is counted, and the log of the kernels that ran.
#include "tests/simt/launch.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <set>
#include <utility>

#include "tests/simt/runtime.hpp"
#include "tests/simt/scheduler.hpp"
#include "tests/simt/shared_memory.hpp"

namespace simt {
namespace {

Order order_now;

// "curb::kernels::update<float, Sgd>" is "update".
std::string base_name(const std::string& name) {
  const std::string plain = name.substr(0, name.find('<'));
  const std::size_t scope = plain.rfind("::");
  return scope == std::string::npos ? plain : plain.substr(scope + 2);
}

// At the end of the process, appends the base name of each kernel that ran to the file that
// CURB_SIMT_LOG names.
class KernelLog {
 public:
  ~KernelLog() {
    const char* path = std::getenv("CURB_SIMT_LOG");
    if (path == nullptr || ran_.empty()) return;
    std::string lines;
    for (const std::string& name : ran_) lines += name + "\n";
    // One write to a file opened for appending: tests that run at the same time share the log.
    const int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    const bool written =
        file >= 0 && write(file, lines.data(), lines.size()) == static_cast<ssize_t>(lines.size());
    if (!written) std::perror(path);
    if (file >= 0) close(file);
  }
  void add(std::string name) { ran_.insert(std::move(name)); }

 private:
  std::set<std::string> ran_;
};

KernelLog kernel_log;

bool is_valid(const KernelLaunch& launch) {
  constexpr unsigned kMaxThreads = 1024, kMaxBlockZ = 64, kMaxGridX = 0x7fffffff, kMaxGrid = 65535;
  const dim3 block = launch.block, grid = launch.grid;
  return block.x > 0 && block.y > 0 && block.z > 0 && block.x <= kMaxThreads &&
         block.y <= kMaxThreads && block.z <= kMaxBlockZ &&
         block.x * block.y * block.z <= kMaxThreads && grid.x > 0 && grid.y > 0 && grid.z > 0 &&
         grid.x <= kMaxGridX && grid.y <= kMaxGrid && grid.z <= kMaxGrid;
}

}  // namespace

std::string to_string(Order order) {
  switch (order.kind) {
    case Order::Kind::ascending:
      return "ascending";
    case Order::Kind::descending:
      return "descending";
    case Order::Kind::seeded:
      break;
  }
  return "seeded(" + std::to_string(order.seed) + ")";
}

std::array<Order, 5> orders() {
  return {Order::ascending(), Order::descending(), Order::seeded(1), Order::seeded(2),
          Order::seeded(3)};
}

Order current_order() { return order_now; }

OrderScope::OrderScope(Order order) : before_(std::exchange(order_now, order)) {}
OrderScope::~OrderScope() { order_now = before_; }

Counts& mutable_counts() {
  static auto* counts = new Counts;  // outlives every static destructor
  return *counts;
}

const Counts& counts() { return mutable_counts(); }
void reset_counts() { mutable_counts() = Counts{}; }

long Counts::total_launches() const {
  long total = 0;
  for (const auto& [kernel, times] : launches) total += times;
  return total;
}

cudaError_t launch(KernelLaunch launch, cudaStream_t stream) {
  if (!is_valid(launch)) return fail(cudaErrorInvalidConfiguration);
  if (launch.shared_bytes > kMaxDynamicSharedBytes) return fail(cudaErrorInvalidValue);
  const std::string name = base_name(launch.name);
  if (!is_capturing(stream)) ++mutable_counts().launches[name];
  return enqueue(stream, Work::kernel, [launch = std::move(launch), name] {
    kernel_log.add(name);
    Scheduler::instance().run_grid(launch, current_order());
  });
}

}  // namespace simt
