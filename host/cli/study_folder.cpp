// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/cli/study_folder.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

#include "host/cli/console.hpp"
#include "host/data/error.hpp"
#include "host/train/atomic_file.hpp"

namespace curb::cli {
namespace {

constexpr const char* kResults = "results.json";

}  // namespace

StudyFolder::StudyFolder(std::string path, nlohmann::ordered_json conditions)
    : path_(std::move(path)), conditions_(std::move(conditions)) {
  if (path_.empty()) return;
  std::error_code error;
  if (std::filesystem::exists(path_ + "/" + kResults, error)) {
    throw UsageError("--out: " + path_ + " holds results already (" + kResults +
                     "); name another folder, or remove that one");
  }
  std::filesystem::create_directories(path_, error);
  if (error) throw data::DataError(path_ + ": cannot make the folder: " + error.message());
}

nlohmann::ordered_json StudyFolder::document(const nlohmann::ordered_json& results) const {
  nlohmann::ordered_json document{{"conditions", conditions_}};
  document.update(results);
  return document;
}

void StudyFolder::keep(const nlohmann::ordered_json& results) const {
  keep(kResults, document(results).dump(1) + "\n");
}

void StudyFolder::keep(const std::string& name, const std::string& text) const {
  if (path_.empty()) return;
  train::AtomicFile file(path_ + "/" + name);
  file.write(text.data(), text.size());
  file.commit();
}

}  // namespace curb::cli
