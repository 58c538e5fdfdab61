// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A TOML table read key by key, with every complaint placed in its file.
#pragma once

#include <toml++/toml.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/train/settings.hpp"

namespace curb::reproduce {

/// Parses a document. Throws data::DataError, which names path and line.
toml::table parse_document(const std::string& text, const std::string& path);

/// Gives the values of a table's keys. Everything throws train::SettingError, which names path and
/// line, for a value of another kind and, where the name does not say otherwise, for a missing one.
class Fields {
 public:
  /// `table` must outlive this. `path` is what complaints begin with.
  Fields(const toml::table& table, std::string path) : table_(table), path_(std::move(path)) {}

  std::string text(std::string_view key);
  std::string text_or(std::string_view key, const std::string& otherwise);
  bool is_true(std::string_view key);  ///< false where it is missing
  double number(std::string_view key);
  std::optional<double> optional_number(std::string_view key);
  std::int64_t whole_number(std::string_view key, std::int64_t least);
  std::vector<double> numbers(std::string_view key);
  std::vector<std::int64_t> whole_numbers(std::string_view key, std::int64_t least);
  std::vector<std::uint64_t> seeds();  ///< of the key "seeds"
  /// One of `choices`, by its place among them.
  std::size_t choice(std::string_view key, const std::vector<std::string>& choices);
  /// [key]; null where it is missing.
  const toml::table* table(std::string_view key);
  /// [[key]]; none where they are missing.
  std::vector<const toml::table*> tables(std::string_view key);

  /// Settings as in a configuration file, from [key] where there is one, over `settings`.
  void settings(std::string_view key, train::Settings& settings);

  /// Refuses the keys that nobody asked for. To be called last.
  void refuse_others() const;

  /// A complaint about the value of `key`, or about the table itself where that has none.
  [[noreturn]] void refuse(std::string_view key, const std::string& reason) const;

 private:
  const toml::node* find(std::string_view key);
  const toml::node& need(std::string_view key);
  template <class T>
  std::vector<T> list(std::string_view key, const char* wanted);

  const toml::table& table_;
  std::string path_;
  std::vector<std::string> known_;
};

}  // namespace curb::reproduce
