// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The folder that `curb reproduce --out` leaves: results.json, and perhaps a picture.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace curb::cli {

class StudyFolder {
 public:
  /// `path`: empty for none, and then nothing is kept. `conditions`: under which all results came
  /// about. Throws UsageError for a folder that holds results already, which are never overwritten,
  /// and data::DataError when it cannot be made.
  StudyFolder(std::string path, nlohmann::ordered_json conditions);

  /// The results, with their conditions first.
  nlohmann::ordered_json document(const nlohmann::ordered_json& results) const;

  /// Writes results.json, over what this has written before; whole or not at all. Throws
  /// data::DataError.
  void keep(const nlohmann::ordered_json& results) const;
  /// Writes another file.
  void keep(const std::string& name, const std::string& text) const;

 private:
  std::string path_;
  nlohmann::ordered_json conditions_;
};

}  // namespace curb::cli
