// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The table of settings as flags of a command.
#pragma once

#include <CLI/CLI.hpp>
#include <deque>
#include <string>
#include <vector>

#include "host/train/settings.hpp"

namespace curb::cli {

/// learning_rate: --learning-rate
std::string flag_of(const std::string& setting);

class SettingFlags {
 public:
  /// Adds a flag for every setting. This object must outlive the parsing.
  explicit SettingFlags(CLI::App& command);
  SettingFlags(const SettingFlags&) = delete;
  SettingFlags& operator=(const SettingFlags&) = delete;

  /// The settings that were given, by flags, in the environment or in a file, resolved. Throws
  /// train::SettingError and data::DataError.
  train::Settings read() const;

  /// The settings of a run that goes on, with what flags may change of it. Throws
  /// train::SettingError for a flag that would change more, or name another run.
  train::Settings read(train::Settings run) const;

 private:
  struct Flag {
    CLI::Option* option = nullptr;
    std::string text;
  };

  template <class Owner>
  void add(CLI::App& command, const std::vector<train::Setting<Owner>>& table,
           const std::string& heading);
  template <class Owner>
  void read(const std::vector<train::Setting<Owner>>& table, std::size_t first, Owner& owner) const;

  static void set(train::Settings& settings, const std::string& assignment);
  void read_flags(train::Settings& settings) const;

  std::deque<Flag> flags_;  // the run's settings, then the update's; addresses must stay
  std::vector<std::string> layers_;
  std::vector<std::string> assignments_;
  std::string config_;
};

}  // namespace curb::cli
