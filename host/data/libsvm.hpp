// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Data sets from LIBSVM files (svmlight's format): "label index:value index:value ..." on each
// line, indices from 1 and ascending; what is not there is 0; "# ..." at the end of a line is
// passed over.
#pragma once

#include <string>

#include "host/data/dataset.hpp"

namespace curb::data {

// Reads training data, gzip or not, into dense rows. There are as many features, named f1, f2, ...,
// as the greatest index says. Throws DataError naming file and line for text that is not as above,
// for numbers that are not finite, for classes as add_number_targets does, and for more values than
// can be held densely. The task must not be multilabel.
Dataset read_libsvm(const std::string& path, Task task);

// The same for a model trained on `schema`, which says how many features there are: a greater index
// is refused. Where targets are ignored, the labels are read and left out.
Dataset read_libsvm(const std::string& path, const Schema& schema, Targets targets);

}  // namespace curb::data
