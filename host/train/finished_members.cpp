// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The finished members of a committee to a file and back.
#include "host/train/finished_members.hpp"

#include <stdexcept>
#include <utility>
#include <vector>

#include "host/data/error.hpp"
#include "host/data/file.hpp"
#include "host/train/atomic_file.hpp"
#include "host/train/checksum.hpp"
#include "host/train/ending_names.hpp"
#include "host/train/exact_json.hpp"

namespace curb::train {
namespace {

using data::DataError;
using nlohmann::json;

constexpr const char* kLayoutKey = "curb_committee";
constexpr const char* kLayout = "1";

// The checksum's place: JSON is written with its keys in order, and this one is the first.
constexpr std::string_view kBeforeChecksum = "{\n  \"checksum\": \"";

/// Throws unless it begins as it is written and its checksum is right.
void check_every_byte(const std::string& path, std::string text) {
  if (!text.starts_with(kBeforeChecksum)) {
    throw DataError(path + ": not what a committee leaves, or damaged in its first bytes");
  }
  const std::string stated = text.substr(kBeforeChecksum.size(), kNoChecksum.size());
  text.replace(kBeforeChecksum.size(), stated.size(), kNoChecksum);
  require_checksum(path, add_to_checksum(0, text.data(), text.size()), stated);
}

/// Every number of an outcome by its name, for writing and reading alike.
template <class AnyOutcome, class Field>
void for_each_number(AnyOutcome& o, Field field) {
  field("epochs", o.epochs);
  field("kept_epoch", o.kept_epoch);
  field("steps", o.steps);
  field("seconds", o.seconds);
  field("samples_per_second", o.samples_per_second);
  field("penalty", o.penalty);
  field("residual", o.residual);
  field("relative_residual", o.relative_residual);
}

json to_json(const Evaluation& evaluation) {
  json object;
  write_exactly(object, "loss", evaluation.loss);
  write_exactly(object, "accuracy", evaluation.accuracy);
  return object;
}

Evaluation evaluation_from_json(const json& object) {
  Evaluation evaluation;
  read_exactly(object, "loss", evaluation.loss);
  read_exactly(object, "accuracy", evaluation.accuracy);
  return evaluation;
}

json to_json(const Outcome& outcome) {
  json object{{"ending", name_of(kEndings, outcome.ending)},
              {"weights", fingerprint(outcome.model)},
              {"train", to_json(outcome.train)}};
  if (outcome.validation) object["validation"] = to_json(*outcome.validation);
  if (outcome.test) object["test"] = to_json(*outcome.test);
  for_each_number(outcome,
                  [&](const char* name, const auto& value) { write_exactly(object, name, value); });
  return object;
}

/// What the model says by itself is measured again.
Outcome outcome_from_json(const json& object, Model model) {
  Outcome outcome;
  const Named<Ending>* const ending = find_named(kEndings, object.at("ending").get<std::string>());
  if (ending == nullptr) throw std::invalid_argument("an ending that is unknown");
  if (object.at("weights") != fingerprint(model)) {
    throw std::invalid_argument("the weights of a member are not those that it had");
  }
  outcome.ending = ending->value;
  outcome.train = evaluation_from_json(object.at("train"));
  if (object.contains("validation")) {
    outcome.validation = evaluation_from_json(object["validation"]);
  }
  if (object.contains("test")) outcome.test = evaluation_from_json(object["test"]);
  for_each_number(outcome,
                  [&](const char* name, auto& value) { read_exactly(object, name, value); });
  for (const ModelLayer& layer : model.layers) {
    outcome.layers.push_back(measure({layer.fan_out, layer.fan_in, layer.weight}));
  }
  outcome.model = std::move(model);
  return outcome;
}

}  // namespace

void save_finished_members(const std::string& path, std::span<const Outcome> members,
                           const Checkpoint& next) {
  json document{{"checksum", kNoChecksum},
                {kLayoutKey, kLayout},
                {"configuration", next.configuration},
                {"data_fingerprint", next.data_fingerprint},
                {"device", next.backend},
                {"tuning", next.tuning},
                {"metrics_bytes", next.metrics_bytes},
                {"members", json::array()}};
  for (const Outcome& member : members) document["members"].push_back(to_json(member));
  std::string text = document.dump(2) + "\n";
  text.replace(kBeforeChecksum.size(), kNoChecksum.size(),
               hexadecimal(add_to_checksum(0, text.data(), text.size())));
  AtomicFile file(path);
  file.write(text.data(), text.size());
  file.commit();
}

CommitteeStart load_finished_members(const std::string& path, const std::string& model) {
  const std::string text = data::read_file(path);
  check_every_byte(path, text);
  std::vector<Model> models = load_committee(model);
  CommitteeStart start;
  Checkpoint& next = start.checkpoint.emplace();
  next.source = path;
  try {
    const json document = json::parse(text);
    if (document.at(kLayoutKey) != kLayout) throw std::invalid_argument("it has another layout");
    document.at("configuration").get_to(next.configuration);
    document.at("data_fingerprint").get_to(next.data_fingerprint);
    document.at("device").get_to(next.backend);
    document.at("tuning").get_to(next.tuning);
    document.at("metrics_bytes").get_to(next.metrics_bytes);
    for (const json& member : document.at("members")) {
      start.members.push_back(
          outcome_from_json(member, std::move(models.at(start.members.size()))));
    }
  } catch (const std::exception& problem) {
    throw DataError(path + ": not that of " + model + ": " + problem.what());
  }
  return start;
}

}  // namespace curb::train
