// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The handwritten digits that are compiled in (see data/README.md).
#pragma once

#include "host/data/dataset.hpp"

namespace curb::data {

// 8x8 images, pixels / 16 in [0, 1], ten classes: the first 1,347 rows to train on, the last 450 to
// test.
TrainTest load_digits();

}  // namespace curb::data
