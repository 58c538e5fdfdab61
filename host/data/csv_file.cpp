// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// An open CSV file: the header, the shape, and numbers.
#include "host/data/csv_file.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

#include "host/data/file.hpp"
#include "host/data/message.hpp"
#include "host/data/number.hpp"
#include "host/data/utf8.hpp"

namespace curb::data {
namespace {

// Spreadsheets put this byte order mark before UTF-8.
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

std::string read_text(const std::string& path) {
  std::string text = read_file(path);
  if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  const std::size_t invalid = find_invalid_utf8(text);
  if (invalid != std::string::npos) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(invalid);
    const auto line = static_cast<std::size_t>(std::count(text.begin(), end, '\n')) + 1;
    throw line_error(path, line, "this is not UTF-8 text; iconv can convert it");
  }
  return text;
}

bool is_text(std::string_view field) { return !field.empty() && !parse_number(field); }

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Whether `first` is the header of a file that follows `schema`.
bool names_columns(const CsvRecord& first, const Schema& schema) {
  return std::any_of(first.fields.begin(), first.fields.end(), [&schema](std::string_view field) {
    return is_text(field) &&
           (contains(schema.feature_names, field) || contains(schema.target_names, field));
  });
}

// Whether `first`, the first record of the file that `records` goes on reading, is a header.
bool looks_like_header(const CsvRecord& first, CsvRecords& records) {
  if (std::none_of(first.fields.begin(), first.fields.end(), is_text)) return false;

  CsvRecord row;
  while (records.next(row)) {
    const std::size_t columns = std::min(first.fields.size(), row.fields.size());
    for (std::size_t column = 0; column < columns; ++column) {
      if (!is_text(first.fields[column])) continue;
      if (parse_number(row.fields[column])) return true;
      if (row.fields[column] == first.fields[column]) return false;
    }
  }
  return true;
}

}  // namespace

CsvFile::CsvFile(const std::string& path, std::optional<bool> header, const Schema* schema)
    : path_(path), contents_(read_text(path)), records_(contents_, path) {
  CsvRecords preview(contents_, path);
  CsvRecord first;
  if (!preview.next(first)) throw DataError(path + ": the file is empty");
  has_header_ = header.has_value() ? *header
                : schema           ? names_columns(first, *schema)
                                   : looks_like_header(first, preview);
  if (!has_header_) {
    for (std::size_t i = 0; i < first.fields.size(); ++i) names_.push_back(numbered("c", i));
    return;
  }
  records_.next(first);
  names_.assign(first.fields.begin(), first.fields.end());
  std::set<std::string> seen;
  for (const std::string& name : names_) {
    if (!seen.insert(name).second) {
      throw line_error(path, first.line, "two columns are named " + in_quotes(name));
    }
  }
}

bool CsvFile::next(CsvRecord& row) {
  if (!records_.next(row)) return false;
  if (row.fields.size() != names_.size()) {
    const std::size_t column = std::min(row.fields.size(), names_.size());
    throw line_error(path_, row.line,
                     "the row has " + std::to_string(row.fields.size()) + " fields, the " +
                         (has_header_ ? "header " : "first row ") + std::to_string(names_.size()) +
                         (column < names_.size()
                              ? "; column " + in_quotes(names_[column]) + " is missing"
                              : "; the first one too many is " + in_quotes(row.fields[column])));
  }
  return true;
}

float CsvFile::number(const CsvRecord& row, std::size_t column) const {
  const std::string_view field = row.fields[column];
  const std::optional<double> value = parse_number(field);
  if (value) {
    const auto narrowed = static_cast<float>(*value);
    if (std::isfinite(narrowed)) return narrowed;
  }
  throw field_error(row.line, column,
                    field.empty() ? "the field is empty, and missing values are not filled in"
                    : !value      ? "expected a number, found " + in_quotes(field)
                    : std::isfinite(*value) ? in_quotes(field) + " is beyond the range of float"
                                            : in_quotes(field) + " is not a finite number");
}

DataError CsvFile::field_error(std::size_t line, std::size_t column,
                               const std::string& message) const {
  return line_error(path_, line, "column " + in_quotes(names_[column]) + ": " + message);
}

}  // namespace curb::data
