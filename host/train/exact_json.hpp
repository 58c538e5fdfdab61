// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Numbers in JSON objects that come back as the same bits: floating-point ones are written as text,
// since JSON has no infinity and no NaN.
#pragma once

#include <concepts>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>

#include "host/data/number.hpp"
#include "host/train/toml.hpp"

namespace curb::train {

template <class Number>
void write_exactly(nlohmann::json& object, const char* name, const Number& value) {
  if constexpr (std::floating_point<Number>) {
    object[name] = toml::value(value);
  } else {
    object[name] = value;
  }
}

/// Leaves no trace of what is absent.
template <class Number>
void write_exactly(nlohmann::json& object, const char* name, const std::optional<Number>& value) {
  if (value) write_exactly(object, name, *value);
}

/// Throws nlohmann::json::exception, or std::bad_optional_access where text is no number.
template <class Number>
void read_exactly(const nlohmann::json& object, const char* name, Number& value) {
  if constexpr (std::floating_point<Number>) {
    value = data::parse_number(object.at(name).get<std::string>()).value();
  } else {
    value = object.at(name).get<Number>();
  }
}

template <class Number>
void read_exactly(const nlohmann::json& object, const char* name, std::optional<Number>& value) {
  if (object.contains(name)) read_exactly(object, name, value.emplace());
}

}  // namespace curb::train
