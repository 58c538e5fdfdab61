// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The folder that a run leaves behind: config.toml, metrics.jsonl, model.safetensors, and
// checkpoint, from which it goes on; that of a committee also committee.json, which says what it
// has of its members.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>

#include "host/train/checkpoint.hpp"
#include "host/train/ensemble.hpp"
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

  /// Goes on in the folder of a run from its `checkpoint`: rewrites config.toml where the settings
  /// have changed, forgets what metrics.jsonl has gained since, and sweeps up after killed
  /// processes. Throws data::DataError, and has then changed nothing, where another process is at
  /// work in the folder or metrics.jsonl lacks what it had.
  RunFolder(std::string path, const Settings& settings, const Checkpoint& checkpoint);

  /// One line more in metrics.jsonl, visible to readers at once. Throws data::DataError.
  void append(const EpochMetrics& metrics);

  /// Writes the checkpoint, whole or not at all, and keeps the one before it. Throws
  /// data::DataError.
  void save(Checkpoint checkpoint);

  /// Writes model.safetensors, whole or not at all. Throws data::DataError.
  void save(const Model& model);
  /// The same with one member or more of a committee.
  void save(std::span<const Model> members);
  /// The same with members that are done, and then committee.json, so that it can go on with the
  /// next one.
  void save(std::span<const Outcome> members, Checkpoint next);

  const std::string& path() const { return path_; }
  /// Whether there is anything to go on from.
  bool can_go_on() const;

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  std::string file(const char* name) const { return path_ + "/" + name; }
  [[noreturn]] void fail_on_metrics(const char* what) const;
  void write_config(const Settings& settings) const;
  /// The length of metrics.jsonl, all of which is then on the disk.
  std::uint64_t flush_metrics();
  void open_metrics(const char* mode);

  std::string path_;
  std::unique_ptr<std::FILE, Close> metrics_;  ///< locked: one process to a folder
};

/// A run's settings as its config.toml has them, resolved. Throws data::DataError and SettingError.
Settings read_run_settings(const std::string& folder);

/// The last checkpoint of the run in `folder`. Throws data::DataError where there is none or it
/// cannot be used; the message says so where the one before it is there.
Checkpoint load_last_checkpoint(const std::string& folder);

/// Where the committee in `folder` goes on, whose settings these are: in the member that its last
/// checkpoint is of, or, where that one is done or there is none, at the beginning of the next.
/// `file` is a checkpoint to go on from instead; empty: none. Throws data::DataError where there is
/// nothing to go on from, or for a checkpoint of a member that is done.
CommitteeStart load_committee_start(const std::string& folder, const std::string& file,
                                    const Settings& settings);

}  // namespace curb::train
