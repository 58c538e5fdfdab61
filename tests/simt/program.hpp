// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The running program's own symbol table. Internal to the emulator.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace simt {

struct Symbol {
  char* begin;
  std::size_t bytes;
  std::string name;  // demangled
};

// The symbols whose mangled name contains `part`, by address. Throws Error when the program was
// stripped of its symbol table.
std::vector<Symbol> symbols_with(std::string_view part);

// "curb::kernels::scale(float*, int) + 0x2f", for code of the program.
std::string describe_code(const void* address);

}  // namespace simt
