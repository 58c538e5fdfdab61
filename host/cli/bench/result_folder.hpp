// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The folder that `curb bench` leaves.
#pragma once

#include <string>

namespace curb::cli::bench {

inline constexpr const char* kResultsFile = "results.json";
inline constexpr const char* kTablesFile = "tables.md";
inline constexpr const char* kPageFile = "page.html";

/// A name by the date and time.
std::string default_folder();

/// Makes the folder, which may be there but must hold no results. Throws UsageError where it does,
/// and data::DataError where it cannot be made.
void make_result_folder(const std::string& path);

/// Writes or replaces a file of it; whoever looks sees the old one or the new one, whole. Throws
/// data::DataError.
void write_result_file(const std::string& folder, const std::string& name, const std::string& text);

}  // namespace curb::cli::bench
