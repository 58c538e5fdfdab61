// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Dynamic shared memory is allocated per block. A `__shared__` variable is a static variable of the
// program; its address and size stand in the program's own symbol table, under a name that carries
// the tag which the macro `__shared__` sets.
#include "tests/simt/shared_memory.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "tests/simt/block.hpp"
#include "tests/simt/program.hpp"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

namespace simt {
namespace {

constexpr int kJunk = 0xff;
constexpr std::size_t kAlignment = 16;

const std::vector<Symbol>& variables() {
  static const std::vector<Symbol> found = symbols_with("B11simt_shared");  // the tag, mangled
  return found;
}

const Symbol* variable_at(const char* address) {
  if (variables().empty() || address < variables().front().begin) return nullptr;
  const auto next = std::upper_bound(
      variables().begin(), variables().end(), address,
      [](const char* wanted, const Symbol& variable) { return wanted < variable.begin; });
  const Symbol& variable = *std::prev(next);
  return address < variable.begin + variable.bytes ? &variable : nullptr;
}

char* dynamic = nullptr;
std::size_t dynamic_bytes = 0;

std::size_t allocated_bytes() { return (dynamic_bytes / kAlignment + 1) * kAlignment; }

}  // namespace

SharedMemory::SharedMemory(std::size_t bytes) {
  dynamic_bytes = bytes;
  dynamic = static_cast<char*>(std::aligned_alloc(kAlignment, allocated_bytes()));
  if (dynamic == nullptr) throw Error("simt: no memory for dynamic shared memory");
  std::memset(dynamic, kJunk, allocated_bytes());
#ifdef __SANITIZE_ADDRESS__
  __asan_poison_memory_region(dynamic + bytes, allocated_bytes() - bytes);
#endif
  for (const Symbol& variable : variables()) std::memset(variable.begin, kJunk, variable.bytes);
}

SharedMemory::~SharedMemory() {
#ifdef __SANITIZE_ADDRESS__
  __asan_unpoison_memory_region(dynamic, allocated_bytes());
#endif
  std::free(dynamic);
  dynamic = nullptr;
}

bool SharedMemory::contains(const void* address) {
  const char* byte = static_cast<const char*>(address);
  return (byte >= dynamic && byte < dynamic + dynamic_bytes) || variable_at(byte) != nullptr;
}

std::string SharedMemory::describe(const void* address) {
  const char* byte = static_cast<const char*>(address);
  const Symbol* variable = variable_at(byte);
  const char* begin = variable != nullptr ? variable->begin : dynamic;
  std::string name = "dynamic shared memory";
  if (variable != nullptr) name = variable->name.substr(0, variable->name.find("[abi:"));
  return name + " + " + std::to_string(byte - begin) + " bytes";
}

void* dynamic_shared_memory() { return dynamic; }

}  // namespace simt
