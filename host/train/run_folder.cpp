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
#include "host/train/finished_members.hpp"

namespace curb::train {
namespace {

using data::DataError;

constexpr const char* kConfig = "config.toml";
constexpr const char* kMetrics = "metrics.jsonl";
constexpr const char* kModel = "model.safetensors";
constexpr const char* kCheckpoint = "checkpoint";
constexpr const char* kCommittee = "committee.json";

bool exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

}  // namespace

RunFolder::RunFolder(std::string path, const Settings& settings) : path_(std::move(path)) {
  for (const char* const name : {kConfig, kMetrics, kModel, kCheckpoint, kCommittee}) {
    if (exists(file(name))) {
      throw SettingError("out", path_ + " holds a run already (" + name +
                                    "); name another folder, or remove that one");
    }
  }
  std::error_code error;
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
  for (const char* const name : {kConfig, kModel, kCheckpoint, kCommittee}) {
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

std::uint64_t RunFolder::flush_metrics() {
  const long length = std::ftell(metrics_.get());
  if (length < 0 || ::fsync(::fileno(metrics_.get())) != 0) fail_on_metrics("cannot write");
  return static_cast<std::uint64_t>(length);
}

void RunFolder::save(Checkpoint checkpoint) {
  checkpoint.metrics_bytes = flush_metrics();  // a checkpoint on the disk must find them there
  save_checkpoint(file(kCheckpoint), checkpoint);
}

void RunFolder::save(const Model& model) { save_model(file(kModel), model); }

void RunFolder::save(std::span<const Model> members) { save_committee(file(kModel), members); }

void RunFolder::save(std::span<const Outcome> members, Checkpoint next) {
  next.metrics_bytes = flush_metrics();
  save(models_of(members));  // first: a file of more members than committee.json has does no harm
  save_finished_members(file(kCommittee), members, next);
}

bool RunFolder::can_go_on() const { return exists(file(kCheckpoint)) || exists(file(kCommittee)); }

Settings read_run_settings(const std::string& folder) {
  Settings settings;
  read_config(settings, folder + "/" + kConfig);
  resolve(settings);
  return settings;
}

Checkpoint load_last_checkpoint(const std::string& folder) {
  const std::string last = folder + "/" + kCheckpoint;
  const std::string previous = previous_checkpoint(last);
  const bool has_previous = exists(previous);
  if (!exists(last)) {  // a process may be killed between two renamings
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

CommitteeStart load_committee_start(const std::string& folder, const std::string& file,
                                    const Settings& settings) {
  CommitteeStart start;
  if (exists(folder + "/" + kCommittee)) {
    start = load_finished_members(folder + "/" + kCommittee, folder + "/" + kModel);
    require_same_settings(*start.checkpoint, settings);
  }
  const std::string last = folder + "/" + kCheckpoint;
  const bool has_any = exists(last) || exists(previous_checkpoint(last));
  if (start.checkpoint && file.empty() && !has_any) return start;

  Checkpoint checkpoint = file.empty() ? load_last_checkpoint(folder) : load_checkpoint(file);
  const std::uint64_t member = settings_of(checkpoint).seed - settings.seed;
  const bool is_one = member < static_cast<std::uint64_t>(settings.ensemble);
  require_same_settings(checkpoint, is_one ? member_settings(settings, member) : settings);
  if (member == start.members.size()) {
    start.checkpoint = std::move(checkpoint);
  } else if (member > start.members.size()) {
    throw DataError(checkpoint.source + ": of member " + std::to_string(member) + ", and " +
                    folder + " has only " + std::to_string(start.members.size()) + " before it");
  } else if (!file.empty()) {
    throw DataError(file + ": of member " + std::to_string(member) +
                    ", which is done; without any checkpoint, --resume " + folder +
                    " begins the next");
  }
  return start;
}

}  // namespace curb::train
