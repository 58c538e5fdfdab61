// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
//
// Puts the tensors and the hyper-parameters of the update oracles together.
#include "tests/oracles/mlp_updates.hpp"

#include <map>
#include <stdexcept>

#include "tests/oracles/tensor_file.hpp"

namespace curb::testing {
namespace {

class Tensors {
 public:
  explicit Tensors(const std::filesystem::path& directory)
      : tensors_(read_tensors(directory / "mlp_updates")) {}

  const Matrix& operator[](const std::string& name) const {
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) throw std::runtime_error("mlp_updates: no tensor " + name);
    return found->second;
  }

  MlpWeights weights(const std::string& prefix) const {
    const Tensors& self = *this;
    return {self[prefix + "_W1"], self[prefix + "_b1"], self[prefix + "_W2"], self[prefix + "_b2"]};
  }

 private:
  std::map<std::string, Matrix> tensors_;
};

Batch batch(const Tensors& tensors, std::size_t number) {
  const std::string prefix = "batch" + std::to_string(number);
  Batch result{tensors[prefix + "_X"], {}};
  for (const double label : tensors[prefix + "_y"].values) {
    result.labels.push_back(static_cast<std::size_t>(label));
  }
  return result;
}

// The seven rules, without max-norm.
std::vector<MlpUpdateCase> rules() {
  std::vector<MlpUpdateCase> result;
  const auto add = [&](const char* name, Optimizer optimizer, double learning_rate) {
    MlpUpdateCase rule;
    rule.name = name;
    rule.modes.optimizer = optimizer;
    rule.bias_hyper.learning_rate = learning_rate;
    rule.weight_hyper = rule.bias_hyper;
    return &result.emplace_back(rule);
  };
  constexpr double kCoefficient = 0.01;

  add("sgd", Optimizer::sgd, 0.1);

  MlpUpdateCase* rule = add("sgd_l2", Optimizer::sgd, 0.1);
  rule->weight_hyper.l2 = kCoefficient;

  rule = add("sgd_l1_sign", Optimizer::sgd, 0.1);
  rule->modes.l1 = L1Mode::sign;
  rule->weight_hyper.l1 = kCoefficient;

  rule = add("sgd_l1_prox", Optimizer::sgd, 0.1);
  rule->weight_hyper.l1 = kCoefficient;

  rule = add("elastic_prox", Optimizer::sgd, 0.1);
  rule->modes.l2 = L2Mode::prox;
  rule->weight_hyper.l1 = kCoefficient;
  rule->weight_hyper.l2 = kCoefficient;

  rule = add("momentum_l2", Optimizer::momentum, 0.1);
  rule->weight_hyper.l2 = kCoefficient;

  rule = add("adamw", Optimizer::adam, 0.01);
  rule->weight_hyper.weight_decay = kCoefficient;
  return result;
}

}  // namespace

MlpUpdates load_mlp_updates(const std::filesystem::path& directory) {
  const Tensors tensors(directory);
  MlpUpdates updates{tensors.weights("init"),
                     {batch(tensors, 1), batch(tensors, 2), batch(tensors, 3)},
                     tensors.weights("gradient"),
                     rules()};
  for (MlpUpdateCase rule : rules()) {
    rule.name += "__maxnorm";
    rule.weight_hyper.max_norm = 1.0;
    updates.cases.push_back(rule);
  }
  for (MlpUpdateCase& c : updates.cases) {
    for (std::size_t k = 0; k < kMlpSteps; ++k) {
      c.after[k] = tensors.weights(c.name + "__step" + std::to_string(k + 1));
      c.losses[k] = tensors[c.name + "__loss"].values.at(k);
    }
  }
  return updates;
}

MlpUpdates load_mlp_updates() { return load_mlp_updates(CURB_TEST_DATA_DIR); }

}  // namespace curb::testing
