// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What the text after --data stands for.
#pragma once

#include <string>

#include "host/data/dataset.hpp"

namespace curb::data {

enum class SourceKind { digits, mnist, csv, idx, npz, npy, npy_pair, libsvm };

struct Source {
  SourceKind kind;
  std::string path;    // of the file, the directory, the images or the features
  std::string second;  // idx: of the labels; npy_pair: of the targets
};

// Takes the text apart; no file is opened. Throws DataError, with a suggestion, for what is no
// data.
Source parse_source(const std::string& spec);

// Whether target and task say something to data of this kind.
bool has_target_columns(SourceKind kind);
bool has_task(SourceKind kind, Task task);

}  // namespace curb::data
