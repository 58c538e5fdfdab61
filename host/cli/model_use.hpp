// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What eval and predict have in common: a model file, and data to use it on.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "host/backend/backend.hpp"
#include "host/data/dataset.hpp"
#include "host/train/device_rows.hpp"
#include "host/train/model_file.hpp"

namespace curb::cli {

struct ModelArguments {
  explicit ModelArguments(CLI::App& command);

  std::string model;
  std::string data;
  std::string header = "auto";
  std::string device = "auto";
  bool quiet = false;
};

/// A model on a device, and the rows it is for, standardised as its training rows were.
class ModelUse {
 public:
  /// Throws data::DataError, UsageError and DeviceError.
  ModelUse(const ModelArguments& arguments, data::Targets targets);

  /// Those of a committee, or one.
  const std::vector<train::Model>& members() const { return members_; }
  backend::Backend& backend() { return *backend_; }
  const train::DeviceRows& rows() const { return rows_; }

 private:
  std::vector<train::Model> members_;
  data::Dataset data_;
  std::unique_ptr<backend::Backend> backend_;
  train::DeviceRows rows_;
};

}  // namespace curb::cli
