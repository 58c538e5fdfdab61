// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Data sets from IDX files, the format of MNIST and its relatives.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "host/data/dataset.hpp"

namespace curb::data {

// A whole IDX file of unsigned bytes.
struct IdxArray {
  std::vector<std::size_t> dimensions;  // outermost first; one or more
  std::vector<std::uint8_t> values;     // row-major
  std::size_t data_offset = 0;          // byte at which the values begin in the inflated file
};

// Reads an IDX file, gzip or not. Throws DataError naming the byte (of the inflated file) for a
// wrong magic number, another element type, a file that is too short, and one that is too long.
IdxArray read_idx(const std::string& path);

// Images [n, ...] with labels [n]: a classification set whose features are bytes / 255, in [0, 1],
// named p0, p1, ... The labels that occur are the classes. Throws DataError as above, for counts
// that differ, and for fewer than two classes.
Dataset read_idx_pair(const std::string& images, const std::string& labels);

// The same, for a model trained on `schema`: throws DataError for another number of features and
// for a label that `schema` lacks, naming its byte.
Dataset read_idx_pair(const std::string& images, const std::string& labels, const Schema& schema);

// MNIST's four files under `directory`, each gzip or not, by their usual names
// (train-images-idx3-ubyte, or with a dot before idx, and .gz). The classes are 0 .. 9.
// Throws DataError as above, and when a file is missing.
TrainTest read_mnist(const std::string& directory);

// Its test rows alone.
Dataset read_mnist_test(const std::string& directory);

}  // namespace curb::data
