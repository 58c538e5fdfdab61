// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Models on the disk: the way there and back, and every part that a file can lack.
#include "host/train/model_file.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "host/train/safetensors.hpp"
#include "tests/host/data/data_error.hpp"
#include "tests/host/data/temporary_directory.hpp"

namespace curb::train {
namespace {

using testing::data_error;

Model small_model() {
  Model model;
  model.schema = {.task = data::Task::classification,
                  .feature_names = {"a", "b", "c"},
                  .target_names = {"kind"},
                  .class_names = {"cat", "dög"}};
  model.standardisation = {{1, 2, 3}, {4, 5, 6}};
  model.loss = backend::Loss::sigmoid_cross_entropy;
  model.layers = {{3, 1, backend::Activation::gelu, {0.1f, -0.0f, 1e-40f}, {7}},
                  {1, 2, backend::Activation::identity, {8, 9}, {10, 11}}};
  model.configuration = "data = \"x\"\n";
  return model;
}

class ModelFile : public ::testing::Test {
 protected:
  std::string path() const { return directory_.path("model.safetensors"); }

  /// What is said of the model's file after `damage`, less the path.
  std::string error_after(const std::function<void(Safetensors&)>& damage) {
    save_model(path(), small_model());
    Safetensors file = read_safetensors(path());
    damage(file);
    std::vector<TensorView> views;
    for (const auto& [name, tensor] : file.tensors)
      views.push_back({name, tensor.shape, tensor.values});
    write_safetensors(path(), views, file.metadata);
    const std::string message = data_error([this] { load_model(path()); });
    EXPECT_TRUE(message.starts_with(path() + ": ")) << message;
    return message.substr(std::min(message.size(), path().size() + 2));
  }

 private:
  testing::TemporaryDirectory directory_;
};

TEST_F(ModelFile, ComesBackAsItWas) {
  const Model saved = small_model();
  save_model(path(), saved);
  const Model loaded = load_model(path());
  EXPECT_EQ(loaded.schema, saved.schema);
  EXPECT_EQ(loaded.standardisation->mean, saved.standardisation->mean);
  EXPECT_EQ(loaded.standardisation->scale, saved.standardisation->scale);
  EXPECT_EQ(loaded.loss, saved.loss);
  EXPECT_EQ(loaded.configuration, saved.configuration);
  ASSERT_EQ(loaded.layers.size(), saved.layers.size());
  for (std::size_t i = 0; i < saved.layers.size(); ++i) {
    EXPECT_EQ(loaded.layers[i].fan_in, saved.layers[i].fan_in);
    EXPECT_EQ(loaded.layers[i].fan_out, saved.layers[i].fan_out);
    EXPECT_EQ(loaded.layers[i].activation, saved.layers[i].activation);
    EXPECT_EQ(loaded.layers[i].weight, saved.layers[i].weight);
    EXPECT_EQ(loaded.layers[i].bias, saved.layers[i].bias);
  }
}

TEST_F(ModelFile, HasTheNamesAndShapesOfPyTorch) {
  save_model(path(), small_model());
  const Safetensors file = read_safetensors(path());
  EXPECT_EQ(file.tensors.at("layers.0.weight").shape, (std::vector<std::size_t>{1, 3}));
  EXPECT_EQ(file.tensors.at("layers.1.weight").shape, (std::vector<std::size_t>{2, 1}));
  EXPECT_EQ(file.tensors.at("layers.1.bias").shape, std::vector<std::size_t>{2});
}

TEST_F(ModelFile, KeepsTheClassWeightsOfItsLoss) {
  Model model = small_model();
  model.class_weights = {0.1f, 3.0f};
  save_model(path(), model);
  EXPECT_EQ(load_model(path()).class_weights, model.class_weights);
  model.class_weights = {0.1f};
  save_model(path(), model);
  EXPECT_THROW(load_model(path()), data::DataError);
}

TEST_F(ModelFile, NeedNotBeStandardised) {
  Model model = small_model();
  model.standardisation.reset();
  save_model(path(), model);
  EXPECT_FALSE(load_model(path()).standardisation);
}

TEST_F(ModelFile, SaysWhatIsMissing) {
  EXPECT_EQ(error_after([](Safetensors& f) { f.metadata.erase("curb"); }),
            "not a model of curb: its metadata lack \"curb\"");
  EXPECT_EQ(error_after([](Safetensors& f) { f.metadata.erase("configuration"); }),
            "its metadata lack \"configuration\"");
  EXPECT_EQ(error_after([](Safetensors& f) { f.tensors.erase("layers.1.bias"); }),
            "no tensor \"layers.1.bias\"");
  EXPECT_EQ(error_after([](Safetensors& f) { f.tensors.erase("standardisation.scale"); }),
            "no tensor \"standardisation.scale\"");
}

TEST_F(ModelFile, SaysWhatDoesNotFit) {
  EXPECT_EQ(error_after([](Safetensors& f) { f.metadata["curb"] = "3"; }),
            "a model of layout \"3\", and this is layout 2");
  EXPECT_EQ(error_after([](Safetensors& f) {
              f.tensors["layers.0.weight"].shape = {3, 1};
            }),
            "tensor \"layers.0.weight\" has a shape that does not fit");
  EXPECT_EQ(error_after([](Safetensors& f) {
              f.metadata["network"] = R"({"activations":[],"loss":"mse"})";
            }),
            "metadata \"network\": no layers");
  EXPECT_EQ(error_after([](Safetensors& f) {
              f.metadata["network"] = R"({"activations":["gelu","swish"],"loss":"mse"})";
            }),
            "there is no \"swish\"; the file is of a later version");
  EXPECT_EQ(error_after([](Safetensors& f) {
              f.metadata["network"] = R"({"activations":["gelu"],"loss":"mse"})";
            }),
            "the last layer has 1 outputs, and the schema 2");
  EXPECT_TRUE(error_after([](Safetensors& f) {
                f.metadata["schema"] = "{";
              }).starts_with("metadata \"schema\": "));
}

TEST_F(ModelFile, ACommitteeComesBackMemberByMember) {
  std::vector<Model> saved(3, small_model());
  saved[1].layers[0].weight = {4, 5, 6};
  saved[2].layers[1].bias = {7, 8};
  save_committee(path(), saved);
  const std::vector<Model> loaded = load_committee(path());
  ASSERT_EQ(loaded.size(), 3u);
  for (std::size_t m = 0; m < 3; ++m) {
    EXPECT_EQ(loaded[m].schema, saved[m].schema);
    EXPECT_EQ(loaded[m].standardisation.value().mean, saved[m].standardisation.value().mean);
    EXPECT_EQ(loaded[m].layers[0].weight, saved[m].layers[0].weight) << m;
    EXPECT_EQ(loaded[m].layers[1].bias, saved[m].layers[1].bias) << m;
  }
  EXPECT_EQ(data_error([this] { load_model(path()); }),
            path() + ": a committee of 3 networks, where one is wanted");

  save_model(path(), small_model());
  EXPECT_EQ(load_committee(path()).size(), 1u);
}

TEST_F(ModelFile, RefusesACommitteeThatLacksAMember) {
  EXPECT_EQ(error_after([](Safetensors& file) {
              file.metadata["network"].replace(0, 1, R"({"members": 2, )");
            }),
            "no tensor \"members.0.layers.0.bias\"");
  for (const char* members : {"0", "99"}) {
    EXPECT_EQ(error_after([&](Safetensors& file) {
                file.metadata["network"].replace(0, 1,
                                                 "{\"members\": " + std::string(members) + ",");
              }),
              "metadata \"network\": " + std::string(members) + " members");
  }
}

}  // namespace
}  // namespace curb::train
