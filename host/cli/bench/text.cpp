// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/cli/bench/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "host/drawing/svg.hpp"

namespace curb::cli::bench {
namespace {

using drawing::escape;

struct Unit {
  double factor;
  const char* name;
};

Unit unit_of(double seconds) {
  if (seconds < 1e-6) return {1e9, "ns"};
  if (seconds < 1e-3) return {1e6, "us"};
  if (seconds < 1.0) return {1e3, "ms"};
  return {1.0, "s"};
}

/// At least three digits.
std::string digits(double value) {
  if (value >= 100.0) return fmt::format("{:.0f}", value);
  return fmt::format("{:.{}f}", value, value >= 10.0 ? 1 : 2);
}

}  // namespace

std::string time_text(double seconds) {
  const Unit unit = unit_of(seconds);
  return digits(unit.factor * seconds) + ' ' + unit.name;
}

std::string count_text(double count) {
  std::string text = std::to_string(static_cast<std::int64_t>(std::llround(count)));
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, 1, ',');
  return text;
}

std::string ratio_text(const Spread& spread) {
  const std::string range = fmt::format("({:.2f} to {:.2f})", spread.low, spread.high);
  return (spread.noisy() ? "noisy" : fmt::format("{:.2f}", spread.median)) + ' ' + range;
}

std::string time_text(const Spread& spread) {
  const Unit unit = unit_of(spread.median);
  const std::string range =
      fmt::format("({} to {}", digits(unit.factor * spread.low), digits(unit.factor * spread.high));
  if (spread.noisy()) return "noisy " + range + ' ' + unit.name + ')';
  return time_text(spread.median) + ' ' + range + ')';
}

std::string Table::markdown() const {
  std::vector<std::size_t> widths;
  for (std::size_t column = 0; column < head.size(); ++column) {
    std::size_t width = std::max<std::size_t>(3, head[column].size());
    for (const auto& row : rows) width = std::max(width, row[column].size());
    widths.push_back(width);
  }
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text = "|";
    for (std::size_t i = 0; i < cells.size(); ++i) {
      text += fmt::format(" {:<{}} |", cells[i], widths[i]);
    }
    return text + '\n';
  };
  std::string text = line(head) + '|';
  for (const std::size_t width : widths) text += std::string(width + 2, '-') + '|';
  text += '\n';
  for (const auto& row : rows) text += line(row);
  return text;
}

std::string Table::html() const {
  std::string text = "<table>\n<thead><tr>";
  for (const std::string& cell : head) text += "<th>" + escape(cell) + "</th>";
  text += "</tr></thead>\n<tbody>\n";
  for (const auto& row : rows) {
    text += "<tr>";
    for (const std::string& cell : row) {
      const bool doubtful = cell.starts_with("noisy");
      text += (doubtful ? "<td class=\"noisy\">" : "<td>") + escape(cell) + "</td>";
    }
    text += "</tr>\n";
  }
  return text + "</tbody>\n</table>\n";
}

}  // namespace curb::cli::bench
