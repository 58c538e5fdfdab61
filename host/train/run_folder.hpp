// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The folder that a run leaves behind: config.toml, metrics.jsonl, model.safetensors.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "host/train/metrics.hpp"
#include "host/train/model_file.hpp"
#include "host/train/settings.hpp"

namespace curb::train {

class RunFolder {
 public:
  /// Makes the folder where there is none, and writes config.toml. Throws SettingError ("out")
  /// when it holds a run already, which is never overwritten, and data::DataError when it cannot
  /// be written to.
  RunFolder(std::string path, const Settings& settings);

  /// One line more in metrics.jsonl, visible to readers at once. Throws data::DataError.
  void append(const EpochMetrics& metrics);

  /// Writes model.safetensors, whole or not at all. Throws data::DataError.
  void save(const Model& model);

  const std::string& path() const { return path_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  std::string path_;
  std::string metrics_path_;
  std::unique_ptr<std::FILE, Close> metrics_;
};

}  // namespace curb::train
