// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Checkpoints to files and back.
#include "host/train/checkpoint_file.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <utility>

#include "host/data/error.hpp"
#include "host/data/message.hpp"
#include "host/train/atomic_file.hpp"
#include "host/train/checksum.hpp"
#include "host/train/exact_json.hpp"
#include "host/train/safetensors.hpp"

namespace curb::train {
namespace {

using data::DataError;
using nlohmann::json;

constexpr const char* kLayoutKey = "curb_checkpoint";
constexpr const char* kLayout = "1";

// The checksum's place: JSON is written with its keys in order, and this one is the first.
constexpr std::size_t kLengthBytes = 8;
constexpr std::string_view kBeforeChecksum = R"({"__metadata__":{"checksum":")";
constexpr std::size_t kChecksumAt = kLengthBytes + kBeforeChecksum.size();
constexpr std::size_t kChecksumEnd = kChecksumAt + kNoChecksum.size();

/// Throws unless the file begins as a checkpoint does and its checksum is right. In pieces: a
/// checkpoint may be larger than what memory is left.
void check_every_byte(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw DataError(path + ": cannot open: " + std::strerror(errno));
  std::string piece(std::size_t{1} << 20, '\0');
  std::uint32_t checksum = 0;
  std::string stated;
  do {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    const auto count = static_cast<std::size_t>(file.gcount());
    if (stated.empty()) {
      if (count < kChecksumEnd ||
          piece.compare(kLengthBytes, kBeforeChecksum.size(), kBeforeChecksum) != 0) {
        throw DataError(path + ": not a checkpoint of curb, or damaged in its first bytes");
      }
      stated = piece.substr(kChecksumAt, kNoChecksum.size());
      piece.replace(kChecksumAt, kNoChecksum.size(), kNoChecksum);
    }
    checksum = add_to_checksum(checksum, piece.data(), count);
  } while (file);
  require_checksum(path, checksum, stated);
}

/// Every number of a checkpoint by its name, for writing and reading alike.
template <class AnyCheckpoint, class Field>
void for_each_number(AnyCheckpoint& c, Field field) {
  field("data_fingerprint", c.data_fingerprint);
  field("epoch", c.progress.epoch);
  field("steps", c.count.steps);
  field("samples", c.count.samples);
  field("position", c.count.position);
  field("loss", c.count.losses.loss);
  field("loss_samples", c.count.losses.samples);
  field("correct", c.count.losses.correct);
  field("latest_epoch", c.progress.latest.epoch);
  field("best_epoch", c.progress.best.epoch);
  field("best_loss", c.progress.best_loss);
  field("first_residual", c.progress.first_residual);
  field("seconds", c.seconds);
  field("gradient_norm", c.progress.gradient_norm);
  field("training_seconds", c.progress.training_seconds);
  field("seconds_since_report", c.seconds_since_report);
  field("samples_reported", c.progress.samples_reported);
  field("metrics_bytes", c.metrics_bytes);
}

template <class AnyState, class Field>
void for_each_number_of_group(AnyState& s, Field field) {
  field("step", s.step);
  field("beta1_power", s.beta1_power);
  field("beta2_power", s.beta2_power);
  field("l1", s.l1);
  field("l2", s.l2);
  field("group_lasso", s.group_lasso);
  field("l1_cumulative", s.l1_cumulative);
}

auto writer(json& object) {
  return [&object](const char* name, const auto& value) { write_exactly(object, name, value); };
}

/// Throws as read_exactly does.
auto reader(const json& object) {
  return [&object](const char* name, auto& value) { read_exactly(object, name, value); };
}

json state_to_json(const Checkpoint& checkpoint) {
  json state{{"backend", checkpoint.backend}, {"tuning", checkpoint.tuning}};
  for_each_number(checkpoint, writer(state));
  state["groups"] = json::array();
  for (const GroupState& group : checkpoint.groups) {
    for_each_number_of_group(group, writer(state["groups"].emplace_back()));
  }
  return state;
}

void state_from_json(const json& state, Checkpoint& checkpoint) {
  state.at("backend").get_to(checkpoint.backend);
  state.at("tuning").get_to(checkpoint.tuning);
  for_each_number(checkpoint, reader(state));
  for (const json& group : state.at("groups")) {
    for_each_number_of_group(checkpoint.groups.emplace_back(), reader(group));
  }
}

/// Bit for bit: a zero is not the zero of the other sign.
bool same_bits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

std::string state_name(std::size_t index) { return data::numbered("state.", index); }

std::vector<TensorView> tensors_of(const Checkpoint& c) {
  std::vector<TensorView> tensors;
  const auto add = [&tensors](const std::string& name, const std::vector<float>& values) {
    tensors.push_back({name, {values.size()}, values});
  };
  add("parameters", c.parameters);
  for (std::size_t i = 0; i < c.optimizer_state.size(); ++i) {
    add(state_name(i), c.optimizer_state[i]);
  }
  if (!same_bits(c.progress.latest.parameters, c.parameters))
    add("latest", c.progress.latest.parameters);
  if (c.progress.best.epoch > 0 &&
      !same_bits(c.progress.best.parameters, c.progress.latest.parameters)) {
    add("best", c.progress.best.parameters);
  }
  return tensors;
}

void take_tensors(Safetensors& file, Checkpoint& c) {
  const auto take = [&file](const std::string& name) {
    return std::move(file.tensors.at(name).values);
  };
  c.parameters = take("parameters");
  while (file.tensors.contains(state_name(c.optimizer_state.size()))) {
    c.optimizer_state.push_back(take(state_name(c.optimizer_state.size())));
  }
  c.progress.latest.parameters = file.tensors.contains("latest") ? take("latest") : c.parameters;
  if (c.progress.best.epoch > 0) {
    c.progress.best.parameters =
        file.tensors.contains("best") ? take("best") : c.progress.latest.parameters;
  }
}

}  // namespace

std::string previous_checkpoint(const std::string& path) { return path + ".previous"; }

void save_checkpoint(const std::string& path, const Checkpoint& checkpoint) {
  const std::vector<TensorView> tensors = tensors_of(checkpoint);
  std::string header = safetensors_header(tensors, {{"checksum", std::string(kNoChecksum)},
                                                    {"configuration", checkpoint.configuration},
                                                    {kLayoutKey, kLayout},
                                                    {"state", state_to_json(checkpoint).dump()}});
  std::uint32_t checksum = add_to_checksum(0, header.data(), header.size());
  for (const TensorView& tensor : tensors) {
    checksum = add_to_checksum(checksum, tensor.values.data(), tensor.values.size_bytes());
  }
  header.replace(kChecksumAt, kNoChecksum.size(), hexadecimal(checksum));

  AtomicFile file(path);
  file.write(header.data(), header.size());
  for (const TensorView& tensor : tensors) {
    file.write(tensor.values.data(), tensor.values.size_bytes());
  }
  file.commit_keeping(previous_checkpoint(path));
}

Checkpoint load_checkpoint(const std::string& path) {
  check_every_byte(path);
  Safetensors file = read_safetensors(path);
  if (const std::string& layout = file.metadata[kLayoutKey]; layout != kLayout) {
    throw DataError(path + ": a checkpoint of layout " + data::in_quotes(layout) +
                    ", and this program reads layout " + kLayout);
  }
  Checkpoint checkpoint;
  checkpoint.source = path;
  checkpoint.configuration = file.metadata["configuration"];
  try {
    state_from_json(json::parse(file.metadata["state"]), checkpoint);
    take_tensors(file, checkpoint);
  } catch (const std::exception& problem) {  // whole, but not what this layout has
    throw DataError(path + ": not what a checkpoint should be: " + problem.what());
  }
  return checkpoint;
}

}  // namespace curb::train
