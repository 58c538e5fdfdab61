// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// As much of Python's literals as NumPy writes into its headers.
#include "host/data/npy_header.hpp"

#include <charconv>

#include "host/data/error.hpp"
#include "host/data/message.hpp"

namespace curb::data {
namespace {

class Parser {
 public:
  Parser(std::string_view text, const std::string& source) : text_(text), source_(source) {}

  NpyHeader parse() {
    NpyHeader header;
    bool has_type = false;
    bool has_order = false;
    bool has_shape = false;
    expect('{');
    while (!next_is('}')) {
      const std::string key = string();
      expect(':');
      if (key == "descr") {
        if (next_is('[')) throw error("elements with named fields cannot be read");
        header.type = string();
        has_type = true;
      } else if (key == "fortran_order") {
        header.fortran_order = boolean();
        has_order = true;
      } else if (key == "shape") {
        header.shape = shape();
        has_shape = true;
      } else {
        throw error("its header has an unknown entry " + in_quotes(key));
      }
      if (!next_is('}')) expect(',');
    }
    expect('}');
    if (!has_type || !has_order || !has_shape) {
      throw error("its header lacks one of descr, fortran_order and shape");
    }
    return header;
  }

 private:
  DataError error(const std::string& message) const { return DataError(source_ + ": " + message); }
  DataError damaged() const {
    return error("its header cannot be understood from " + in_quotes(text_) + " on");
  }

  bool next_is(char c) {
    while (text_.starts_with(' ') || text_.starts_with('\n')) text_.remove_prefix(1);
    return text_.starts_with(c);
  }
  void expect(char c) {
    if (!next_is(c)) throw damaged();
    text_.remove_prefix(1);
  }
  bool take(std::string_view word) {
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }

  std::string string() {
    const char quote = next_is('"') ? '"' : '\'';
    expect(quote);
    const std::size_t end = text_.find(quote);
    if (end == std::string_view::npos) throw damaged();
    std::string value(text_.substr(0, end));
    text_.remove_prefix(end + 1);
    return value;
  }

  bool boolean() {
    next_is(' ');  // past the blanks
    if (take("True")) return true;
    if (!take("False")) throw damaged();
    return false;
  }

  std::vector<std::size_t> shape() {
    std::vector<std::size_t> sizes;
    expect('(');
    while (!next_is(')')) {
      std::size_t size = 0;
      const auto [end, problem] = std::from_chars(text_.data(), text_.data() + text_.size(), size);
      if (problem != std::errc{}) throw damaged();
      text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
      take("L");  // Python 2 wrote its long numbers so
      sizes.push_back(size);
      if (!next_is(')')) expect(',');
    }
    expect(')');
    return sizes;
  }

  std::string_view text_;
  const std::string& source_;
};

}  // namespace

NpyHeader parse_npy_header(std::string_view text, const std::string& source) {
  return Parser(text, source).parse();
}

}  // namespace curb::data
