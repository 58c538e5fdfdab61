// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Models to files and back.
#include "host/train/model_file.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "host/data/error.hpp"
#include "host/data/message.hpp"
#include "host/train/names.hpp"
#include "host/train/safetensors.hpp"

namespace curb::train {
namespace {

using nlohmann::json;

constexpr const char* kLayoutKey = "curb";
constexpr const char* kModelLayout = "1";
constexpr const char* kCommitteeLayout = "2";

/// What the names of a member's tensors begin with.
std::string member_name(std::size_t member, std::size_t members) {
  return members == 1 ? "" : data::numbered("members.", member) + ".";
}

std::string layer_name(const std::string& member, std::size_t layer) {
  return data::numbered(member + "layers.", layer);
}

json schema_to_json(const data::Schema& schema) {
  return {{"task", name_of(kTasks, schema.task)},
          {"features", schema.feature_names},
          {"targets", schema.target_names},
          {"classes", schema.class_names}};
}

json network_to_json(const Model& model, std::size_t members) {
  auto activations = json::array();
  for (const ModelLayer& layer : model.layers) {
    activations.push_back(name_of(kActivations, layer.activation));
  }
  json network{{"loss", name_of(kLosses, model.loss)}, {"activations", activations}};
  if (members > 1) network["members"] = members;
  if (!model.class_weights.empty()) network["class_weights"] = model.class_weights;
  return network;
}

/// Takes a file apart, and says what is wrong with it.
class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path), file_(read_safetensors(path)) {
    if (const auto found = file_.metadata.find(kLayoutKey); found == file_.metadata.end()) {
      throw error("not a model of curb: its metadata lack " + data::in_quotes(kLayoutKey));
    } else if (found->second != kModelLayout && found->second != kCommitteeLayout) {
      throw error("a model of layout " + data::in_quotes(found->second) + ", and this is layout " +
                  kCommitteeLayout);
    }
  }

  std::vector<Model> read() {
    Model model;
    std::size_t members = 1;
    model.configuration = metadata("configuration");
    parse("schema", [&](const json& schema) {
      model.schema.task = choice(kTasks, schema.at("task"));
      schema.at("features").get_to(model.schema.feature_names);
      schema.at("targets").get_to(model.schema.target_names);
      schema.at("classes").get_to(model.schema.class_names);
    });
    parse("network", [&](const json& network) {
      model.loss = choice(kLosses, network.at("loss"));
      if (const auto weights = network.find("class_weights"); weights != network.end()) {
        weights->get_to(model.class_weights);
      }
      for (const json& activation : network.at("activations")) {
        model.layers.emplace_back().activation = choice(kActivations, activation);
      }
      members = network.value("members", members);
    });
    if (model.layers.empty()) throw error("metadata \"network\": no layers");
    if (members < 1 || members > file_.tensors.size()) {
      throw error("metadata \"network\": " + std::to_string(members) + " members");
    }
    check_class_weights(model.class_weights, output_count(model.schema));
    if (file_.tensors.contains("standardisation.mean")) {
      const std::vector<std::size_t> columns{model.schema.feature_names.size()};
      model.standardisation = {take("standardisation.mean", columns),
                               take("standardisation.scale", columns)};
    }
    std::vector<Model> committee(members, model);
    for (std::size_t m = 0; m < members; ++m) {
      read_layers(member_name(m, members), committee[m]);
    }
    return committee;
  }

 private:
  data::DataError error(const std::string& message) const {
    return data::DataError(path_ + ": " + message);
  }

  const std::string& metadata(const std::string& key) const {
    const auto found = file_.metadata.find(key);
    if (found == file_.metadata.end()) throw error("its metadata lack " + data::in_quotes(key));
    return found->second;
  }

  template <class Use>
  void parse(const std::string& key, Use use) const {
    try {
      use(json::parse(metadata(key)));
    } catch (const json::exception& problem) {
      throw error("metadata " + data::in_quotes(key) + ": " + problem.what());
    }
  }

  template <class Enum, std::size_t count>
  Enum choice(const Named<Enum> (&table)[count], const json& name) const {
    const auto text = name.get<std::string>();
    if (const Named<Enum>* found = find_named(table, text)) return found->value;
    throw error("there is no " + data::in_quotes(text) + "; the file is of a later version");
  }

  const Tensor& find(const std::string& name) const {
    const auto found = file_.tensors.find(name);
    if (found == file_.tensors.end()) throw error("no tensor " + data::in_quotes(name));
    return found->second;
  }

  std::vector<float> take(const std::string& name, const std::vector<std::size_t>& shape) const {
    const Tensor& tensor = find(name);
    if (tensor.shape != shape)
      throw error("tensor " + data::in_quotes(name) + " has a shape that does not fit");
    return tensor.values;
  }

  void check_class_weights(const std::vector<float>& weights, std::size_t classes) const {
    const bool fit = weights.empty() || weights.size() == classes;
    const bool count = std::all_of(weights.begin(), weights.end(),
                                   [](float w) { return w > 0.0f && std::isfinite(w); });
    if (!fit || !count) {
      throw error("metadata \"network\": class_weights must be one positive number per class");
    }
  }

  void read_layers(const std::string& member, Model& model) const {
    std::size_t fan_in = model.schema.feature_names.size();
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
      ModelLayer& layer = model.layers[i];
      const std::string name = layer_name(member, i);
      layer.fan_in = fan_in;
      layer.fan_out = find(name + ".bias").values.size();
      layer.bias = take(name + ".bias", {layer.fan_out});
      layer.weight = take(name + ".weight", {layer.fan_out, layer.fan_in});
      fan_in = layer.fan_out;
    }
    if (fan_in != output_count(model.schema)) {
      throw error("the last layer has " + std::to_string(fan_in) + " outputs, and the schema " +
                  std::to_string(output_count(model.schema)));
    }
  }

  std::string path_;
  Safetensors file_;
};

}  // namespace

std::size_t output_count(const data::Schema& schema) {
  return schema.task == data::Task::classification ? schema.class_names.size()
                                                   : schema.target_names.size();
}

void save_model(const std::string& path, const Model& model) { save_committee(path, {&model, 1}); }

void save_committee(const std::string& path, std::span<const Model> members) {
  const Model& first = members.front();
  std::vector<TensorView> tensors;
  for (std::size_t m = 0; m < members.size(); ++m) {
    for (std::size_t i = 0; i < members[m].layers.size(); ++i) {
      const ModelLayer& layer = members[m].layers[i];
      const std::string name = layer_name(member_name(m, members.size()), i);
      tensors.push_back({name + ".weight", {layer.fan_out, layer.fan_in}, layer.weight});
      tensors.push_back({name + ".bias", {layer.fan_out}, layer.bias});
    }
  }
  if (const auto& s = first.standardisation) {
    tensors.push_back({"standardisation.mean", {s->mean.size()}, s->mean});
    tensors.push_back({"standardisation.scale", {s->scale.size()}, s->scale});
  }
  write_safetensors(path, tensors,
                    {{kLayoutKey, members.size() == 1 ? kModelLayout : kCommitteeLayout},
                     {"schema", schema_to_json(first.schema).dump()},
                     {"network", network_to_json(first, members.size()).dump()},
                     {"configuration", first.configuration}});
}

Model load_model(const std::string& path) {
  std::vector<Model> members = load_committee(path);
  if (members.size() == 1) return std::move(members.front());
  throw data::DataError(path + ": a committee of " + std::to_string(members.size()) +
                        " networks, where one is wanted");
}

std::vector<Model> load_committee(const std::string& path) { return Reader(path).read(); }

}  // namespace curb::train
