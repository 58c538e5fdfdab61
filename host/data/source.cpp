// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Names of data: a word, PREFIX:FILE, or a file that is known by its ending.
#include "host/data/source.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <vector>

#include "host/data/error.hpp"
#include "host/data/message.hpp"
#include "host/data/open.hpp"

namespace curb::data {
namespace {

// Files may have a prefix where the ending does not tell what they are.
struct Format {
  SourceKind kind;
  std::string prefix;
  std::vector<std::string> endings;
};

const std::vector<Format>& formats() {
  static const std::vector<Format> kFormats = {
      {SourceKind::mnist, "mnist", {}},
      {SourceKind::csv, "csv", {".csv", ".csv.gz"}},
      {SourceKind::idx, "idx", {}},
      {SourceKind::npz, "npz", {".npz"}},
      {SourceKind::npy, "npy", {".npy", ".npy.gz"}},
      {SourceKind::libsvm, "libsvm", {".libsvm", ".libsvm.gz"}},
  };
  return kFormats;
}

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

DataError unknown_data(const std::string& spec) {
  std::vector<std::string> words{"digits"};
  for (const Format& format : formats()) words.push_back(format.prefix);
  std::string hint = did_you_mean(spec.substr(0, spec.find(':')), words);
  std::error_code ignored;
  if (std::filesystem::is_directory(spec, ignored)) {
    hint = "; for a directory with MNIST's files say mnist:" + spec;
  } else if (std::filesystem::exists(spec, ignored)) {
    hint = "; if the file is comma-separated say csv:" + spec;
  }
  return DataError("unknown data " + in_quotes(spec) + hint + " (data are " + kDataForms + ")");
}

Source with_prefix(SourceKind kind, const std::string& files) {
  if (kind != SourceKind::idx && kind != SourceKind::npy) return {kind, files, ""};
  const std::size_t comma = files.find(',');
  if (comma == std::string::npos) {
    if (kind == SourceKind::npy) return {kind, files, ""};
    throw DataError(in_quotes("idx:" + files) + ": the labels are missing; say idx:IMAGES,LABELS");
  }
  return {kind == SourceKind::npy ? SourceKind::npy_pair : kind, files.substr(0, comma),
          files.substr(comma + 1)};
}

}  // namespace

Source parse_source(const std::string& spec) {
  if (spec == "digits") return {SourceKind::digits, "", ""};
  const std::string name = lower_case(spec);
  for (const Format& format : formats()) {
    if (spec.starts_with(format.prefix + ":")) {
      return with_prefix(format.kind, spec.substr(format.prefix.size() + 1));
    }
  }
  for (const Format& format : formats()) {
    for (const std::string& ending : format.endings) {
      if (name.ends_with(ending)) return {format.kind, spec, ""};
    }
  }
  throw unknown_data(spec);
}

bool has_target_columns(SourceKind kind) {
  return kind == SourceKind::csv || kind == SourceKind::npy;
}

bool has_task(SourceKind kind, Task task) {
  const bool classes_only =
      kind == SourceKind::digits || kind == SourceKind::mnist || kind == SourceKind::idx;
  return task == Task::classification || !classes_only;
}

}  // namespace curb::data
