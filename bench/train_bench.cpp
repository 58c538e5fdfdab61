// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Training steps on the CPU: train/LAYERS/BATCH, relu, softmax cross-entropy, momentum with L1, L2
// and max-norm, on random samples.
//
//   train_bench [--threads=N] [--quick] [Google Benchmark's flags]
//
//   seconds       of a step: gather, forward, loss, backward, update
//   of_products   the time of the step's matrix products alone as a fraction of it; the rest is
//                 what the trainer costs
// Medians, with _min, _low, _high (the quartiles) and _max.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "bench/counters.hpp"
#include "bench/host_program.hpp"
#include "host/backend/backend.hpp"
#include "host/cli/busy_waiting.hpp"
#include "host/train/trainer.hpp"

namespace curb::bench {
namespace {

constexpr std::int64_t kInputs = 784;
constexpr std::int32_t kClasses = 10;

struct TrainCase {
  const char* name;
  std::vector<std::int64_t> hidden;
  std::int64_t batch;
  std::int64_t steps;  ///< whose median is one measurement
};

/// Random images in ten classes.
data::DataSets random_data(std::size_t rows) {
  std::mt19937 engine(20261121);
  std::uniform_real_distribution<float> pixel(0.0f, 1.0f);
  data::DataSets sets;
  data::Dataset& train = sets.train;
  train.rows = rows;
  train.columns = kInputs;
  for (std::int64_t i = 0; i < kInputs; ++i) {
    train.schema.feature_names.push_back("x" + std::to_string(i));
  }
  train.schema.target_names = {"class"};
  for (std::int32_t i = 0; i < kClasses; ++i) train.schema.class_names.push_back(std::to_string(i));
  for (std::size_t i = 0; i < rows * train.columns; ++i) train.features.push_back(pixel(engine));
  for (std::size_t i = 0; i < rows; ++i) {
    train.labels.push_back(static_cast<std::int32_t>(engine() % kClasses));
  }
  return sets;
}

train::Settings make_settings(const TrainCase& c) {
  train::Settings settings;
  settings.data = "random";
  settings.hidden = c.hidden;
  settings.batch = c.batch;
  settings.epochs = 1;
  settings.update.l1 = 1e-6f;
  settings.update.l2 = 1e-5f;
  settings.update.max_norm = 3.0f;
  settings.seed = 1;
  train::resolve(settings);
  return settings;
}

/// The time of each step of one epoch but the first, which prepares the backend for its shapes.
std::vector<double> step_times(const train::Settings& settings, const data::DataSets& data,
                               backend::Backend& backend) {
  using Clock = std::chrono::steady_clock;
  std::vector<Clock::time_point> ends;
  train::Observer observer;
  observer.on_step = [&](const train::Position&) { ends.push_back(Clock::now()); };
  train::train(settings, data, backend, observer);
  std::vector<double> times;
  for (std::size_t i = 1; i < ends.size(); ++i) {
    times.push_back(std::chrono::duration<double>(ends[i] - ends[i - 1]).count());
  }
  return times;
}

/// The matrix products of a training step, with nothing between them.
class Products {
 public:
  Products(backend::Backend& backend, const std::vector<std::int64_t>& sizes, std::int64_t batch)
      : backend_(backend), batch_(batch) {
    for (std::size_t i = 1; i < sizes.size(); ++i) {
      const std::int64_t fan_in = sizes[i - 1];
      const std::int64_t fan_out = sizes[i];
      layers_.push_back({fan_in, fan_out, random(fan_out * fan_in), random(fan_out),
                         random(batch * fan_in), random(batch * fan_out), random(fan_out * fan_in),
                         random(fan_out), random(batch * fan_in), random(batch * fan_out)});
    }
  }

  void run() {
    for (Layer& layer : layers_) {
      backend_.dense_forward({.rows = batch_,
                              .fan_in = layer.fan_in,
                              .fan_out = layer.fan_out,
                              .input = layer.input.data(),
                              .weight = layer.weight.data(),
                              .bias = layer.bias.data(),
                              .output = layer.output.data()});
    }
    for (std::size_t i = layers_.size(); i-- > 0;) {
      Layer& layer = layers_[i];
      backend_.dense_backward_weights({.rows = batch_,
                                       .fan_in = layer.fan_in,
                                       .fan_out = layer.fan_out,
                                       .delta = layer.delta.data(),
                                       .input = layer.input.data(),
                                       .weight_gradient = layer.weight_gradient.data(),
                                       .bias_gradient = layer.bias_gradient.data()});
      if (i == 0) break;  // nobody asks for the gradient of the data
      backend_.dense_backward_input({.rows = batch_,
                                     .fan_in = layer.fan_in,
                                     .fan_out = layer.fan_out,
                                     .delta = layer.delta.data(),
                                     .weight = layer.weight.data(),
                                     .input_delta = layer.input_delta.data()});
    }
    backend_.synchronize();
  }

 private:
  struct Layer {
    std::int64_t fan_in;
    std::int64_t fan_out;
    backend::Buffer<float> weight;
    backend::Buffer<float> bias;
    backend::Buffer<float> input;
    backend::Buffer<float> delta;
    backend::Buffer<float> weight_gradient;
    backend::Buffer<float> bias_gradient;
    backend::Buffer<float> input_delta;
    backend::Buffer<float> output;
  };

  backend::Buffer<float> random(std::int64_t count) {
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& value : values) value = uniform_(engine_);
    backend::Buffer<float> buffer(backend_, values.size());
    buffer.upload(values);
    return buffer;
  }

  backend::Backend& backend_;
  std::int64_t batch_;
  std::mt19937 engine_{20261121};
  std::uniform_real_distribution<float> uniform_{-0.1f, 0.1f};
  std::vector<Layer> layers_;
};

void measure(benchmark::State& state, const TrainCase& c, const HostRun& run) {
  const std::unique_ptr<backend::Backend> backend = backend::make_cpu_backend(run.threads);
  const data::DataSets data = random_data(static_cast<std::size_t>(c.steps * c.batch));
  const train::Settings settings = make_settings(c);
  std::vector<std::int64_t> sizes{kInputs};
  sizes.insert(sizes.end(), c.hidden.begin(), c.hidden.end());
  sizes.push_back(kClasses);
  Products products(*backend, sizes, c.batch);
  products.run();  // prepares the backend for its shapes

  std::vector<double> times;
  std::vector<double> of_products;
  for (auto _ : state) {
    times.push_back(median(step_times(settings, data, *backend)));
    std::vector<double> product_times;
    for (int i = 1; i < c.steps; ++i) {
      product_times.push_back(seconds_of([&] { products.run(); }));
    }
    of_products.push_back(median(product_times) / times.back());
    state.SetIterationTime(times.back());
  }
  add_spread(state, "seconds", times);
  add_spread(state, "of_products", of_products);
  state.counters["samples_per_second"] = static_cast<double>(c.batch) / median(times);
}

void add_train(const HostRun& run) {
  const TrainCase cases[] = {{"784-30-10/10", {30}, 10, 500},
                             {"784-100-10/10", {100}, 10, 500},
                             {"784-256-128-10/128", {256, 128}, 128, 60},
                             {"784-1024-1024-2048-10/100", {1024, 1024, 2048}, 100, 6}};
  for (TrainCase c : cases) {
    if (run.quick) c.steps = std::max<std::int64_t>(4, c.steps / 5);
    add_benchmark(std::string("train/") + c.name, run,
                  [=](benchmark::State& state) { measure(state, c, run); });
  }
}

}  // namespace
}  // namespace curb::bench

int main(int argc, char** argv) {
  curb::cli::limit_busy_waiting(argv);  // as the program trains
  return curb::bench::run_host_benchmarks(argc, argv, curb::bench::add_train);
}
