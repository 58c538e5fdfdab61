// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What benchmarks measured: Google Benchmark's JSON, with the conditions beside it.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace curb::cli::bench {

/// Of repeated runs: the median, and the quartiles between which half of them lie.
struct Spread {
  double median = 0.0;
  double low = 0.0;
  double high = 0.0;

  /// So wide that the median alone would be doubtful: a tenth of it.
  bool noisy() const { return high - low > 0.1 * median; }
};

struct Entry {
  std::string name;                ///< FAMILY/CASE/..., without Google Benchmark's suffixes
  std::vector<std::string> parts;  ///< of the name, between the slashes
  std::string label;               ///< what the benchmark says of itself, or nothing
  std::string error;               ///< why there is nothing to report, or nothing
  std::map<std::string, double> counters;

  std::optional<double> number(const std::string& counter) const;
  /// Of a counter that has its quartiles beside it.
  std::optional<Spread> spread(const std::string& counter) const;
};

struct Results {
  /// "conditions", "programs" (what each says of the machine and of itself) and "benchmarks" as
  /// they were measured.
  nlohmann::ordered_json document;
  std::vector<Entry> entries;

  /// An object of the document; empty where there is none of that name.
  nlohmann::ordered_json object(const std::string& name) const;
};

/// Throws data::DataError, which begins with `source`, for what no benchmark wrote.
Results parse_results(nlohmann::ordered_json document, const std::string& source);

/// Of a file, or of the folder that `curb bench` left. Throws data::DataError.
Results read_results(const std::string& path);

}  // namespace curb::cli::bench
