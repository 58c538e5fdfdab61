// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Comma-separated text (RFC 4180) taken apart into records of fields.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "host/data/error.hpp"

namespace curb::data {

struct CsvRecord {
  std::size_t line = 0;  // where the record begins, counted from 1
  std::vector<std::string_view> fields;
};

// A DataError whose message begins with `path:line: `.
DataError line_error(const std::string& path, std::size_t line, const std::string& message);

// RFC 4180, and a little more: lines may end in CRLF, LF or CR; empty lines are skipped; blanks
// around a field do not belong to it unless they are inside its quotes.
class CsvRecords {
 public:
  // `text` must outlive the reader, and both must outlive the fields it gives.
  // `path` is for messages only.
  CsvRecords(std::string_view text, std::string path) : text_(text), path_(std::move(path)) {}

  // Reads the next record; false at the end. Throws DataError for a quote out of place.
  bool next(CsvRecord& record);

 private:
  std::string_view next_field();
  std::string_view quoted_field();
  bool at_end() const { return position_ == text_.size(); }
  bool at_line_end() const;
  bool at_field_end() const { return at_end() || text_[position_] == ',' || at_line_end(); }
  void skip_blanks();
  void skip_line_end();

  std::string_view text_;
  std::string path_;
  std::size_t position_ = 0;
  std::size_t line_ = 1;
  std::deque<std::string> unescaped_;  // fields whose doubled quotes had to be made single
};

}  // namespace curb::data
