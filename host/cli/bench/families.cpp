// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/cli/bench/families.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "host/cli/bench/charts.hpp"
#include "host/cli/bench/text.hpp"

namespace curb::cli::bench {
namespace {

constexpr const char* kNothing = "-";

std::string with_spaces(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

/// A part of the name.
Column part(std::string title, std::size_t index) {
  return {std::move(title), [index](const Entry& entry) {
            return index < entry.parts.size() ? with_spaces(entry.parts[index]) : kNothing;
          }};
}

/// A part that is a number of something.
Column size_part(std::string title, std::size_t index) {
  return {std::move(title), [index](const Entry& entry) {
            return index < entry.parts.size() ? count_text(std::stod(entry.parts[index]))
                                              : kNothing;
          }};
}

Column label(std::string title) {
  return {std::move(title), [](const Entry& entry) { return with_spaces(entry.label); }};
}

Column number(std::string title, std::string counter, int decimals) {
  return {std::move(title), [=](const Entry& entry) {
            const std::optional<double> value = entry.number(counter);
            return value ? fmt::format("{:.{}f}", *value, decimals) : kNothing;
          }};
}

Column count(std::string title, std::string counter) {
  return {std::move(title), [=](const Entry& entry) {
            const std::optional<double> value = entry.number(counter);
            return value ? count_text(*value) : kNothing;
          }};
}

Column ratio(std::string title, std::string counter) {
  return {std::move(title), [=](const Entry& entry) {
            const std::optional<Spread> spread = entry.spread(counter);
            return spread ? ratio_text(*spread) : kNothing;
          }};
}

Column seconds(std::string title, std::string counter) {
  return {std::move(title), [=](const Entry& entry) {
            const std::optional<Spread> spread = entry.spread(counter);
            return spread ? time_text(*spread) : kNothing;
          }};
}

/// A rate is as good as the time that it was made of.
Column rate(std::string title, std::string counter) {
  return {std::move(title), [=](const Entry& entry) -> std::string {
            const std::optional<Spread> time = entry.spread("seconds");
            const std::optional<double> value = entry.number(counter);
            if (!time || !value) return kNothing;
            if (time->noisy()) return "noisy";
            return *value >= 1000.0 ? count_text(*value) : fmt::format("{:.1f}", *value);
          }};
}

/// One dot for each entry that has the counter, named by what follows the family's name.
std::function<std::string(const Entries&)> dots(std::string title, std::string axis,
                                                std::string counter,
                                                std::string predicting_counter = {},
                                                std::string prediction = {}) {
  return [=](const Entries& entries) -> std::string {
    DotChart chart{
        .title = title, .axis = axis, .prediction = prediction, .reference = 1.0, .dots = {}};
    for (const Entry& entry : entries) {
      const std::optional<Spread> spread = entry.spread(counter);
      if (!spread) continue;
      std::string name = entry.name.substr(entry.name.find('/') + 1);
      std::replace(name.begin(), name.end(), '/', ' ');
      chart.dots.push_back({with_spaces(name), *spread, entry.number(predicting_counter)});
    }
    return chart.dots.empty() ? std::string() : draw(chart);
  };
}

/// GB/s over sizes, a curve for each case. Names are FAMILY/CASE/SIZE.
std::string size_curves(const Entries& entries) {
  LineChart chart{.title = "Speed of a fused step by the number of weights",
                  .x_axis = "weights",
                  .y_axis = "GB/s",
                  .lines = {}};
  for (const Entry& entry : entries) {
    const std::optional<double> weights = entry.number("parameters");
    const std::optional<double> speed = entry.number("GB/s");
    if (!weights || !speed) continue;
    const std::string name = with_spaces(entry.parts[1]);
    if (chart.lines.empty() || chart.lines.back().name != name) chart.lines.push_back({name, {}});
    const std::optional<Spread> time = entry.spread("seconds");
    chart.lines.back().points.push_back({*weights, *speed, time && time->noisy()});
  }
  return chart.lines.empty() ? std::string() : draw(chart);
}

}  // namespace

const std::vector<FamilyReport>& family_reports() {
  static const std::vector<FamilyReport> reports{
      {"unfused",
       "Fused against separate passes",
       "The time of the same step in separate passes as a multiple of the fused step's, beside the "
       "ratio of the bytes that both move, which predicts it. each operation: decay, moments, step "
       "and every regulariser are passes of their own; zipped optimizer: the optimiser is one "
       "pass, "
       "and every regulariser one after it.",
       {part("step", 1), part("rival", 2), number("passes", "passes", 0),
        number("its bytes per weight", "unfused_bytes_per_parameter", 0),
        number("the fused step's", "bytes_per_parameter", 0),
        number("ratio of bytes", "bytes_of_fused", 2), ratio("ratio of times", "time_of_fused"),
        seconds("time of the fused step", "seconds")},
       dots("Time of separate passes",
            "time of the separate passes, as a multiple of the fused step's", "time_of_fused",
            "bytes_of_fused", "predicted by the bytes moved")},
      {"update",
       "Fused against a plain loop",
       "The fused step's speed as a fraction of a plain in-place loop's with the same reads and "
       "writes, run by run beside it; and its time as a multiple of the same step's with every "
       "stage off.",
       {part("optimiser", 1), part("stages", 2),
        number("bytes per weight", "bytes_per_parameter", 0), seconds("time", "seconds"),
        rate("GB/s", "GB/s"), ratio("of the plain loop's speed", "of_same_mix"),
        ratio("time of all stages off", "time_of_off")},
       dots("Speed beside a plain loop", "speed, as a fraction of the plain loop's",
            "of_same_mix")},
      {"sizes",
       "By the number of weights",
       "The same from what fits the nearest cache to what fits none. The plain loop is the better "
       "of "
       "one on one thread and one on all.",
       {part("step", 1), size_part("weights", 2), seconds("time", "seconds"), rate("GB/s", "GB/s"),
        ratio("of the plain loop's speed", "of_same_mix")},
       size_curves},
      {"rows",
       "Max-norm by the length of a row",
       "Momentum with elastic net and max-norm: its time as a multiple of the same step's without "
       "max-norm.",
       {part("incoming weights", 1), size_part("length", 2), label("tier"),
        seconds("time", "seconds"), rate("GB/s", "GB/s"),
        ratio("time of the step without it", "time_of_off")},
       dots("The price of max-norm", "time, as a multiple of the step without max-norm",
            "time_of_off")},
      {"storage",
       "By how things are stored",
       "Momentum with elastic net: its time as a multiple of the same step's with everything in "
       "fp32, beside the ratio of the bytes that both move.",
       {part("storage", 1), number("bytes per weight", "bytes_per_parameter", 0),
        number("ratio of bytes", "bytes_of_fp32", 2), ratio("time of fp32", "time_of_fp32"),
        seconds("time", "seconds")},
       dots("Time by storage", "time, as a multiple of the step in fp32", "time_of_fp32",
            "bytes_of_fp32", "predicted by the bytes moved")},
      {"many",
       "Many tensors in one plan",
       "Tensors of 64 to 4,096 weights in four groups: a step, binding all gradients at new "
       "addresses, and making the plan.",
       {size_part("tensors", 1), count("weights", "parameters"), seconds("time", "seconds"),
        seconds("rebinding", "rebind_seconds"), seconds("making the plan", "plan_seconds"),
        ratio("of one plain loop's speed", "of_same_mix")},
       nullptr},
      {"train",
       "Training steps",
       "Gather, forward, loss, backward and update of a batch, and the fraction of that time which "
       "the matrix products alone take.",
       {part("network", 1), part("batch", 2), seconds("time", "seconds"),
        rate("samples a second", "samples_per_second"),
        ratio("share of the products", "of_products")},
       nullptr},
      {"gpu_step",
       "On the GPU: fused, replayed and in separate passes",
       "Times of CUDA events. cold: the L2 cache was displaced before.",
       {part("step", 1), part("as", 2), part("L2", 3), size_part("weights", 4),
        seconds("time", "seconds"), rate("GB/s", "GB/s"),
        ratio("of the plain kernel's speed", "of_same_mix"), number("launches", "launches", 0),
        number("host us", "host_us", 1)},
       nullptr},
      {"gpu_rows",
       "On the GPU: max-norm by the length of a row",
       "The step with max-norm and without.",
       {part("incoming weights", 1), size_part("length", 2), part("stages", 3),
        seconds("time", "seconds"), rate("GB/s", "GB/s"),
        ratio("of the plain kernel's speed", "of_same_mix")},
       nullptr},
      {"gpu_many",
       "On the GPU: many tensors in one plan",
       "Tensors of 64 to 4,096 weights in four groups.",
       {size_part("tensors", 1), part("as", 2), seconds("time", "seconds"),
        number("launches", "launches", 0), number("host us", "host_us", 1)},
       nullptr},
      {"gpu_same_mix",
       "On the GPU: the plain kernel",
       "By the states that it reads and writes, and by how many times 16 bytes of each array a "
       "thread has in flight.",
       {part("states", 1), part("in flight", 2), size_part("weights", 3),
        seconds("time", "seconds"), rate("GB/s", "GB/s")},
       nullptr},
  };
  return reports;
}

}  // namespace curb::cli::bench
