// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A model file and data for it.
#include "host/cli/model_use.hpp"

#include <optional>

#include "host/cli/command.hpp"
#include "host/cli/console.hpp"
#include "host/data/message.hpp"
#include "host/data/open.hpp"
#include "host/data/standardisation.hpp"

namespace curb::cli {
namespace {

std::optional<bool> read_header(const std::string& header) {
  if (header == "auto") return std::nullopt;
  if (header != "yes" && header != "no") {
    throw UsageError("--header: must be auto, yes or no, not " + data::in_quotes(header));
  }
  return header == "yes";
}

data::Dataset read_data(const ModelArguments& arguments, const train::Model& model,
                        data::Targets targets) {
  data::Dataset dataset =
      data::open_data(arguments.data, model.schema, read_header(arguments.header), targets);
  if (model.standardisation) {
    data::apply(*model.standardisation, dataset);
    data::check_finite(dataset, arguments.data + ", standardised");
  }
  return dataset;
}

}  // namespace

ModelArguments::ModelArguments(CLI::App& command) {
  command.add_option("MODEL", model, "a model.safetensors")->required();
  command.add_option("--data", data, data::kDataForms)->type_name("DATA")->required();
  command.add_option("--header", header, "whether the first row of a CSV file names the columns")
      ->type_name("auto|yes|no");
  command.add_option("--device", device, "where to compute")->type_name("auto|cpu|cuda[:N]");
  command.add_flag("--quiet", quiet, "nothing on stderr but errors");
}

ModelUse::ModelUse(const ModelArguments& arguments, data::Targets targets)
    : members_(train::load_committee(arguments.model)),
      data_(read_data(arguments, members_.front(), targets)),
      backend_(open_device(arguments.device, arguments.quiet)),
      rows_(*backend_, data_) {}

}  // namespace curb::cli
