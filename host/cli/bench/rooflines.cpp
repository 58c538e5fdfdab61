// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Which of the results make a roofline.
#include <algorithm>
#include <optional>

#include "host/cli/bench/charts.hpp"
#include "host/cli/bench/families.hpp"

namespace curb::cli::bench {
namespace {

std::optional<Roofline::Step> step_of(const Entry& entry, const std::string& seconds,
                                      const std::string& bytes_per_parameter) {
  const std::optional<double> weights = entry.number("parameters");
  const std::optional<double> time = entry.number(seconds);
  const std::optional<double> bytes = entry.number(bytes_per_parameter);
  if (!weights || !time || !bytes) return std::nullopt;
  return Roofline::Step{*bytes, *weights / *time};
}

Roofline::Case& case_named(Roofline& chart, const std::string& name) {
  for (Roofline::Case& c : chart.cases) {
    if (c.name == name) return c;
  }
  chart.cases.push_back({.name = name, .fused = {}, .rivals = {}, .cached_weights_per_second = {}});
  return chart.cases.back();
}

std::string with_spaces(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

/// Draws the cases whose fused step was measured.
std::string finished(Roofline chart) {
  std::erase_if(chart.cases,
                [](const Roofline::Case& c) { return c.fused.weights_per_second <= 0.0; });
  if (chart.cases.empty() || chart.bytes_per_second <= 0.0) return {};
  for (Roofline::Case& c : chart.cases) c.name = with_spaces(c.name);
  return draw(chart);
}

/// The fastest of the plain loops or kernels that steps were compared with.
void raise_roof(Roofline& chart, const Entry& entry) {
  const std::optional<double> speed = entry.number("GB/s");
  const std::optional<double> of_plain = entry.number("of_same_mix");
  if (!speed || !of_plain) return;
  chart.bytes_per_second = std::max(chart.bytes_per_second, 1e9 * *speed / *of_plain);
}

}  // namespace

std::string cpu_roofline(const Entries& all) {
  Roofline chart{.title = "Roofline of the CPU", .bytes_per_second = 0.0, .cases = {}};
  for (const Entry& entry : all) {
    const std::string& family = entry.parts[0];
    if (family == "update") raise_roof(chart, entry);
    if (family == "unfused") {
      Roofline::Case& c = case_named(chart, entry.parts[1]);
      if (const auto step = step_of(entry, "seconds", "bytes_per_parameter")) c.fused = *step;
      if (const auto step = step_of(entry, "unfused_seconds", "unfused_bytes_per_parameter")) {
        c.rivals.push_back(*step);
      }
    }
    if (family == "sizes") {
      const auto step = step_of(entry, "seconds", "bytes_per_parameter");
      if (!step) continue;
      std::optional<double>& best = case_named(chart, entry.parts[1]).cached_weights_per_second;
      best = std::max(best.value_or(0.0), step->weights_per_second);
    }
  }
  return finished(std::move(chart));
}

std::string gpu_roofline(const Entries& all) {
  Roofline chart{.title = "Roofline of the GPU", .bytes_per_second = 0.0, .cases = {}};
  double largest = 0.0;
  for (const Entry& entry : all) {
    if (entry.parts[0] == "gpu_step") {
      largest = std::max(largest, entry.number("parameters").value_or(0.0));
    }
  }
  for (const Entry& entry : all) {
    if (entry.parts[0] != "gpu_step" || entry.number("parameters") != largest) continue;
    const auto step = step_of(entry, "seconds", "bytes_per_parameter");
    if (!step) continue;
    raise_roof(chart, entry);
    Roofline::Case& c = case_named(chart, entry.parts[1]);
    if (entry.parts[2] == "fused") {
      c.fused = *step;
    } else if (!entry.parts[2].ends_with("_graph")) {
      c.rivals.push_back(*step);
    }
  }
  return finished(std::move(chart));
}

}  // namespace curb::cli::bench
