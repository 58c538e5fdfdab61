// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Which way of doing an operation is the fastest on this device: tried once, then written down.
#include <algorithm>
#include <cmath>
#include <istream>
#include <limits>
#include <ostream>
#include <stdexcept>
#include <utility>

#include "host/backend/cuda_dense.hpp"
#include "host/backend/cuda_trial.hpp"

namespace curb::backend {
namespace {

constexpr int kCandidates = 4;
constexpr int kActivations = 6;
constexpr double kNever = std::numeric_limits<double>::infinity();

/// The same operation on memory that may be overwritten. A row of NaN goes in: not everyone's ReLU
/// lets it out again.
DenseForward on_trial(const DenseForward& asked, TrialMemory& memory, std::size_t notes) {
  DenseForward layer = asked;
  float* const input = memory.like(asked.input, asked.rows * asked.fan_in);
  memory.set_to_nan(input, asked.fan_in);
  layer.input = input;
  layer.weight = memory.like(asked.weight, asked.fan_out * asked.fan_in);
  layer.bias = memory.like(asked.bias, asked.fan_out);
  layer.output = memory.like(asked.output, asked.rows * asked.fan_out);
  layer.pre_activation = memory.like(asked.pre_activation, asked.rows * asked.fan_out);
  if (asked.notes != nullptr) layer.notes = memory.bytes(notes);
  return layer;
}

DenseBackwardWeights on_trial(const DenseBackwardWeights& asked, TrialMemory& memory,
                              std::size_t notes) {
  DenseBackwardWeights layer = asked;
  layer.delta = memory.like(asked.delta, asked.rows * asked.fan_out);
  layer.input = memory.like(asked.input, asked.rows * asked.fan_in);
  layer.weight_gradient = memory.like(asked.weight_gradient, asked.fan_out * asked.fan_in);
  layer.bias_gradient = memory.like(asked.bias_gradient, asked.fan_out);
  if (asked.notes != nullptr) layer.notes = memory.bytes(notes);
  return layer;
}

DenseBackwardInput on_trial(const DenseBackwardInput& asked, TrialMemory& memory,
                            std::size_t notes) {
  DenseBackwardInput layer = asked;
  layer.delta = memory.like(asked.delta, asked.rows * asked.fan_out);
  layer.weight = memory.like(asked.weight, asked.fan_out * asked.fan_in);
  layer.kept = memory.like(asked.kept, asked.rows * asked.fan_in);
  layer.input_delta = memory.like(asked.input_delta, asked.rows * asked.fan_in);
  if (asked.notes != nullptr) layer.notes = memory.bytes(notes);
  return layer;
}

template <class Layer>
DenseForward sizes_of(const Layer& layer) {
  return {.rows = layer.rows, .fan_in = layer.fan_in, .fan_out = layer.fan_out};
}

std::vector<float> outputs(const DenseForward& layer, cudaStream_t stream) {
  return sample(stream, layer.output, layer.rows * layer.fan_out);
}

std::vector<float> outputs(const DenseBackwardWeights& layer, cudaStream_t stream) {
  std::vector<float> values = sample(stream, layer.weight_gradient, layer.fan_out * layer.fan_in);
  const std::vector<float> bias = sample(stream, layer.bias_gradient, layer.fan_out);
  values.insert(values.end(), bias.begin(), bias.end());
  return values;
}

std::vector<float> outputs(const DenseBackwardInput& layer, cudaStream_t stream) {
  return sample(stream, layer.input_delta, layer.rows * layer.fan_in);
}

}  // namespace

void CudaDense::watch() {
  watching_ = true;
  forwards_.clear();
  weights_.clear();
  inputs_.clear();
}

bool CudaDense::unwatch() {
  watching_ = false;
  return !forwards_.empty() || !weights_.empty() || !inputs_.empty();
}

/// The time of an operation with the best of the algorithms for that epilogue, which is chosen;
/// never where there is none. Those that do not give what is expected count for nothing.
template <class Layer>
double CudaDense::fastest(const Layer& layer, Epilogue epilogue, const std::vector<float>& expected,
                          cudaStream_t stream) {
  const CudaProduct product = product_of(layer, epilogue);
  double least = kNever;
  CudaMatrixProduct::Algorithm best{};
  for (const auto& algorithm : product_.candidates(product, kCandidates)) {
    product_.choose(product, algorithm);
    run(layer, epilogue, stream);
    if (!expected.empty() && !agree(outputs(layer, stream), expected)) continue;
    const double time = time_in_graph(stream, [&] { run(layer, epilogue, stream); });
    if (time >= least) continue;
    least = time;
    best = algorithm;
  }
  if (least < kNever) {
    product_.choose(product, best);
  } else {
    product_.forget(product);
  }
  return least;
}

template <class Layer>
std::vector<float> CudaDense::plain_outputs(const Layer& layer, cudaStream_t stream) {
  run(layer, Epilogue::none, stream);
  return outputs(layer, stream);
}

Epilogue CudaDense::try_ways(const DenseForward& asked, cudaStream_t stream) {
  TrialMemory memory(stream);
  const DenseForward layer = on_trial(asked, memory, notes_bytes(asked));
  double least = fastest(layer, Epilogue::none, {}, stream);
  Epilogue best = Epilogue::none;
  const bool relu = layer.activation == Activation::relu;
  if (!relu && layer.activation != Activation::identity) return best;

  const std::vector<float> expected = plain_outputs(layer, stream);
  const Epilogue fused = relu ? Epilogue::bias_relu : Epilogue::bias;
  if (const double time = fastest(layer, fused, expected, stream); time < least) {
    least = time;
    best = fused;
  }
  const auto above = std::find_if(inputs_.begin(), inputs_.end(), [&](const auto& input) {
    return relu && asked.notes != nullptr && input.notes_below == asked.notes;
  });
  if (above == inputs_.end()) return best;

  // A mask costs something here and saves something there.
  const double with_mask = fastest(layer, Epilogue::bias_relu_mask, expected, stream);
  if (with_mask == kNever) return best;
  DenseBackwardInput back = on_trial(*above, memory, notes_bytes(sizes_of(*above)));
  back.kept = layer.output;
  back.notes_below = layer.notes;
  run(layer, Epilogue::bias_relu_mask, stream);
  const double back_without = fastest(back, Epilogue::none, {}, stream);
  const double back_with =
      fastest(back, Epilogue::relu_backward, plain_outputs(back, stream), stream);
  return with_mask + back_with < least + back_without ? Epilogue::bias_relu_mask : best;
}

/// In bfloat16 the epilogue would add up rounded deltas.
Epilogue CudaDense::try_ways(const DenseBackwardWeights& asked, cudaStream_t stream) {
  TrialMemory memory(stream);
  const DenseBackwardWeights layer = on_trial(asked, memory, notes_bytes(sizes_of(asked)));
  const double plain = fastest(layer, Epilogue::none, {}, stream);
  if (precision_ == Precision::bf16) return Epilogue::none;
  const double fused =
      fastest(layer, Epilogue::bias_gradient, plain_outputs(layer, stream), stream);
  return fused < plain ? Epilogue::bias_gradient : Epilogue::none;
}

Epilogue CudaDense::try_ways(const DenseBackwardInput& asked, cudaStream_t stream) {
  TrialMemory memory(stream);
  fastest(on_trial(asked, memory, notes_bytes(sizes_of(asked))), Epilogue::none, {}, stream);
  return Epilogue::none;
}

void CudaDense::tune(cudaStream_t stream) {
  const auto try_each = [&](const auto& untried) {
    for (const auto& layer : untried) {
      const Site site = site_of(layer);
      if (choices_.count(site) == 0) choices_.emplace(site, try_ways(layer, stream));
    }
  };
  try_each(inputs_);
  try_each(forwards_);
  try_each(weights_);
}

void CudaDense::write(std::ostream& out) const {
  out << choices_.size() << '\n';
  for (const auto& [site, epilogue] : choices_) {
    out << site.product << ' ' << static_cast<int>(site.activation) << ' ' << site.noted << ' '
        << static_cast<int>(epilogue) << '\n';
  }
  product_.write(out);
}

void CudaDense::read(std::istream& in) {
  std::map<Site, Epilogue> choices;
  std::size_t count = 0;
  in >> count;
  for (std::size_t i = 0; in && i < count; ++i) {
    Site site;
    int activation = 0;
    int epilogue = 0;
    in >> site.product >> activation >> site.noted >> epilogue;
    if (activation < 0 || activation >= kActivations || epilogue < 0 || epilogue >= kEpilogues) {
      in.setstate(std::ios::failbit);
    }
    site.activation = static_cast<Activation>(activation);
    choices.emplace(site, static_cast<Epilogue>(epilogue));
  }
  product_.read(in);  // which throws where the reading has failed already
  choices_ = std::move(choices);
}

}  // namespace curb::backend
