// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What a study's runs say, beside what was published.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "host/reproduce/statistics.hpp"
#include "host/reproduce/study.hpp"
#include "host/reproduce/study_run.hpp"

namespace curb::reproduce {

enum class Verdict : std::uint8_t {
  within,     ///< the mean is within its tolerance of the published figure
  undecided,  ///< it is not, but its 95 % interval reaches there
  outside,
};

/// A row, judged. `difference` is that of the mean from the published figure; `verdict` is there
/// where a tolerance is.
struct RowVerdict {
  Estimate figure;       ///< as the study reads it
  Estimate last;         ///< of the weights that the runs keep
  double seconds = 0.0;  ///< of a run, on average
  std::optional<double> difference;
  std::optional<Verdict> verdict;
};

/// `runs` must not be empty.
RowVerdict judge(const Row& row, const std::vector<RunResult>& runs);

/// The order of a claim's rows; the claim holds where it is `below`.
Order judge(const Claim& claim, const StudyResult& result);

/// Whether all means are within their tolerances and all claims hold. What is undecided is not.
bool is_reproduced(const Study& study, const StudyResult& result);

/// All rows and seeds as a table, with what follows from them.
std::string to_text(const Study& study, const StudyResult& result);

/// The same; also of results that are not complete yet, then without verdicts.
nlohmann::ordered_json to_json(const Study& study, const StudyResult& result);

}  // namespace curb::reproduce
