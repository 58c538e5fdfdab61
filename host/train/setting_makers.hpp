// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// How a setting is made from its name, its help and the member that holds it: the kinds of values
// that the tables of settings (run_settings.cpp, update_settings.cpp) are made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "host/data/message.hpp"
#include "host/train/names.hpp"
#include "host/train/settings.hpp"
#include "host/train/toml.hpp"

/// Access to a member of an Owner, const or not.
// NOLINTNEXTLINE(bugprone-macro-parentheses): a member is named, not computed with.
#define CURB_MEMBER(member) \
  [](auto& s) -> auto& { return s.member; }

namespace curb::train::makers {

template <class T>
struct Unwrap {
  using Type = T;
};
template <class T>
struct Unwrap<std::optional<T>> {
  using Type = T;
};
/// What a setting holds: `access` gives a reference to its member, perhaps an optional one.
template <class Owner, class Access>
using Held = typename Unwrap<std::remove_cvref_t<std::invoke_result_t<Access, Owner&>>>::Type;

template <class T>
const T* held(const T& member) {
  return &member;
}
template <class T>
const T* held(const std::optional<T>& member) {
  return member ? &*member : nullptr;
}

/// A setting from the way its value is read and the way it is written.
template <class Owner, class Access, class Read, class Write>
Setting<Owner> make(std::string name, std::string placeholder, std::string help, Access access,
                    Read read, Write write) {
  return {name, std::move(placeholder), std::move(help),
          [=](Owner& owner, const std::string& text) { access(owner) = read(name, text); },
          [=](const Owner& owner) -> std::optional<std::string> {
            const auto* const value = held(access(owner));
            if (value == nullptr) return std::nullopt;
            return write(*value);
          }};
}

inline constexpr auto kAsToml = [](const auto& value) { return toml::value(value); };

/// What a number must be, in words and as a test.
struct Range {
  const char* words;
  bool (*holds)(double);
};

inline constexpr double kLargest = std::numeric_limits<float>::max();
inline constexpr Range kPositive{"a number > 0", [](double x) { return x > 0.0 && x <= kLargest; }};
inline constexpr Range kNotNegative{"a number >= 0",
                                    [](double x) { return x >= 0.0 && x <= kLargest; }};
inline constexpr Range kBelowOne{"a number in [0, 1)",
                                 [](double x) { return x >= 0.0 && x < 1.0; }};
inline constexpr Range kRadius{"a number > 0 (inf: none)", [](double x) { return x > 0.0; }};

/// Throws SettingError: NAME must be WANTED, not TEXT.
[[noreturn]] void refuse(const std::string& name, const std::string& wanted,
                         const std::string& text);

/// Both refuse what is not such a number.
double read_number(const std::string& name, const Range& range, const std::string& text);
std::int64_t read_whole(const std::string& name, std::int64_t least, const std::string& text);

/// The parts of a list that commas separate; none for an empty text.
std::vector<std::string> split(std::string_view list);

template <class Owner, class Access>
Setting<Owner> number(std::string name, Range range, std::string help, Access access) {
  return make<Owner>(
      std::move(name), "X", std::move(help), access,
      [range](const std::string& setting, const std::string& text) {
        return static_cast<Held<Owner, Access>>(read_number(setting, range, text));
      },
      kAsToml);
}

template <class Access>
Setting<Settings> whole(std::string name, std::int64_t least, std::string help, Access access) {
  return make<Settings>(
      std::move(name), "N", std::move(help), access,
      [least](const std::string& setting, const std::string& text) {
        return read_whole(setting, least, text);
      },
      kAsToml);
}

template <class Access>
Setting<Settings> text(std::string name, std::string placeholder, std::string help, Access access) {
  return make<Settings>(
      std::move(name), std::move(placeholder), std::move(help), access,
      [](const std::string&, const std::string& value) { return value; }, kAsToml);
}

template <class Owner, class Access>
Setting<Owner> on_or_off(std::string name, std::string help, Access access) {
  return make<Owner>(
      std::move(name), "", std::move(help), access,
      [](const std::string& setting, const std::string& value) {
        if (value.empty() || value == "true") return true;
        if (value != "false") refuse(setting, "true or false", value);
        return false;
      },
      kAsToml);
}

template <class Owner, class Enum, std::size_t count, class Access>
Setting<Owner> choice(std::string name, const Named<Enum> (&table)[count], std::string help,
                      Access access) {
  std::string list;
  for (const Named<Enum>& entry : table) {
    list.append(list.empty() ? "" : "|").append(entry.name);
  }
  return make<Owner>(
      std::move(name), list, std::move(help), access,
      [&table, list](const std::string& setting, const std::string& value) {
        if (const Named<Enum>* found = find_named(table, value)) return found->value;
        throw SettingError(setting, "there is no " + data::in_quotes(value) +
                                        data::did_you_mean(value, names_in(table)) + " (" + list +
                                        ")");
      },
      [&table](Enum value) { return toml::value(name_of(table, value)); });
}

}  // namespace curb::train::makers
