// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Checkpoints on the disk: safetensors files with a checksum over every byte.
//
// Tensors, each as long as the network's arena: parameters, state.0 (and .1), and latest and best
// where they are not the same as the parameters or as one another. Metadata: "checksum" (CRC-32, in
// 8 hexadecimal digits, of the whole file with 00000000 in their place), "configuration" (TOML),
// "curb_checkpoint" (the version of this layout) and "state" (JSON).
#pragma once

#include <string>

#include "host/train/checkpoint.hpp"

namespace curb::train {

/// Where the one before the last is kept, given where the last one is.
std::string previous_checkpoint(const std::string& path);

/// Writes the file, whole or not at all; what was there becomes previous_checkpoint(path). Throws
/// data::DataError.
void save_checkpoint(const std::string& path, const Checkpoint& checkpoint);

/// Throws data::DataError, which names the file, for one that is damaged in any byte, cut short, of
/// another layout or no checkpoint.
Checkpoint load_checkpoint(const std::string& path);

}  // namespace curb::train
