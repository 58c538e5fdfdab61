// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Comma-separated text (RFC 4180) taken apart into records of fields.
#include "host/data/csv_records.hpp"

#include "host/data/message.hpp"

namespace curb::data {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// The contents of a quoted field with each `""` made `"`.
std::string without_doubled_quotes(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    result += text[i];
    if (text[i] == '"') ++i;
  }
  return result;
}

}  // namespace

DataError line_error(const std::string& path, std::size_t line, const std::string& message) {
  return DataError(path + ":" + std::to_string(line) + ": " + message);
}

bool CsvRecords::at_line_end() const {
  return !at_end() && (text_[position_] == '\n' || text_[position_] == '\r');
}

void CsvRecords::skip_blanks() {
  while (!at_end() && is_blank(text_[position_])) ++position_;
}

void CsvRecords::skip_line_end() {
  position_ += text_.substr(position_, 2) == "\r\n" ? 2 : 1;
  ++line_;
}

bool CsvRecords::next(CsvRecord& record) {
  record.fields.clear();
  while (at_line_end()) skip_line_end();
  if (at_end()) return false;

  record.line = line_;
  record.fields.push_back(next_field());
  while (!at_end() && text_[position_] == ',') {
    ++position_;
    record.fields.push_back(next_field());
  }
  if (at_line_end()) skip_line_end();
  return true;
}

std::string_view CsvRecords::next_field() {
  skip_blanks();
  if (!at_end() && text_[position_] == '"') return quoted_field();

  const std::size_t begin = position_;
  while (!at_field_end()) {
    if (text_[position_] == '"') {
      throw line_error(path_, line_,
                       "a quote inside an unquoted field: the whole field needs quotes, and a "
                       "quote within it is doubled");
    }
    ++position_;
  }
  std::size_t end = position_;
  while (end > begin && is_blank(text_[end - 1])) --end;
  return text_.substr(begin, end - begin);
}

std::string_view CsvRecords::quoted_field() {
  const std::size_t opening_line = line_;
  const std::size_t begin = ++position_;
  bool has_doubled_quotes = false;
  for (;;) {
    if (at_end()) throw line_error(path_, opening_line, "a quote opens here and is never closed");
    if (at_line_end()) {
      skip_line_end();
    } else if (text_.substr(position_, 2) == "\"\"") {
      has_doubled_quotes = true;
      position_ += 2;
    } else if (text_[position_] == '"') {
      break;
    } else {
      ++position_;
    }
  }
  const std::string_view field = text_.substr(begin, position_ - begin);
  ++position_;
  skip_blanks();
  if (!at_field_end()) {
    throw line_error(path_, line_, "text after the closing quote of " + in_quotes(field));
  }
  if (!has_doubled_quotes) return field;
  return unescaped_.emplace_back(without_doubled_quotes(field));
}

}  // namespace curb::data
