// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/reproduce/study_report.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "host/reproduce/text_table.hpp"

namespace curb::reproduce {
namespace {

using nlohmann::ordered_json;

const char* name_of(Measure measure) {
  switch (measure) {
    case Measure::test_accuracy:
      return "test accuracy";
    case Measure::test_error:
      return "test error";
    case Measure::validation_accuracy:
      return "validation accuracy";
    case Measure::validation_error:
      break;
  }
  return "validation error";
}

const char* rows_of(Measure measure) {
  return measure == Measure::test_accuracy || measure == Measure::test_error ? "test"
                                                                             : "validation";
}

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::within:
      return "within";
    case Verdict::undecided:
      return "undecided";
    case Verdict::outside:
      break;
  }
  return "OUTSIDE";
}

template <class Member>
std::vector<double> values(const std::vector<RunResult>& runs, Member member) {
  std::vector<double> result;
  for (const RunResult& run : runs) result.push_back(run.*member);
  return result;
}

Estimate figure_of(const RowResult& row) { return estimate(values(row.runs, &RunResult::figure)); }

std::string mean_and_deviation(const Estimate& estimate) {
  if (std::isnan(estimate.deviation)) return fmt::format("{:.2f}", estimate.mean);
  return fmt::format("{:.2f} +- {:.2f}", estimate.mean, estimate.deviation);
}

/// The figures of all seeds.
std::string list(const std::vector<double>& figures) {
  std::string text;
  for (const double figure : figures)
    text += fmt::format("{}{:.2f}", text.empty() ? "" : " ", figure);
  return text;
}

std::string heading(const Study& study) {
  std::string seeds;
  for (const std::uint64_t seed : study.seeds)
    seeds += (seeds.empty() ? "" : ", ") + std::to_string(seed);
  std::string text =
      fmt::format("{}\npublished: {}\n{} in %, seeds {}; means with standard deviations\n",
                  study.title, study.source, name_of(study.measure), seeds);
  if (study.reading == Reading::best_epoch) {
    text += fmt::format(
        "read at the best epoch by the {0} rows themselves, as the published figures were, and for "
        "this\ncomparison alone: it flatters. \"at the end\" is after the last epoch, where {0} "
        "rows "
        "choose nothing.\n",
        rows_of(study.measure));
  }
  return text + "\n";
}

std::string table(const Study& study, const StudyResult& result) {
  const bool best = study.reading == Reading::best_epoch;
  const auto has = [&study](auto member) {
    return std::any_of(study.rows.begin(), study.rows.end(),
                       [member](const Row& row) { return (row.*member).has_value(); });
  };
  const bool published = has(&Row::published);
  const bool tolerance = has(&Row::tolerance);

  std::vector<std::vector<std::string>> lines;
  const auto begin = [&lines](const std::string& cell) { lines.push_back({cell}); };
  const auto add = [&lines](bool wanted, const std::string& cell) {
    if (wanted) lines.back().push_back(cell);
  };
  begin("");
  add(true, "by seed");
  add(true, "mean");
  add(published, "published");
  add(published, "difference");
  add(tolerance, "allowed");
  add(tolerance, "verdict");
  add(best, "at the end");
  add(true, "s per run");
  for (std::size_t i = 0; i < study.rows.size(); ++i) {
    const Row& row = study.rows[i];
    const std::vector<RunResult>& runs = result.rows[i].runs;
    const RowVerdict verdict = judge(row, runs);
    begin(row.name);
    add(true, list(values(runs, &RunResult::figure)));
    add(true, mean_and_deviation(verdict.figure));
    add(published, row.published ? fmt::format("{:.2f}", *row.published) : "");
    add(published, verdict.difference ? fmt::format("{:+.2f}", *verdict.difference) : "");
    add(tolerance, row.tolerance ? fmt::format("{:.2f}", *row.tolerance) : "");
    add(tolerance, verdict.verdict ? name_of(*verdict.verdict) : "");
    add(best, mean_and_deviation(verdict.last));
    add(true, fmt::format("{:.1f}", verdict.seconds));
  }
  return text_table(lines);
}

/// The rows from the lowest mean to the highest, with what stands between neighbours.
std::string order(const Study& study, const StudyResult& result) {
  std::vector<std::size_t> rows(study.rows.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  std::stable_sort(rows.begin(), rows.end(), [&result](std::size_t a, std::size_t b) {
    return figure_of(result.rows[a]).mean < figure_of(result.rows[b]).mean;
  });
  std::string text = study.rows[rows.front()].name;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const bool decided = compare(figure_of(result.rows[rows[i - 1]]),
                                 figure_of(result.rows[rows[i]])) == Order::below;
    text += (decided ? "  <  " : "  ?  ") + study.rows[rows[i]].name;
  }
  return text;
}

bool is_complete(const Study& study, const StudyResult& result) {
  return result.rows.size() == study.rows.size() &&
         result.rows.back().runs.size() == study.seeds.size();
}

ordered_json to_json(const Row& row, const RowResult& result, bool complete) {
  ordered_json runs = ordered_json::array();
  for (const RunResult& run : result.runs) {
    runs.push_back({{"seed", run.seed},
                    {"figure", run.figure},
                    {"epoch", run.epoch},
                    {"last", run.last},
                    {"seconds", run.seconds}});
  }
  ordered_json json{{"name", row.name}, {"configuration", result.configuration}, {"runs", runs}};
  if (!complete) return json;
  const RowVerdict verdict = judge(row, result.runs);
  json["mean"] = verdict.figure.mean;
  json["deviation"] = verdict.figure.deviation;
  json["last_mean"] = verdict.last.mean;
  json["last_deviation"] = verdict.last.deviation;
  json["seconds"] = verdict.seconds;
  if (row.published) json["published"] = *row.published;
  if (verdict.difference) json["difference"] = *verdict.difference;
  if (row.tolerance) json["tolerance"] = *row.tolerance;
  if (verdict.verdict) json["verdict"] = name_of(*verdict.verdict);
  return json;
}

Verdict judge(const RowVerdict& row, double tolerance) {
  const double distance = std::fabs(*row.difference);
  if (distance <= tolerance) return Verdict::within;
  return distance - row.figure.half_width <= tolerance ? Verdict::undecided : Verdict::outside;
}

}  // namespace

RowVerdict judge(const Row& row, const std::vector<RunResult>& runs) {
  RowVerdict verdict;
  verdict.figure = estimate(values(runs, &RunResult::figure));
  verdict.last = estimate(values(runs, &RunResult::last));
  verdict.seconds = estimate(values(runs, &RunResult::seconds)).mean;
  if (row.published) verdict.difference = verdict.figure.mean - *row.published;
  if (row.tolerance) verdict.verdict = judge(verdict, *row.tolerance);
  return verdict;
}

Order judge(const Claim& claim, const StudyResult& result) {
  return compare(figure_of(result.rows[claim.below]), figure_of(result.rows[claim.above]));
}

bool is_reproduced(const Study& study, const StudyResult& result) {
  for (std::size_t i = 0; i < study.rows.size(); ++i) {
    const RowVerdict row = judge(study.rows[i], result.rows[i].runs);
    if (row.verdict.value_or(Verdict::within) != Verdict::within) return false;
  }
  return std::all_of(study.claims.begin(), study.claims.end(), [&result](const Claim& claim) {
    return judge(claim, result) == Order::below;
  });
}

std::string to_text(const Study& study, const StudyResult& result) {
  std::string text = heading(study) + table(study, result);
  if (study.rows.size() > 1) {
    text += fmt::format(
        "\nin order: {}\n(<: the 95 % intervals of the means do not overlap; ?: they do, "
        "undecided)\n",
        order(study, result));
  }
  for (const Claim& claim : study.claims) {
    text += fmt::format("claim: {} is below {}: {}\n", study.rows[claim.below].name,
                        study.rows[claim.above].name, name_of(judge(claim, result)));
  }
  return text;
}

ordered_json to_json(const Study& study, const StudyResult& result) {
  const bool complete = is_complete(study, result);
  ordered_json json{{"title", study.title},
                    {"published_by", study.source},
                    {"measure", std::string(name_of(study.measure)) + " in %"},
                    {"reading", study.reading == Reading::best_epoch ? "best epoch" : "last epoch"},
                    {"complete", complete}};
  if (complete) json["reproduced"] = is_reproduced(study, result);
  json["rows"] = ordered_json::array();
  for (std::size_t i = 0; i < result.rows.size(); ++i) {
    json["rows"].push_back(to_json(study.rows[i], result.rows[i], complete));
  }
  if (!complete) return json;
  json["claims"] = ordered_json::array();
  for (const Claim& claim : study.claims) {
    json["claims"].push_back({{"below", study.rows[claim.below].name},
                              {"above", study.rows[claim.above].name},
                              {"verdict", name_of(judge(claim, result))}});
  }
  return json;
}

}  // namespace curb::reproduce
