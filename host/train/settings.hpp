// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Everything that a user can say about a run, under one name each: the same name is the flag
// (--learning-rate), the key in config.toml (learning_rate), in CURB_LEARNING_RATE and for a
// layer's own value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "host/backend/backend.hpp"
#include "host/data/open.hpp"
#include "host/nn/initialisation.hpp"
#include "host/train/schedule.hpp"

namespace curb::train {

enum class Optimizer : std::uint8_t { sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw };

/// A value out of range, an unknown name, or settings that exclude each other. The program exits
/// with code 2.
class SettingError : public std::runtime_error {
 public:
  SettingError(std::string setting, const std::string& reason)
      : std::runtime_error(reason), setting_(std::move(setting)) {}
  const std::string& setting() const { return setting_; }  ///< its name: learning_rate
  /// Where its value was said if not by a flag ("digits.toml:3: l1", "CURB_L1"); else empty.
  const std::string& place() const { return place_; }
  SettingError at(std::string place) const {
    SettingError error = *this;
    error.place_ = std::move(place);
    return error;
  }

 private:
  std::string setting_;
  std::string place_;
};

/// How the weights of a layer are updated. Every layer has the run's values but for its own.
struct UpdateSettings {
  std::optional<float> learning_rate;  ///< absent: the optimiser's usual one
  std::optional<float> momentum;       ///< absent: 0.9 where the optimiser has one
  std::optional<float> beta1;          ///< likewise absent: what is usual, and where there is none
  std::optional<float> beta2;
  std::optional<float> epsilon;
  float l1 = 0.0f;
  L1Mode l1_mode = L1Mode::prox;
  float l2 = 0.0f;
  L2Mode l2_mode = L2Mode::coupled;
  std::optional<float> weight_decay;  ///< absent: 0.01 for adamw, else 0
  float group_lasso = 0.0f;
  GroupLassoOver group_lasso_over = GroupLassoOver::incoming;
  float max_norm = rules::kInfinity;
  MaxNormMode max_norm_mode = MaxNormMode::radial;
  bool non_negative = false;
  float ema_decay = 0.0f;  ///< the run's: the same for every layer (layer_updates)

  Schedule learning_rate_schedule{};
  Schedule momentum_schedule{};
  Schedule l1_schedule{};
  Schedule l2_schedule{};
  Schedule weight_decay_schedule{};
  Schedule group_lasso_schedule{};
  Schedule max_norm_schedule{};
};

/// One layer's own value of one update setting.
struct LayerOverride {
  std::size_t layer = 0;  ///< 0 reads the features
  std::string name;
  std::string value;
};

/// How much the samples of each class count.
struct ClassWeights {
  bool balanced = false;        ///< each class as much as every other
  std::vector<float> values{};  ///< else: one per class
};

struct Settings {
  std::string data;
  data::DataOptions data_options;  ///< its seed is `seed`, from resolve on

  std::vector<std::int64_t> hidden{128};  ///< neurons of each hidden layer
  backend::Activation activation = backend::Activation::relu;
  std::optional<backend::Loss> loss;  ///< absent: the task's usual one
  std::optional<ClassWeights> class_weights{};
  std::optional<nn::Initialisation> initialisation;  ///< absent: the activation's usual one

  Optimizer optimizer = Optimizer::momentum;
  float clip_norm = rules::kInfinity;  ///< of the data gradient of all layers together
  /// Of the moving average of the parameters, per step: what is evaluated and kept. 0: there is
  /// none, and the parameters themselves are.
  float ema_decay = 0.0f;
  UpdateSettings update;
  std::vector<LayerOverride> layers;

  float input_dropout = 0.0f;
  float hidden_dropout = 0.0f;
  float input_noise = 0.0f;
  float random_shift = 0.0f;                   ///< of images, in pixels
  float random_rotation = 0.0f;                ///< of images, in degrees, at most 180
  std::optional<backend::ImageShape> image{};  ///< absent: what the data say

  std::int64_t batch = 32;  ///< 0: all training rows
  std::int64_t epochs = 30;
  std::int64_t patience = 0;  ///< epochs without a better validation loss; 0: no early stopping
  double tolerance = 0.0;     ///< of the relative proximal-gradient residual; 0: not looked at
  std::int64_t metrics_every = 1;  ///< epochs from one report to the next
  std::uint64_t seed = 1;
  std::int64_t ensemble = 1;  ///< networks, of seed, seed + 1, ..., whose outputs are averaged
  std::string device = "auto";
  backend::Precision precision = backend::Precision::fp32;

  std::int64_t checkpoint_every = 0;  ///< epochs from one checkpoint to the next; 0: none
  double checkpoint_minutes = 10.0;   ///< likewise, in the middle of an epoch if need be
};

/// One setting of an Owner (Settings, or UpdateSettings).
template <class Owner>
struct Setting {
  std::string name;
  std::string placeholder;  ///< what the value looks like, for people; empty: a switch
  std::string help;
  /// Reads text as a person writes it ("" sets a switch). Throws SettingError.
  std::function<void(Owner&, const std::string&)> read;
  /// The value in TOML; nothing where it is absent.
  std::function<std::optional<std::string>(const Owner&)> write;
};

const std::vector<Setting<Settings>>& run_settings();
const std::vector<Setting<UpdateSettings>>& update_settings();

/// Gives a layer its own value of an update setting (name with _ or -), written as for a flag.
/// Throws SettingError.
void add_layer_override(Settings& settings, std::size_t layer, const std::string& name,
                        const std::string& value);
/// The same from "INDEX:name=value".
void read_layer_override(Settings& settings, const std::string& text);

/// Whether training sees other data than an evaluation: under dropout, noise, motions of images.
bool is_disturbed(const Settings& settings);

/// Replaces what is absent by its default, and refuses settings that exclude each other.
/// Throws SettingError.
void resolve(Settings& settings);

/// The settings of each layer, the features' first. `settings` must be resolved.
std::vector<UpdateSettings> layer_updates(const Settings& settings);

/// The names of the settings that are not the same in both, "layer" for a layer's own values. Both
/// must be resolved.
std::vector<std::string> differing_settings(const Settings& a, const Settings& b);

/// `settings` as a TOML document.
std::string to_toml(const Settings& settings);

}  // namespace curb::train
