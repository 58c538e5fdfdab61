// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Reads the symbol table out of the program's file, since the loader does not map it.
#include "tests/simt/program.hpp"

#include <cxxabi.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "tests/simt/error.hpp"

namespace simt {
namespace {

// The program's file, mapped for reading.
class ProgramFile {
 public:
  ProgramFile() {
    const int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    struct stat status = {};
    if (file < 0 || fstat(file, &status) != 0) throw Error("simt: cannot open /proc/self/exe");
    bytes_ = static_cast<std::size_t>(status.st_size);
    void* data = mmap(nullptr, bytes_, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    if (data == MAP_FAILED) throw Error("simt: cannot map /proc/self/exe");
    data_ = static_cast<const char*>(data);
  }
  ~ProgramFile() { munmap(const_cast<char*>(data_), bytes_); }
  ProgramFile(const ProgramFile&) = delete;
  ProgramFile& operator=(const ProgramFile&) = delete;

  template <class T>
  const T* at(std::size_t offset) const {
    return reinterpret_cast<const T*>(data_ + offset);
  }

 private:
  const char* data_ = nullptr;
  std::size_t bytes_ = 0;
};

// By how much the loader moved the program.
std::size_t load_offset() {
  std::size_t offset = 0;
  dl_iterate_phdr(
      [](dl_phdr_info* program, std::size_t, void* result) {
        *static_cast<std::size_t*>(result) = program->dlpi_addr;
        return 1;  // the first is the program itself
      },
      &offset);
  return offset;
}

std::string demangle(const char* name) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(name, nullptr, nullptr, &status), &std::free);
  return status == 0 ? text.get() : name;
}

template <class Visit>
void for_each_symbol(Visit visit) {
  const ProgramFile file;
  const auto* header = file.at<ElfW(Ehdr)>(0);
  const auto* sections = file.at<ElfW(Shdr)>(header->e_shoff);
  for (int i = 0; i < header->e_shnum; ++i) {
    if (sections[i].sh_type != SHT_SYMTAB) continue;
    const auto* symbols = file.at<ElfW(Sym)>(sections[i].sh_offset);
    const char* names = file.at<char>(sections[sections[i].sh_link].sh_offset);
    for (std::size_t k = 0; k < sections[i].sh_size / sizeof(ElfW(Sym)); ++k) {
      visit(symbols[k], names + symbols[k].st_name);
    }
    return;
  }
  throw Error("simt: the program is stripped, so its __shared__ variables cannot be found");
}

}  // namespace

std::vector<Symbol> symbols_with(std::string_view part) {
  const std::size_t base = load_offset();
  std::vector<Symbol> found;
  for_each_symbol([&](const ElfW(Sym) & symbol, const char* name) {
    if (std::string_view(name).find(part) == std::string_view::npos) return;
    found.push_back(
        {reinterpret_cast<char*>(base + symbol.st_value), symbol.st_size, demangle(name)});
  });
  std::sort(found.begin(), found.end(),
            [](const Symbol& a, const Symbol& b) { return a.begin < b.begin; });
  return found;
}

std::string describe_code(const void* address) {
  const std::size_t wanted = reinterpret_cast<std::size_t>(address) - load_offset();
  std::string text = "unknown code";
  for_each_symbol([&](const ElfW(Sym) & symbol, const char* name) {
    const bool holds = wanted - symbol.st_value < symbol.st_size;  // unsigned: not before it either
    if (!holds || (symbol.st_info & 0xf) != STT_FUNC) return;
    char offset[32];
    std::snprintf(offset, sizeof(offset), " + 0x%zx", wanted - symbol.st_value);
    text = demangle(name) + offset;
  });
  return text;
}

}  // namespace simt
