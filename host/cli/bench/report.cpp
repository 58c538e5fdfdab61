// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/cli/bench/report.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "host/cli/bench/conditions.hpp"
#include "host/cli/bench/families.hpp"

namespace curb::cli::bench {
namespace {

using nlohmann::ordered_json;

Entries of_family(const Entries& all, const std::string& family) {
  Entries some;
  std::copy_if(all.begin(), all.end(), std::back_inserter(some),
               [&](const Entry& entry) { return entry.parts[0] == family && entry.error.empty(); });
  return some;
}

Section make_section(const FamilyReport& family, const Entries& entries) {
  Section section{family.title, family.explanation, {}, {}};
  for (const Column& column : family.columns) section.table.head.push_back(column.title);
  for (const Entry& entry : entries) {
    std::vector<std::string>& row = section.table.rows.emplace_back();
    for (const Column& column : family.columns) row.push_back(column.cell(entry));
  }
  if (family.chart) section.chart = family.chart(entries);
  return section;
}

/// One line for each thing that a reader of the figures has to know.
std::vector<std::string> condition_lines(const Results& results) {
  std::vector<std::string> lines;
  const ordered_json conditions = results.object("conditions");
  for (const auto& [key, value] : conditions.items()) {
    if (value.is_string()) lines.push_back(key + ": " + value.get<std::string>());
  }
  const ordered_json programs = results.object("programs");
  std::string said;
  for (const auto& [program, context] : programs.items()) {
    std::string line;
    for (const char* const key : {"device", "commit", "compiler", "instruction_set", "threads",
                                  "elements", "driver", "cuda", "flags", "times"}) {
      if (!context.contains(key)) continue;
      line += fmt::format("{}{} {}", line.empty() ? "" : ", ", key,
                          context.at(key).template get<std::string>());
    }
    if (line != said) lines.push_back("programs: " + line);
    said = line;
  }
  return lines;
}

std::vector<std::string> find_doubts(const Results& results) {
  std::vector<std::string> found;
  const ordered_json conditions = results.object("conditions");
  if (conditions.contains("watch")) found = doubts(conditions.at("watch"));
  if (conditions.value("interrupted", false)) {
    found.emplace_back("The run was interrupted: not everything was measured.");
  }
  std::size_t noisy = 0;
  for (const Entry& entry : results.entries) {
    if (!entry.error.empty()) found.push_back(entry.name + " failed: " + entry.error + ".");
    const std::optional<Spread> time = entry.spread("seconds");
    if (time && time->noisy()) ++noisy;
  }
  if (noisy > 0) {
    found.push_back(fmt::format(
        "{} of {} times are noisy: the middle half of the runs spreads over more than a tenth, and "
        "no figure is given for them. End what else runs and measure them again; ratios of runs "
        "side by side outlast such noise better than times do.",
        noisy, results.entries.size()));
  }
  return found;
}

}  // namespace

Report make_report(const Results& results) {
  Report report{condition_lines(results), find_doubts(results), {}};
  const auto add_roofline = [&](std::string title, std::string chart) {
    if (chart.empty()) return;
    report.sections.push_back(
        {std::move(title),
         "Weights updated in a second by the bytes that a step moves for each. No step of arrays "
         "that fit no cache gets above the roof; one that moves less is further to the right, "
         "where "
         "the roof is higher.",
         {},
         std::move(chart)});
  };
  add_roofline("Roofline of the CPU", cpu_roofline(results.entries));
  add_roofline("Roofline of the GPU", gpu_roofline(results.entries));
  for (const FamilyReport& family : family_reports()) {
    const Entries entries = of_family(results.entries, family.family);
    if (!entries.empty()) report.sections.push_back(make_section(family, entries));
  }
  return report;
}

std::string to_markdown(const Report& report) {
  std::string text = "# curb bench\n\n";
  for (const std::string& line : report.conditions) text += "- " + line + '\n';
  for (const std::string& doubt : report.doubts) text += "\n**" + doubt + "**\n";
  for (const Section& section : report.sections) {
    if (section.table.rows.empty()) continue;  // only a picture
    text += fmt::format("\n## {}\n\n{}\n\n{}", section.title, section.explanation,
                        section.table.markdown());
  }
  return text;
}

}  // namespace curb::cli::bench
