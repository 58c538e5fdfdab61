// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The families of update_bench beside its own; each registers its benchmarks.
#pragma once

#include "bench/host_program.hpp"

namespace curb::bench {

void add_sizes(const HostRun& run);
void add_rows(const HostRun& run);
void add_storage(const HostRun& run);
void add_steps(const HostRun& run);

}  // namespace curb::bench
