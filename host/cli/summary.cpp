// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The results of a training run as text and as JSON.
#include "host/cli/summary.hpp"

#include <fmt/core.h>

#include "host/train/ending_names.hpp"

namespace curb::cli {
namespace {

using train::Ending;

/// Why it ended, to stand after "N epochs".
const char* reason(Ending ending) {
  switch (ending) {
    case Ending::all_epochs:
      return "all that were asked for";
    case Ending::patience:
      return "the validation loss got no better";
    case Ending::tolerance:
      return "the residual is below the tolerance";
    case Ending::diverged:
      return "then it diverged";
    case Ending::interrupted:
      break;
  }
  return "then it was interrupted";
}

std::string shape(const train::Model& model) {
  std::string text = fmt::format("{}", model.layers.front().fan_in);
  for (const train::ModelLayer& layer : model.layers) text += fmt::format("-{}", layer.fan_out);
  return text;
}

std::string rows(const data::DataSets& data) {
  std::string text = fmt::format("{} training", data.train.rows);
  if (data.validation) text += fmt::format(", {} validation", data.validation->rows);
  if (data.test) text += fmt::format(", {} test", data.test->rows);
  return text;
}

/// Whose zeros those of the layers are, where one might be surprised that there are none.
std::string averages(const train::Settings& settings) {
  if (settings.ema_decay == 0.0f) return "";
  return fmt::format("weights       averages with decay {}, which have no exact zeros\n",
                     settings.ema_decay);
}

std::string layer_line(std::size_t index, const train::LayerMetrics& layer) {
  std::string text = fmt::format(
      "layer {:<7} {} of {} weights are zero ({:.1f} %), largest incoming norm {:.4g}", index,
      layer.zeros, layer.weights, 100.0 * layer.fraction_zero, layer.max_incoming_norm);
  if (layer.dead_neurons > 0) text += fmt::format(", {} dead neurons", layer.dead_neurons);
  if (layer.unused_inputs > 0) text += fmt::format(", {} unused inputs", layer.unused_inputs);
  return text + "\n";
}

/// A line for each set of rows; `Judged` is an Outcome or an EnsembleOutcome.
template <class Judged>
std::string evaluations(const std::string& indent, const Judged& judged) {
  std::string text;
  const auto add = [&](const std::string& rows, const train::Evaluation& evaluation) {
    text += fmt::format("{:<14}{}\n", indent + rows, to_text(evaluation));
  };
  add("train", judged.train);
  if (judged.validation) add("validation", *judged.validation);
  if (judged.test) add("test", *judged.test);
  return text;
}

template <class Judged>
void add_evaluations(nlohmann::ordered_json& json, const Judged& judged) {
  train::add_to(json, "train", judged.train);
  if (judged.validation) train::add_to(json, "validation", *judged.validation);
  if (judged.test) train::add_to(json, "test", *judged.test);
}

nlohmann::ordered_json beginning(const train::Settings& settings, const data::DataSets& data,
                                 const train::Model& model) {
  return {{"data", settings.data}, {"training_rows", data.train.rows}, {"network", shape(model)}};
}

nlohmann::ordered_json to_json(const train::Outcome& outcome) {
  nlohmann::ordered_json json{{"ending", name_of(train::kEndings, outcome.ending)},
                              {"epochs", outcome.epochs},
                              {"kept_epoch", outcome.kept_epoch},
                              {"steps", outcome.steps},
                              {"seconds", outcome.seconds},
                              {"samples_per_second", outcome.samples_per_second}};
  add_evaluations(json, outcome);
  json["penalty"] = outcome.penalty;
  json["objective"] = outcome.train.loss + outcome.penalty;
  if (outcome.residual) json["residual"] = *outcome.residual;
  if (outcome.relative_residual) json["relative_residual"] = *outcome.relative_residual;
  json["layers"] = train::to_json(outcome.layers);
  return json;
}

}  // namespace

std::string to_text(const train::Evaluation& evaluation) {
  std::string text = fmt::format("loss {:.6g}", evaluation.loss);
  if (evaluation.accuracy) text += fmt::format(", accuracy {:.4f}", *evaluation.accuracy);
  return text;
}

std::string summary(const train::Settings& settings, const data::DataSets& data,
                    const train::Outcome& outcome, const std::string& folder) {
  std::string text =
      fmt::format("data          {}: {} rows\n", settings.data, rows(data)) +
      fmt::format("network       {}\n", shape(outcome.model)) +
      fmt::format("trained       {} epochs, {}: {} steps, {:.2f} s, {:.0f} samples/s\n",
                  outcome.epochs, reason(outcome.ending), outcome.steps, outcome.seconds,
                  outcome.samples_per_second);
  if (outcome.kept_epoch != outcome.epochs) {
    text += fmt::format("kept          the weights of epoch {}\n", outcome.kept_epoch);
  }
  text += averages(settings) + fmt::format("train         {}\n", to_text(outcome.train)) +
          fmt::format("penalty       {:.6g}, objective {:.10g}\n", outcome.penalty,
                      outcome.train.loss + outcome.penalty);
  if (outcome.residual) text += fmt::format("residual      {:.3g}", *outcome.residual);
  if (outcome.relative_residual) {
    text += fmt::format(", {:.3g} of the first", *outcome.relative_residual);
  }
  if (outcome.residual) text += "\n";
  if (outcome.validation) text += fmt::format("validation    {}\n", to_text(*outcome.validation));
  if (outcome.test) text += fmt::format("test          {}\n", to_text(*outcome.test));
  for (std::size_t i = 0; i < outcome.layers.size(); ++i) text += layer_line(i, outcome.layers[i]);
  if (!folder.empty()) text += fmt::format("kept in       {}\n", folder);
  return text;
}

nlohmann::ordered_json summary_json(const train::Settings& settings, const data::DataSets& data,
                                    const train::Outcome& outcome, const std::string& folder) {
  nlohmann::ordered_json json = beginning(settings, data, outcome.model);
  json.update(to_json(outcome));
  if (!folder.empty()) json["folder"] = folder;
  return json;
}

std::string summary(const train::Settings& settings, const data::DataSets& data,
                    const train::EnsembleOutcome& outcome, const std::string& folder) {
  std::string text =
      fmt::format("data          {}: {} rows\n", settings.data, rows(data)) +
      fmt::format("network       {}, {} of {} members\n", shape(outcome.members.front().model),
                  outcome.members.size(), settings.ensemble);
  for (std::size_t m = 0; m < outcome.members.size(); ++m) {
    const train::Outcome& member = outcome.members[m];
    text += fmt::format("member {:<6} seed {}: {} epochs, {}: {:.2f} s\n", m, settings.seed + m,
                        member.epochs, reason(member.ending), member.seconds);
    text += evaluations("  ", member);
  }
  text += "committee\n" + evaluations("  ", outcome);
  if (!folder.empty()) text += fmt::format("kept in       {}\n", folder);
  return text;
}

nlohmann::ordered_json summary_json(const train::Settings& settings, const data::DataSets& data,
                                    const train::EnsembleOutcome& outcome,
                                    const std::string& folder) {
  nlohmann::ordered_json json = beginning(settings, data, outcome.members.front().model);
  add_evaluations(json, outcome);
  for (std::size_t m = 0; m < outcome.members.size(); ++m) {
    nlohmann::ordered_json member{{"seed", settings.seed + m}};
    member.update(to_json(outcome.members[m]));
    json["members"].push_back(std::move(member));
  }
  if (!folder.empty()) json["folder"] = folder;
  return json;
}

}  // namespace curb::cli
