# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
# cmake -D CSV=digits.csv -D HEADER=digits_bytes.hpp -P embed_digits.cmake
# Turns the table into a C++ byte array: without its first line, comma-separated integers already
# are an initialiser list.
file(STRINGS ${CSV} rows)
list(POP_FRONT rows)
list(JOIN rows ",\n    " bytes)
file(WRITE ${HEADER} "// Made from data/digits.csv by host/data/embed_digits.cmake.
#pragma once

#include <cstdint>

namespace curb::data {

inline constexpr std::uint8_t kDigitsBytes[] = {
    ${bytes}};

}  // namespace curb::data
")
