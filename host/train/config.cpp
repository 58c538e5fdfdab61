// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/train/config.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "host/data/error.hpp"
#include "host/data/file.hpp"
#include "host/data/message.hpp"
#include "host/train/config_table.hpp"
#include "host/train/setting_lookup.hpp"
#include "host/train/toml.hpp"

namespace curb::train {
namespace {

/// A value as one would type it after the flag; nothing for what no flag takes.
std::optional<std::string> typed(const ::toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* choice = node.as_boolean()) return toml::value(choice->get());
  if (const auto* whole = node.as_integer()) return toml::value(whole->get());
  if (const auto* number = node.as_floating_point()) return toml::value(number->get());
  const ::toml::array* const list = node.as_array();
  if (list == nullptr) return std::nullopt;
  std::string joined;
  for (const ::toml::node& element : *list) {
    const std::optional<std::string> part = typed(element);
    if (!part || element.is_array()) return std::nullopt;
    joined += (joined.empty() ? "" : ",") + *part;
  }
  return joined;
}

/// The tables of a file, with every complaint placed in it.
class ConfigReader {
 public:
  explicit ConfigReader(const std::string& path) : path_(path) {}

  void read(const ::toml::table& table, Settings& settings) const {
    for (const auto& [key, node] : table) {
      const std::string name(key.str());
      if (name == "layer") {
        read_layers(node, settings);
      } else {
        placed(name, node, [&](const std::string& text) { assign(settings, name, text); });
      }
    }
  }

 private:
  void read_layers(const ::toml::node& node, Settings& settings) const {
    const ::toml::array* const layers = node.as_array();
    if (layers == nullptr || !layers->is_array_of_tables()) {
      throw SettingError("layer", "each layer is a table of its own: [[layer]]")
          .at(place("layer", node));
    }
    std::size_t index = 0;
    for (const ::toml::node& layer : *layers) {
      for (const auto& [key, value] : *layer.as_table()) {
        const std::string name(key.str());
        placed(name, value,
               [&](const std::string& text) { add_layer_override(settings, index, name, text); });
      }
      ++index;
    }
  }

  template <class Read>
  void placed(const std::string& name, const ::toml::node& node, const Read& read) const {
    try {
      const std::optional<std::string> text = typed(node);
      if (!text) throw SettingError(name, "must be a text, a number, true, false or a list");
      read(*text);
    } catch (const SettingError& error) {
      throw error.at(place(name, node));
    }
  }

  std::string place(const std::string& name, const ::toml::node& node) const {
    return path_ + ":" + std::to_string(node.source().begin.line) + ": " + name;
  }

  std::string path_;
};

template <class Owner>
void read_variables(const std::vector<Setting<Owner>>& table, Owner& owner) {
  for (const Setting<Owner>& setting : table) {
    std::string variable = "CURB_" + setting.name;
    std::transform(variable.begin(), variable.end(), variable.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    const char* const text = std::getenv(variable.c_str());
    if (text == nullptr) continue;
    try {
      setting.read(owner, text);
    } catch (const SettingError& error) {
      throw error.at(variable);
    }
  }
}

}  // namespace

void assign(Settings& settings, const std::string& name, const std::string& text) {
  const std::string key = with_underscores(name);
  if (const auto* setting = find_setting(run_settings(), key)) return setting->read(settings, text);
  if (const auto* setting = find_setting(update_settings(), key)) {
    return setting->read(settings.update, text);
  }
  std::vector<std::string> names;
  add_names(names, run_settings());
  add_names(names, update_settings());
  throw SettingError(name, "there is no such setting" + data::did_you_mean(key, names));
}

void read_config(Settings& settings, const std::string& path) {
  parse_config(settings, data::read_file(path), path);
}

void parse_config(Settings& settings, const std::string& document, const std::string& source) {
  ::toml::table table;
  try {
    table = ::toml::parse(document);
  } catch (const ::toml::parse_error& error) {
    throw data::DataError(source + ":" + std::to_string(error.source().begin.line) + ": " +
                          std::string(error.description()));
  }
  read_config(settings, table, source);
}

void read_config(Settings& settings, const ::toml::table& table, const std::string& path) {
  ConfigReader(path).read(table, settings);
}

void read_environment(Settings& settings) {
  read_variables(run_settings(), settings);
  read_variables(update_settings(), settings.update);
}

}  // namespace curb::train
