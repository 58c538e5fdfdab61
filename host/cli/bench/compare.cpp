// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/cli/bench/compare.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace curb::cli::bench {
namespace {

const Entry* find(const Results& results, const std::string& name) {
  const auto found = std::find_if(results.entries.begin(), results.entries.end(),
                                  [&](const Entry& entry) { return entry.name == name; });
  return found == results.entries.end() ? nullptr : &*found;
}

std::string verdict(const Spread& a, const Spread& b) {
  if (b.high < a.low) return "better";
  if (b.low > a.high) return "worse";
  return "undecided";
}

std::string machine_of(const Results& results) {
  return results.object("conditions").value("machine", "");
}

/// What only `one` has, as a note.
void note_missing(const Results& one, const Results& other, const char* which,
                  std::vector<std::string>& notes) {
  std::string names;
  for (const Entry& entry : one.entries) {
    if (find(other, entry.name) == nullptr) names += (names.empty() ? "" : ", ") + entry.name;
  }
  if (!names.empty()) notes.push_back(fmt::format("Only in {}: {}.", which, names));
}

}  // namespace

Comparison compare(const Results& a, const Results& b) {
  Comparison comparison;
  if (machine_of(a) != machine_of(b)) {
    comparison.notes.push_back(
        fmt::format("Times of two machines: A is of {}, B of {}.", machine_of(a), machine_of(b)));
  }
  comparison.table.head = {"benchmark", "A", "B", "B / A", "B is"};
  int better = 0;
  int worse = 0;
  int undecided = 0;
  for (const Entry& in_a : a.entries) {
    const Entry* const in_b = find(b, in_a.name);
    if (in_b == nullptr) continue;
    const std::optional<Spread> time_a = in_a.spread("seconds");
    const std::optional<Spread> time_b = in_b->spread("seconds");
    if (!time_a || !time_b) continue;
    if (in_a.number("parameters") != in_b->number("parameters")) {
      comparison.notes.push_back(in_a.name + " is of another number of weights in B.");
      continue;
    }
    const std::string is = verdict(*time_a, *time_b);
    ++(is == "better" ? better : is == "worse" ? worse : undecided);
    comparison.table.rows.push_back({in_a.name, time_text(*time_a), time_text(*time_b),
                                     fmt::format("{:.2f}", time_b->median / time_a->median), is});
  }
  note_missing(a, b, "A", comparison.notes);
  note_missing(b, a, "B", comparison.notes);
  comparison.summary =
      fmt::format("B is better in {}, worse in {}, undecided in {}", better, worse, undecided);
  return comparison;
}

}  // namespace curb::cli::bench
