// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A run's folder on the disk.
#include "host/train/run_folder.hpp"

#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "host/data/error.hpp"
#include "host/data/file.hpp"
#include "host/train/atomic_file.hpp"
#include "host/train/checkpoint_file.hpp"
#include "host/train/config.hpp"

namespace curb::train {
namespace {

using data::DataError;

constexpr const char* kConfig = "config.toml";
constexpr const char* kMetrics = "metrics.jsonl";
constexpr const char* kModel = "model.safetensors";
constexpr const char* kCheckpoint = "checkpoint";

}  // namespace

RunFolder::RunFolder(std::string path, const Settings& settings) : path_(std::move(path)) {
  std::error_code error;
  for (const char* const name : {kConfig, kMetrics, kModel, kCheckpoint}) {
    if (std::filesystem::exists(file(name), error)) {
      throw SettingError("out", path_ + " holds a run already (" + name +
                                    "); name another folder, or remove that one");
    }
  }
  std::filesystem::create_directories(path_, error);
  if (error) throw DataError(path_ + ": cannot make the folder: " + error.message());
  write_config(settings);
  open_metrics("wxe");  // x: never over another run's
}

RunFolder::RunFolder(std::string path, const Settings& settings, const Checkpoint& checkpoint)
    : path_(std::move(path)) {
  open_metrics("r+e");
  std::error_code error;
  const std::uintmax_t length = std::filesystem::file_size(file(kMetrics), error);
  if (error || length < checkpoint.metrics_bytes) {
    throw DataError(file(kMetrics) + ": has lost lines that it had when " + checkpoint.source +
                    " was made");
  }
  for (const char* const name : {kConfig, kModel, kCheckpoint}) {
    AtomicFile::remove_leftovers(file(name));
  }
  // Else the next one would push a good one out to keep one that was not to be used.
  if (checkpoint.source == previous_checkpoint(file(kCheckpoint))) {
    std::filesystem::rename(checkpoint.source, file(kCheckpoint), error);
    if (error) throw DataError(checkpoint.source + ": cannot rename: " + error.message());
  }
  if (to_toml(settings) != data::read_file(file(kConfig))) write_config(settings);
  if (::ftruncate(::fileno(metrics_.get()), static_cast<off_t>(checkpoint.metrics_bytes)) != 0 ||
      std::fseek(metrics_.get(), 0, SEEK_END) != 0) {
    fail_on_metrics("cannot write");
  }
}

void RunFolder::fail_on_metrics(const char* what) const {
  throw DataError(file(kMetrics) + ": " + what + ": " + std::strerror(errno));
}

void RunFolder::write_config(const Settings& settings) const {
  const std::string config = to_toml(settings);
  AtomicFile written(file(kConfig));
  written.write(config.data(), config.size());
  written.commit();
}

void RunFolder::open_metrics(const char* mode) {
  metrics_.reset(std::fopen(file(kMetrics).c_str(), mode));
  if (!metrics_) fail_on_metrics("cannot open");
  // Some file systems have no locks; there each user must take care.
  if (::flock(::fileno(metrics_.get()), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    throw DataError(path_ + ": another process is at work on this run");
  }
}

void RunFolder::append(const EpochMetrics& metrics) {
  const std::string line = to_json(metrics).dump() + "\n";
  // Flushed to readers, but not to the disk: that would cost more than an epoch of a small run.
  if (std::fwrite(line.data(), 1, line.size(), metrics_.get()) != line.size() ||
      std::fflush(metrics_.get()) != 0) {
    fail_on_metrics("cannot write");
  }
}

void RunFolder::save(Checkpoint checkpoint) {
  // A checkpoint on the disk must find its metrics there.
  const long length = std::ftell(metrics_.get());
  if (length < 0 || ::fsync(::fileno(metrics_.get())) != 0) fail_on_metrics("cannot write");
  checkpoint.metrics_bytes = static_cast<std::uint64_t>(length);
  save_checkpoint(file(kCheckpoint), checkpoint);
}

void RunFolder::save(const Model& model) { save_model(file(kModel), model); }

bool RunFolder::has_checkpoint() const {
  std::error_code error;
  return std::filesystem::exists(file(kCheckpoint), error);
}

Settings read_run_settings(const std::string& folder) {
  Settings settings;
  read_config(settings, folder + "/" + kConfig);
  resolve(settings);
  return settings;
}

Checkpoint load_last_checkpoint(const std::string& folder) {
  const std::string last = folder + "/" + kCheckpoint;
  const std::string previous = previous_checkpoint(last);
  std::error_code error;
  const bool has_previous = std::filesystem::exists(previous, error);
  if (!std::filesystem::exists(last, error)) {  // a process may be killed between two renamings
    if (has_previous) return load_checkpoint(previous);
    throw DataError(folder + ": has no checkpoint to go on from");
  }
  try {
    return load_checkpoint(last);
  } catch (const DataError& problem) {
    if (!has_previous) throw;
    throw DataError(std::string(problem.what()) + " (the one before it is there: --resume " +
                    previous + ")");
  }
}

void RunFolder::save(std::span<const Model> members) {
  save_committee(path_ + "/" + kModel, members);
}

}  // namespace curb::train
