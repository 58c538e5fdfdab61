// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// An open CSV file as a rectangular table: named columns, and rows that have a field for each.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "host/data/csv_records.hpp"
#include "host/data/dataset.hpp"

namespace curb::data {

class CsvFile {
 public:
  // Reads the whole file, gzip or not. `header` says whether the first row names the columns; when
  // absent, that is found out. With a `schema`, the row is a header if any text in it is one of the
  // schema's names. Without, it is a header if it holds text, unless that text turns up again in
  // its own column, as a class label would and a name would not. Columns without a header are named
  // c0, c1, ... Throws DataError when the file cannot be read, is not UTF-8, is empty, or names two
  // columns alike.
  CsvFile(const std::string& path, std::optional<bool> header, const Schema* schema = nullptr);
  CsvFile(const CsvFile&) = delete;
  CsvFile& operator=(const CsvFile&) = delete;

  const std::string& path() const { return path_; }
  bool has_header() const { return has_header_; }
  const std::vector<std::string>& names() const { return names_; }

  // Reads the next row; false at the end. Its fields live as long as this object. Throws DataError
  // when the row has fewer or more fields than there are columns.
  bool next(CsvRecord& row);

  // The field as a finite number in the range of float. Throws DataError otherwise.
  float number(const CsvRecord& row, std::size_t column) const;

  // A DataError whose message begins with file, line and column.
  DataError field_error(std::size_t line, std::size_t column, const std::string& message) const;

 private:
  std::string path_;
  std::string contents_;
  CsvRecords records_;
  bool has_header_ = false;
  std::vector<std::string> names_;
};

}  // namespace curb::data
