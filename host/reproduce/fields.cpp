// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/reproduce/fields.hpp"

#include <algorithm>

#include "host/data/error.hpp"
#include "host/data/message.hpp"
#include "host/train/config_table.hpp"

namespace curb::reproduce {

toml::table parse_document(const std::string& text, const std::string& path) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    throw data::DataError(path + ":" + std::to_string(error.source().begin.line) + ": " +
                          std::string(error.description()));
  }
}

void Fields::refuse(std::string_view key, const std::string& reason) const {
  const toml::node* const node = table_.get(key);
  const auto line = (node == nullptr ? table_.source() : node->source()).begin.line;
  const std::string name(key);
  throw train::SettingError(name, reason).at(path_ + ":" + std::to_string(line) + ": " + name);
}

const toml::node* Fields::find(std::string_view key) {
  known_.emplace_back(key);
  return table_.get(key);
}

const toml::node& Fields::need(std::string_view key) {
  const toml::node* const node = find(key);
  if (node == nullptr) refuse(key, "is missing");
  return *node;
}

std::string Fields::text(std::string_view key) {
  const auto value = need(key).value_exact<std::string>();
  if (!value || value->empty()) refuse(key, "must be a text");
  return *value;
}

std::string Fields::text_or(std::string_view key, const std::string& otherwise) {
  return table_.contains(key) ? text(key) : (find(key), otherwise);
}

bool Fields::is_true(std::string_view key) {
  const toml::node* const node = find(key);
  if (node == nullptr) return false;
  const auto value = node->value_exact<bool>();
  if (!value) refuse(key, "must be true or false");
  return *value;
}

double Fields::number(std::string_view key) {
  const auto value = need(key).value<double>();
  if (!value || !table_.get(key)->is_number()) refuse(key, "must be a number");
  return *value;
}

std::optional<double> Fields::optional_number(std::string_view key) {
  if (find(key) == nullptr) return std::nullopt;
  return number(key);
}

std::int64_t Fields::whole_number(std::string_view key, std::int64_t least) {
  const auto value = need(key).value_exact<std::int64_t>();
  if (!value || *value < least) refuse(key, "must be a whole number >= " + std::to_string(least));
  return *value;
}

template <class T>
std::vector<T> Fields::list(std::string_view key, const char* wanted) {
  const toml::array* const values = need(key).as_array();
  if (values == nullptr || values->empty()) refuse(key, wanted);
  std::vector<T> result;
  for (const toml::node& node : *values) {
    const auto value = node.value<T>();
    if (!value || !node.is_number()) refuse(key, wanted);
    result.push_back(*value);
  }
  return result;
}

std::vector<double> Fields::numbers(std::string_view key) {
  return list<double>(key, "must be a list of numbers");
}

std::vector<std::int64_t> Fields::whole_numbers(std::string_view key, std::int64_t least) {
  const std::string wanted = "must be a list of whole numbers >= " + std::to_string(least);
  const auto values = list<std::int64_t>(key, wanted.c_str());
  if (*std::min_element(values.begin(), values.end()) < least) refuse(key, wanted);
  return values;
}

std::vector<std::uint64_t> Fields::seeds() {
  const std::vector<std::int64_t> values = whole_numbers("seeds", 0);
  return {values.begin(), values.end()};
}

std::size_t Fields::choice(std::string_view key, const std::vector<std::string>& choices) {
  const std::string value = text(key);
  const auto found = std::find(choices.begin(), choices.end(), value);
  if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
  std::string list;
  for (const std::string& choice : choices) list += (list.empty() ? "" : "|") + choice;
  refuse(key, "there is no " + data::in_quotes(value) + data::did_you_mean(value, choices) + " (" +
                  list + ")");
}

const toml::table* Fields::table(std::string_view key) {
  const toml::node* const node = find(key);
  if (node == nullptr) return nullptr;
  if (!node->is_table()) refuse(key, "must be a table: [" + std::string(key) + "]");
  return node->as_table();
}

std::vector<const toml::table*> Fields::tables(std::string_view key) {
  std::vector<const toml::table*> result;
  const toml::node* const node = find(key);
  if (node == nullptr) return result;
  const toml::array* const list = node->as_array();
  if (list == nullptr || !list->is_array_of_tables()) {
    refuse(key, "each is a table of its own: [[" + std::string(key) + "]]");
  }
  for (const toml::node& element : *list) result.push_back(element.as_table());
  return result;
}

void Fields::settings(std::string_view key, train::Settings& settings) {
  const toml::table* const own = table(key);
  if (own == nullptr) return;
  const Fields fields(*own, path_);
  if (own->contains("seed")) fields.refuse("seed", "is not said here: see seeds");
  if (own->contains("device")) fields.refuse("device", "is not said here: see --device");
  train::read_config(settings, *own, path_);
}

void Fields::refuse_others() const {
  for (const auto& [key, node] : table_) {
    const std::string name(key.str());
    if (std::find(known_.begin(), known_.end(), name) == known_.end()) {
      refuse(name, "there is no such key" + data::did_you_mean(name, known_));
    }
  }
}

}  // namespace curb::reproduce
