// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/reproduce/irrelevant_inputs_report.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "host/reproduce/chart.hpp"
#include "host/reproduce/text_table.hpp"

namespace curb::reproduce {
namespace {

using nlohmann::ordered_json;
using Penalty = ChosenPenalty Trial::*;

template <class Member>
std::vector<double> values(const std::vector<Trial>& trials, Penalty penalty, Member member) {
  std::vector<double> result;
  for (const Trial& trial : trials) {
    result.push_back(static_cast<double>((trial.*penalty).*member));
  }
  return result;
}

Estimate test_error(const std::vector<Trial>& trials, Penalty penalty) {
  return estimate(values(trials, penalty, &ChosenPenalty::test_error));
}

double median(std::vector<double> numbers) {
  const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2);
  std::nth_element(numbers.begin(), middle, numbers.end());
  return *middle;
}

std::vector<double> grown(const IrrelevantInputsResult& result, Penalty penalty) {
  const auto first = values(result.trials.front(), penalty, &ChosenPenalty::test_error);
  std::vector<double> points = values(result.trials.back(), penalty, &ChosenPenalty::test_error);
  for (std::size_t i = 0; i < points.size(); ++i) points[i] -= first[i];
  return points;
}

std::string with_interval(const Estimate& estimate) {
  return fmt::format("{:.2f} +- {:.2f}", estimate.mean, estimate.half_width);
}

ordered_json to_json(const ChosenPenalty& chosen) {
  return {{"coefficient", chosen.coefficient},
          {"validation_loss", chosen.validation_loss},
          {"test_error", chosen.test_error},
          {"nonzero", chosen.nonzero}};
}

ordered_json to_json(const Estimate& estimate) {
  return {{"mean", estimate.mean},
          {"deviation", estimate.deviation},
          {"half_width", estimate.half_width}};
}

}  // namespace

Growth growth(const IrrelevantInputsStudy& study, const IrrelevantInputsResult& result) {
  std::vector<double> allowed = grown(result, &Trial::l2);
  Growth growth;
  growth.l1 = estimate(grown(result, &Trial::l1));
  growth.l2 = estimate(allowed);
  for (double& points : allowed) points *= study.growth;
  growth.order = compare(growth.l1, estimate(allowed));
  return growth;
}

bool is_reproduced(const IrrelevantInputsStudy& study, const IrrelevantInputsResult& result) {
  return growth(study, result).order == Order::below;
}

std::string to_text(const IrrelevantInputsStudy& study, const IrrelevantInputsResult& result) {
  std::string seeds;
  for (const std::uint64_t seed : study.seeds) {
    seeds += (seeds.empty() ? "" : ", ") + std::to_string(seed);
  }
  std::string text = fmt::format(
      "{}\npublished: {}\n"
      "{} relevant inputs; {} rows train, {} choose the coefficient, {} test\n"
      "test error in %, seeds {}; means with their 95 % intervals\n\n",
      study.title, study.source, study.relevant, study.train_rows, study.validation_rows,
      study.test_rows, seeds);

  std::vector<std::vector<std::string>> lines{
      {"irrelevant inputs", "L1", "L2", "weights kept by L1", "median l1", "median l2"}};
  for (std::size_t i = 0; i < result.trials.size(); ++i) {
    const std::vector<Trial>& trials = result.trials[i];
    lines.push_back(
        {std::to_string(result.irrelevant[i]), with_interval(test_error(trials, &Trial::l1)),
         with_interval(test_error(trials, &Trial::l2)),
         fmt::format("{:.1f}", estimate(values(trials, &Trial::l1, &ChosenPenalty::nonzero)).mean),
         fmt::format("{:g}", median(values(trials, &Trial::l1, &ChosenPenalty::coefficient))),
         fmt::format("{:g}", median(values(trials, &Trial::l2, &ChosenPenalty::coefficient)))});
  }
  const Growth grown = growth(study, result);
  return text + text_table(lines) +
         fmt::format(
             "\ngrowth from {} to {} irrelevant inputs: L1 {} points, L2 {} points\n"
             "claim: L1's growth is below {:g} times L2's: {}\n{:.1f} s in all\n",
             result.irrelevant.front(), result.irrelevant.back(), with_interval(grown.l1),
             with_interval(grown.l2), study.growth, name_of(grown.order), result.seconds);
}

ordered_json to_json(const IrrelevantInputsStudy& study, const IrrelevantInputsResult& result) {
  const Growth grown = growth(study, result);
  ordered_json json{{"title", study.title},
                    {"published_by", study.source},
                    {"reproduced", grown.order == Order::below},
                    {"seconds", result.seconds},
                    {"growth",
                     {{"l1", to_json(grown.l1)},
                      {"l2", to_json(grown.l2)},
                      {"allowed", study.growth},
                      {"verdict", name_of(grown.order)}}}};
  json["sizes"] = ordered_json::array();
  for (std::size_t i = 0; i < result.trials.size(); ++i) {
    ordered_json trials = ordered_json::array();
    for (const Trial& trial : result.trials[i]) {
      trials.push_back(
          {{"seed", trial.seed}, {"l1", to_json(trial.l1)}, {"l2", to_json(trial.l2)}});
    }
    json["sizes"].push_back({{"irrelevant", result.irrelevant[i]},
                             {"l1", to_json(test_error(result.trials[i], &Trial::l1))},
                             {"l2", to_json(test_error(result.trials[i], &Trial::l2))},
                             {"trials", trials}});
  }
  return json;
}

std::string to_svg(const IrrelevantInputsStudy& study, const IrrelevantInputsResult& result) {
  const auto curve = [&result](const char* name, Penalty penalty) {
    Curve points{name, {}};
    for (std::size_t i = 0; i < result.trials.size(); ++i) {
      const Estimate error = test_error(result.trials[i], penalty);
      points.points.push_back(
          {static_cast<double>(result.irrelevant[i]), error.mean, error.half_width});
    }
    return points;
  };
  return to_svg(Chart{.title = study.title,
                      .x_label = "irrelevant inputs",
                      .y_label = "test error, %",
                      .curves = {curve("L1", &Trial::l1), curve("L2", &Trial::l2)}});
}

}  // namespace curb::reproduce
