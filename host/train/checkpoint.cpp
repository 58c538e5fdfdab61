// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Whether a checkpoint belongs to a run.
#include "host/train/checkpoint.hpp"

#include <algorithm>
#include <stdexcept>

#include "host/data/error.hpp"
#include "host/train/checksum.hpp"
#include "host/train/config.hpp"
#include "host/train/scheduled_updates.hpp"

namespace curb::train {
namespace {

/// A CRC-32 over values of any kind, one after the other.
class Fingerprint {
 public:
  template <class T>
  void add(const std::vector<T>& values) {
    add_size(values.size());
    add_bytes(values.data(), values.size() * sizeof(T));
  }
  void add(const std::vector<std::string>& texts) {
    add_size(texts.size());
    for (const std::string& text : texts) {
      add_size(text.size());
      add_bytes(text.data(), text.size());
    }
  }
  void add(const data::Dataset& dataset) {
    add_size(static_cast<std::size_t>(dataset.schema.task));
    add(dataset.schema.feature_names);
    add(dataset.schema.target_names);
    add(dataset.schema.class_names);
    add(dataset.features);
    add(dataset.labels);
    add(dataset.targets);
  }
  template <class T>
  void add(const std::optional<T>& part) {
    add_size(part ? 1 : 0);
    if (part) add(*part);
  }
  void add(const data::Standardisation& standardisation) {
    add(standardisation.mean);
    add(standardisation.scale);
  }
  std::uint32_t value() const { return value_; }

 private:
  void add_size(std::size_t size) { add_bytes(&size, sizeof size); }
  void add_bytes(const void* bytes, std::size_t count) {
    value_ = add_to_checksum(value_, bytes, count);
  }

  std::uint32_t value_ = 0;
};

bool has_schedule_by_epochs(const Settings& settings) {
  for (const UpdateSettings& update : layer_updates(settings)) {
    for (const ScheduledSetting& setting : scheduled_settings()) {
      if (depends_on_epochs(update.*setting.schedule)) return true;
    }
  }
  return false;
}

}  // namespace

std::uint32_t fingerprint(const data::DataSets& data) {
  Fingerprint result;
  result.add(data.train);
  result.add(data.validation);
  result.add(data.test);
  result.add(data.standardisation);
  return result.value();
}

std::uint32_t fingerprint(const Model& model) {
  Fingerprint result;
  for (const ModelLayer& layer : model.layers) {
    result.add(layer.weight);
    result.add(layer.bias);
  }
  return result.value();
}

Settings settings_of(const Checkpoint& checkpoint) {
  Settings settings;
  parse_config(settings, checkpoint.configuration, checkpoint.source);
  resolve(settings);
  return settings;
}

std::vector<std::string> refused_changes(const Settings& run, const Settings& rest) {
  std::vector<std::string> free{"device", "checkpoint_every", "checkpoint_minutes"};
  if (run.ensemble == 1 && !has_schedule_by_epochs(run)) free.emplace_back("epochs");
  std::vector<std::string> names = differing_settings(run, rest);
  std::erase_if(names, [&free](const std::string& name) {
    return std::find(free.begin(), free.end(), name) != free.end();
  });
  return names;
}

void require_same_settings(const Checkpoint& checkpoint, const Settings& settings) {
  const std::vector<std::string> changes = refused_changes(settings_of(checkpoint), settings);
  if (changes.empty()) return;
  throw data::DataError(checkpoint.source + ": of a run with another " + changes.front() +
                        " than config.toml has by now");
}

void require_same_data(const Checkpoint& checkpoint, const data::DataSets& data) {
  if (checkpoint.data_fingerprint != fingerprint(data)) {
    throw data::DataError(checkpoint.source +
                          ": of a run on other data; the rows or columns have changed since");
  }
}

void require_same_backend(const Checkpoint& checkpoint, const backend::Backend& backend) {
  if (checkpoint.backend != backend.signature()) {
    throw data::DataError(checkpoint.source + ": made on \"" + checkpoint.backend +
                          "\", and this is \"" + backend.signature() +
                          "\": the run would not go on bit for bit");
  }
}

void apply_tuning(const Checkpoint& checkpoint, backend::Backend& backend) {
  if (checkpoint.backend != backend.signature()) return;
  try {
    backend.restore_tuning(checkpoint.tuning);
  } catch (const std::invalid_argument& error) {
    throw data::DataError(checkpoint.source + ": what was tuned for the device: " + error.what());
  }
}

}  // namespace curb::train
