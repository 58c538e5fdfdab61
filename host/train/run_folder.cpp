// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A run's folder on the disk.
#include "host/train/run_folder.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "host/data/error.hpp"
#include "host/train/atomic_file.hpp"

namespace curb::train {
namespace {

constexpr const char* kConfig = "config.toml";
constexpr const char* kMetrics = "metrics.jsonl";
constexpr const char* kModel = "model.safetensors";

}  // namespace

RunFolder::RunFolder(std::string path, const Settings& settings)
    : path_(std::move(path)), metrics_path_(path_ + "/" + kMetrics) {
  std::error_code error;
  for (const char* const name : {kConfig, kMetrics, kModel}) {
    if (std::filesystem::exists(path_ + "/" + name, error)) {
      throw SettingError("out", path_ + " holds a run already (" + name +
                                    "); name another folder, or remove that one");
    }
  }
  std::filesystem::create_directories(path_, error);
  if (error) throw data::DataError(path_ + ": cannot make the folder: " + error.message());

  const std::string config = to_toml(settings);
  AtomicFile file(path_ + "/" + kConfig);
  file.write(config.data(), config.size());
  file.commit();

  metrics_.reset(std::fopen(metrics_path_.c_str(), "wxe"));  // x: never over another run's
  if (!metrics_) throw data::DataError(metrics_path_ + ": cannot write: " + std::strerror(errno));
}

void RunFolder::append(const EpochMetrics& metrics) {
  const std::string line = to_json(metrics).dump() + "\n";
  // Flushed to readers, but not to the disk: that would cost more than an epoch of a small run.
  if (std::fwrite(line.data(), 1, line.size(), metrics_.get()) != line.size() ||
      std::fflush(metrics_.get()) != 0) {
    throw data::DataError(metrics_path_ + ": cannot write: " + std::strerror(errno));
  }
}

void RunFolder::save(const Model& model) { save_model(path_ + "/" + kModel, model); }

}  // namespace curb::train
