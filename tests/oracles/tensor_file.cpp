// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
//
// The decoder of tensor_file.hpp.
#include "tests/oracles/tensor_file.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace curb::testing {
namespace {

constexpr std::uint64_t kSignBit = 1ULL << 63;

// Numbers the doubles in their order, so that near values have near numbers: +0 is 0, -0 is -1.
std::uint64_t rank_of(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  return bits & kSignBit ? bits ^ ~kSignBit : bits;
}

double value_of(std::uint64_t rank) {
  return std::bit_cast<double>(rank & kSignBit ? rank ^ ~kSignBit : rank);
}

// One signed number: seven bits to a byte, lowest first, the top bit set on all but the last byte;
// the sign is the lowest bit.
std::uint64_t read_difference(const std::vector<std::uint8_t>& codes, std::size_t& position) {
  std::uint64_t folded = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint8_t byte = codes.at(position++);
    folded |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return (folded >> 1) ^ (0 - (folded & 1));
  }
  throw std::out_of_range("number of more than 64 bits");
}

// FNV-1a of the values as little-endian bytes.
std::uint64_t digest(const std::vector<double>& values) {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const double value : values) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (unsigned shift = 0; shift < 64; shift += 8) {
      hash = (hash ^ ((bits >> shift) & 0xFF)) * 0x100000001B3;
    }
  }
  return hash;
}

std::ifstream open(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot open " + path.string());
  return file;
}

std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path) {
  std::ifstream file = open(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

std::map<std::string, Matrix> read_tensors(const std::filesystem::path& stem) {
  const std::string codes_path = stem.string() + ".bin";
  const std::vector<std::uint8_t> codes = read_bytes(codes_path);
  std::ifstream index = open(stem.string() + ".txt");
  std::map<std::string, Matrix> tensors;
  for (std::string line; std::getline(index, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream fields(line);
    std::string name;
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::size_t position = 0;
    std::string base;
    std::uint64_t expected_digest = 0;
    fields >> name >> rows >> columns >> position >> base >> std::hex >> expected_digest;
    try {
      Matrix tensor(rows, columns);
      if (base != "-") tensor = tensors.at(base);
      for (double& value : tensor.values) {
        value = value_of(rank_of(value) + read_difference(codes, position));
      }
      if (fields.fail() || digest(tensor.values) != expected_digest) {
        throw std::out_of_range("index and data disagree");
      }
      tensors.emplace(name, tensor);
    } catch (const std::out_of_range& error) {
      throw std::runtime_error(codes_path + ": tensor " + name + ": " + error.what());
    }
  }
  return tensors;
}

}  // namespace curb::testing
