// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Named float tensors in a file: the safetensors format, which most frameworks read.
//
// The file is 8 bytes with the length of the header (little-endian), the header in JSON (for each
// name its dtype, shape and byte range in what follows; strings under "__metadata__"), and the
// values.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace curb::train {

using Metadata = std::map<std::string, std::string>;

// A tensor to be written. A shape of {} is one number.
struct TensorView {
  std::string name;
  std::vector<std::size_t> shape;
  std::span<const float> values;  // row-major
};

struct Tensor {
  std::vector<std::size_t> shape;
  std::vector<float> values;  // row-major
};

struct Safetensors {
  std::map<std::string, Tensor> tensors;
  Metadata metadata;
};

// Writes an F32 file, whole or not at all (see AtomicFile). All strings must be UTF-8.
// Throws std::invalid_argument, naming the tensor, when a name is used twice or is reserved or when
// values and shape disagree, and data::DataError when the file cannot be written.
void write_safetensors(const std::string& path, std::span<const TensorView> tensors,
                       const Metadata& metadata);

// The bytes of such a file that go before the values of its tensors, which follow end to end in
// their order. Throws std::invalid_argument as write_safetensors does.
std::string safetensors_header(std::span<const TensorView> tensors, const Metadata& metadata);

// Reads an F32 file. Throws data::DataError, naming the tensor where one is at fault, unless the
// header is well formed and its tensors cover the data exactly: no overlap, no gap, no byte over.
Safetensors read_safetensors(const std::string& path);

}  // namespace curb::train
