// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Text to numbers and lists, or a refusal.
#include "host/train/setting_makers.hpp"

#include "host/data/number.hpp"

namespace curb::train::makers {

void refuse(const std::string& name, const std::string& wanted, const std::string& text) {
  throw SettingError(name, "must be " + wanted + ", not " + data::in_quotes(text));
}

double read_number(const std::string& name, const Range& range, const std::string& text) {
  const std::optional<double> value = data::parse_number(text);
  if (!value || !range.holds(*value)) refuse(name, range.words, text);
  return *value;
}

std::int64_t read_whole(const std::string& name, std::int64_t least, const std::string& text) {
  const auto value = data::parse_whole_number(text);
  if (!value || *value < least) refuse(name, "a whole number >= " + std::to_string(least), text);
  return *value;
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    parts.emplace_back(list.substr(0, comma));
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
    if (list.empty()) parts.emplace_back();  // a comma at the end promises one more
  }
  return parts;
}

}  // namespace curb::train::makers
