// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/cli/bench/results.hpp"

#include <filesystem>
#include <utility>

#include "host/cli/bench/result_folder.hpp"
#include "host/data/error.hpp"
#include "host/data/file.hpp"

namespace curb::cli::bench {
namespace {

using nlohmann::ordered_json;

/// The name as the benchmark was registered, without "/iterations:15/manual_time".
std::string plain_name(const std::string& name) {
  return name.substr(0, name.find("/iterations:"));
}

std::vector<std::string> split(const std::string& name) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t end = 0; end != std::string::npos; begin = end + 1) {
    end = name.find('/', begin);
    parts.push_back(name.substr(begin, end - begin));
  }
  return parts;
}

Entry parse_entry(const ordered_json& json) {
  Entry entry;
  entry.name = plain_name(json.at("name"));
  entry.parts = split(entry.name);
  entry.label = json.value("label", "");
  if (json.value("error_occurred", false)) entry.error = json.value("error_message", "failed");
  for (const auto& [key, value] : json.items()) {
    if (value.is_number()) entry.counters[key] = value.get<double>();
  }
  return entry;
}

}  // namespace

std::optional<double> Entry::number(const std::string& counter) const {
  const auto found = counters.find(counter);
  if (found == counters.end()) return std::nullopt;
  return found->second;
}

std::optional<Spread> Entry::spread(const std::string& counter) const {
  const std::optional<double> median = number(counter);
  const std::optional<double> low = number(counter + "_low");
  const std::optional<double> high = number(counter + "_high");
  if (!median || !low || !high) return std::nullopt;
  return Spread{*median, *low, *high};
}

ordered_json Results::object(const std::string& name) const {
  const auto found = document.find(name);
  if (found == document.end() || !found->is_object()) return ordered_json::object();
  return *found;
}

Results parse_results(ordered_json document, const std::string& source) {
  Results results;
  try {
    for (const ordered_json& json : document.at("benchmarks")) {
      results.entries.push_back(parse_entry(json));
    }
  } catch (const nlohmann::json::exception&) {
    throw data::DataError(source +
                          ": these are no results of benchmarks: each of a list "
                          "\"benchmarks\" must have a \"name\"");
  }
  results.document = std::move(document);
  return results;
}

Results read_results(const std::string& path) {
  const std::string file = std::filesystem::is_directory(path) ? path + "/" + kResultsFile : path;
  const std::string text = data::read_file(file);
  try {
    return parse_results(ordered_json::parse(text), file);
  } catch (const nlohmann::json::parse_error& error) {
    throw data::DataError(file + ": this is no JSON (byte " + std::to_string(error.byte) + ")");
  }
}

}  // namespace curb::cli::bench
