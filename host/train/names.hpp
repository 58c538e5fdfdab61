// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// How the choices of a run are written, by people and in files.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "host/backend/backend.hpp"
#include "host/data/dataset.hpp"
#include "host/nn/initialisation.hpp"
#include "host/train/settings.hpp"

namespace curb::train {

template <class Enum>
struct Named {
  std::string_view name;
  Enum value;
};

inline constexpr Named<data::Task> kTasks[] = {{"classification", data::Task::classification},
                                               {"regression", data::Task::regression},
                                               {"multilabel", data::Task::multilabel}};

inline constexpr Named<backend::Activation> kActivations[] = {
    {"identity", backend::Activation::identity},     {"relu", backend::Activation::relu},
    {"leaky_relu", backend::Activation::leaky_relu}, {"tanh", backend::Activation::tanh},
    {"sigmoid", backend::Activation::sigmoid},       {"gelu", backend::Activation::gelu}};

inline constexpr Named<backend::Loss> kLosses[] = {
    {"softmax_cross_entropy", backend::Loss::softmax_cross_entropy},
    {"sigmoid_cross_entropy", backend::Loss::sigmoid_cross_entropy},
    {"quadratic", backend::Loss::quadratic},
    {"mse", backend::Loss::mse}};

inline constexpr Named<nn::Initialiser> kInitialisers[] = {{"xavier", nn::Initialiser::xavier},
                                                           {"he", nn::Initialiser::he},
                                                           {"lecun", nn::Initialiser::lecun},
                                                           {"nielsen", nn::Initialiser::nielsen},
                                                           {"normal", nn::Initialiser::normal}};

inline constexpr Named<backend::Precision> kPrecisions[] = {{"fp32", backend::Precision::fp32},
                                                            {"tf32", backend::Precision::tf32},
                                                            {"bf16", backend::Precision::bf16}};

inline constexpr Named<Optimizer> kOptimizers[] = {
    {"sgd", Optimizer::sgd},           {"momentum", Optimizer::momentum},
    {"nesterov", Optimizer::nesterov}, {"adagrad", Optimizer::adagrad},
    {"rmsprop", Optimizer::rmsprop},   {"adam", Optimizer::adam},
    {"adamw", Optimizer::adamw}};

inline constexpr Named<L1Mode> kL1Modes[] = {
    {"prox", L1Mode::prox}, {"sign", L1Mode::sign}, {"cumulative", L1Mode::cumulative}};

inline constexpr Named<L2Mode> kL2Modes[] = {{"coupled", L2Mode::coupled}, {"prox", L2Mode::prox}};

inline constexpr Named<MaxNormMode> kMaxNormModes[] = {{"radial", MaxNormMode::radial},
                                                       {"exact", MaxNormMode::exact}};

inline constexpr Named<GroupLassoOver> kGroupLassoOver[] = {{"incoming", GroupLassoOver::incoming},
                                                            {"outgoing", GroupLassoOver::outgoing}};

inline constexpr Named<ScheduleKind> kScheduleKinds[] = {
    {"constant", ScheduleKind::constant},       {"step", ScheduleKind::step},
    {"exponential", ScheduleKind::exponential}, {"linear", ScheduleKind::linear},
    {"cosine", ScheduleKind::cosine},           {"inverse", ScheduleKind::inverse}};

/// The name of `value`, which must be in the table.
template <class Enum, std::size_t count>
constexpr std::string_view name_of(const Named<Enum> (&table)[count], Enum value) {
  for (const Named<Enum>& entry : table) {
    if (entry.value == value) return entry.name;
  }
  throw std::logic_error("a value without a name");
}

/// The entry called `name`, or null.
template <class Enum, std::size_t count>
constexpr const Named<Enum>* find_named(const Named<Enum> (&table)[count], std::string_view name) {
  for (const Named<Enum>& entry : table) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

template <class Enum, std::size_t count>
std::vector<std::string> names_in(const Named<Enum> (&table)[count]) {
  std::vector<std::string> names;
  for (const Named<Enum>& entry : table) names.emplace_back(entry.name);
  return names;
}

}  // namespace curb::train
