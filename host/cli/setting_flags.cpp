// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Settings to flags, and flags to settings.
#include "host/cli/setting_flags.hpp"

#include <algorithm>

#include "host/data/message.hpp"
#include "host/train/checkpoint.hpp"
#include "host/train/config.hpp"

namespace curb::cli {

std::string flag_of(const std::string& setting) {
  std::string flag = "--" + setting;
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

namespace {

/// A default as a person would type it, from TOML: without quotes and brackets.
std::string plain(std::string value) {
  std::erase_if(value, [](char c) { return c == '"' || c == '[' || c == ']' || c == ' '; });
  return value;
}

}  // namespace

template <class Owner>
void SettingFlags::add(CLI::App& command, const std::vector<train::Setting<Owner>>& table,
                       const std::string& heading) {
  for (const train::Setting<Owner>& setting : table) {
    Flag& flag = flags_.emplace_back();
    if (setting.placeholder.empty()) {
      flag.option = command.add_flag(flag_of(setting.name), setting.help);
    } else {
      flag.option = command.add_option(flag_of(setting.name), flag.text, setting.help);
      flag.option->type_name(setting.placeholder);
      if (const auto usual = setting.write(Owner{})) flag.option->default_str(plain(*usual));
    }
    flag.option->group(heading);
  }
}

SettingFlags::SettingFlags(CLI::App& command) {
  command
      .add_option("--config", config_,
                  "a TOML file with any of these (learning_rate for --learning-rate); the "
                  "environment (CURB_LEARNING_RATE) goes before it, and flags before both")
      ->type_name("FILE")
      ->group("The run");
  command.add_option("--set", assignments_, "as the flag of that name; may be repeated")
      ->type_name("NAME=VALUE")
      ->type_size(1)
      ->allow_extra_args(false)
      ->group("The run");
  add(command, train::run_settings(), "The run");
  add(command, train::update_settings(), "The update of the weights");
  command
      .add_option("--layer", layers_,
                  "a value of these for one layer alone, counted from 0; may be repeated")
      ->type_name("INDEX:NAME=VALUE")
      ->type_size(1)
      ->allow_extra_args(false)
      ->group("The update of the weights");
}

template <class Owner>
void SettingFlags::read(const std::vector<train::Setting<Owner>>& table, std::size_t first,
                        Owner& owner) const {
  for (std::size_t i = 0; i < table.size(); ++i) {
    const Flag& flag = flags_[first + i];
    if (flag.option->count() > 0) table[i].read(owner, flag.text);
  }
}

void SettingFlags::set(train::Settings& settings, const std::string& assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos) {
    throw train::SettingError("set", "must be NAME=VALUE, not " + data::in_quotes(assignment));
  }
  const std::string name = assignment.substr(0, equals);
  try {
    train::assign(settings, name, assignment.substr(equals + 1));
  } catch (const train::SettingError& error) {
    throw error.at("--set " + name);
  }
}

train::Settings SettingFlags::read() const {
  train::Settings settings;
  if (!config_.empty()) train::read_config(settings, config_);
  train::read_environment(settings);
  read_flags(settings);
  train::resolve(settings);
  return settings;
}

train::Settings SettingFlags::read(train::Settings run) const {
  if (!config_.empty()) {
    throw train::SettingError("config", "a run that is resumed goes by its own config.toml");
  }
  train::Settings settings = run;
  read_flags(settings);
  for (const std::string& name : train::refused_changes(run, settings)) {
    const char* const why = name != "epochs"   ? ""
                            : run.ensemble > 1 ? ": a committee's members have as many each"
                                               : ": a schedule is made to their number";
    throw train::SettingError(name, std::string("cannot change in a run that is resumed") + why);
  }
  train::resolve(settings);
  return settings;
}

void SettingFlags::read_flags(train::Settings& settings) const {
  for (const std::string& assignment : assignments_) set(settings, assignment);
  read(train::run_settings(), 0, settings);
  read(train::update_settings(), train::run_settings().size(), settings.update);
  for (const std::string& layer : layers_) train::read_layer_override(settings, layer);
}

}  // namespace curb::cli
