// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/cli/bench/conditions.hpp"

#include <fmt/core.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "host/cli/bench/gpu_state.hpp"

namespace curb::cli::bench {
namespace {

double load_average() {
  double load = 0.0;
  return getloadavg(&load, 1) == 1 ? load : 0.0;
}

/// Seconds that ended children used.
double children_seconds() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::int64_t throttle_count() {
  std::int64_t sum = 0;
  for (unsigned i = 0; i < std::thread::hardware_concurrency(); ++i) {
    std::ifstream file(
        fmt::format("/sys/devices/system/cpu/cpu{}/thermal_throttle/core_throttle_count", i));
    std::int64_t count = 0;
    if (file >> count) sum += count;
  }
  return sum;
}

/// How fast one processor multiplies, each product waiting for the last: its clock, up to a factor.
/// The best of some tries, so that what else runs does not count.
double multiplications_per_second() {
  constexpr int kTries = 5;
  constexpr int kCount = 1 << 20;
  using Clock = std::chrono::steady_clock;
  double best = 0.0;
  volatile std::uint64_t seed = 1;
  for (int i = 0; i < kTries; ++i) {
    std::uint64_t x = seed;
    const auto start = Clock::now();
    for (int k = 0; k < kCount; ++k) x = x * 0x5851f42d4c957f2du + 1;
    seed = x;
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    best = std::max(best, kCount / seconds);
  }
  return best;
}

}  // namespace

std::string machine_name() {
  std::ifstream file("/proc/cpuinfo");
  std::string name = "unknown processor";
  bool is_virtual = false;
  for (std::string line; std::getline(file, line) && !line.empty();) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos) continue;
    if (line.starts_with("model name")) name = line.substr(colon + 2);
    if (line.starts_with("flags") && line.find(" hypervisor") != std::string::npos) {
      is_virtual = true;
    }
  }
  return fmt::format("{}{}, {} processors", is_virtual ? "virtual machine, " : "", name,
                     std::thread::hardware_concurrency());
}

std::optional<MachineWatch::ProcessorTimes> MachineWatch::processor_times() {
  std::ifstream file("/proc/stat");
  std::string word;
  double user = 0.0, nice = 0.0, system = 0.0, idle = 0.0, waiting = 0.0, irq = 0.0, softirq = 0.0,
         stolen = 0.0;
  if (!(file >> word >> user >> nice >> system >> idle >> waiting >> irq >> softirq >> stolen)) {
    return std::nullopt;
  }
  const double tick = 1.0 / static_cast<double>(sysconf(_SC_CLK_TCK));
  const double busy = user + nice + system + irq + softirq;
  return ProcessorTimes{tick * (busy + idle + waiting + stolen), tick * busy, tick * stolen};
}

MachineWatch::MachineWatch()
    : times_before_(processor_times()),
      children_before_(children_seconds()),
      load_before_(load_average()),
      throttled_before_(throttle_count()) {
  look();
}

void MachineWatch::look() { speeds_.push_back(multiplications_per_second()); }

nlohmann::ordered_json MachineWatch::report() const {
  nlohmann::ordered_json facts;
  facts["load_average"] = {load_before_, load_average()};
  const std::optional<ProcessorTimes> now = processor_times();
  if (now && times_before_ && now->all > times_before_->all) {
    const double all = now->all - times_before_->all;
    const double ours = children_seconds() - children_before_;
    const auto share = [all](double seconds) { return std::clamp(seconds / all, 0.0, 1.0); };
    facts["others_share"] = share(now->busy - times_before_->busy - ours);
    facts["stolen_share"] = share(now->stolen - times_before_->stolen);
  }
  const auto [slowest, fastest] = std::minmax_element(speeds_.begin(), speeds_.end());
  facts["clock_drop"] = 1.0 - *slowest / *fastest;
  facts["throttled"] = throttle_count() - throttled_before_;
  if (const std::string reason = gpu_slowed_by(); !reason.empty()) facts["gpu_slowed_by"] = reason;
  return facts;
}

std::vector<std::string> doubts(const nlohmann::ordered_json& report) {
  std::vector<std::string> sentences;
  const auto percent_above = [&](const char* key, double limit) -> std::optional<double> {
    const double value = report.value(key, 0.0);
    if (value <= limit) return std::nullopt;
    return 100.0 * value;
  };
  if (const auto share = percent_above("others_share", 0.05)) {
    sentences.push_back(fmt::format(
        "The machine was not quiet: other processes used {:.0f} % of its processors. End them and "
        "measure again.",
        *share));
  }
  if (const auto share = percent_above("stolen_share", 0.02)) {
    sentences.push_back(
        fmt::format("The virtual machine's host gave {:.0f} % of its processors to others: only "
                    "ratios measured side by side mean much.",
                    *share));
  }
  if (const auto drop = percent_above("clock_drop", 0.1)) {
    sentences.push_back(
        fmt::format("The processors' clock fell by {:.0f} % between two looks at it: fix it "
                    "(cpupower frequency-set -g performance), or let them cool.",
                    *drop));
  }
  if (report.value("throttled", 0) > 0) {
    sentences.push_back("The processors slowed down for heat: let them cool and measure again.");
  }
  if (report.contains("gpu_slowed_by")) {
    sentences.push_back(
        "The GPU's clocks were held down: " + report.at("gpu_slowed_by").get<std::string>() + ".");
  }
  return sentences;
}

}  // namespace curb::cli::bench
