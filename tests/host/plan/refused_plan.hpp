// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A plan with nothing wrong, for tests that spoil one thing of it and look at the message.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <curb/curb.hpp>
#include <functional>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include "tests/host/plan/refusal.hpp"

namespace curb::testing {

inline constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
inline constexpr float kInfinity = std::numeric_limits<float>::infinity();
inline constexpr std::int64_t kRows = 2;
inline constexpr std::int64_t kColumns = 3;

/// Two tensors in one group, with nothing wrong: each refusal spoils one thing.
struct Inputs {
  Inputs() {
    group.name = "hidden";
    for (std::size_t t = 0; t < tensors.size(); ++t) {
      tensors[t] =
          Tensor::matrix(t == 0 ? "first" : "second", memory[t][0].data(), kRows, kColumns);
      tensors[t].state[0] = memory[t][1].data();
      tensors[t].state[1] = memory[t][2].data();
      tensors[t].mask = masks[t].data();
    }
  }
  Inputs(const Inputs&) = delete;  // the tensors point into the members
  Inputs& operator=(const Inputs&) = delete;

  Plan plan() const { return Plan(Device::cpu(), {group}, {tensors.begin(), tensors.end()}); }

  std::vector<const void*> gradients() const { return {memory[0][3].data(), memory[1][3].data()}; }

  Hyperparameters& h() { return group.hyperparameters; }

  // Per tensor: parameter, two states, gradient. Room for one more row.
  std::array<std::array<std::array<float, (kRows + 1) * kColumns>, 4>, 2> memory{};
  std::array<std::array<std::uint8_t, (kRows + 1) * kColumns>, 2> masks{};
  Group group;
  std::array<Tensor, 2> tensors;
};

struct Refusal {
  std::string name;
  std::function<void(Inputs&)> spoil;
  std::vector<std::string> words;
};

inline void PrintTo(const Refusal& r, std::ostream* out) { *out << r.name; }

inline std::string refusal_name(const ::testing::TestParamInfo<Refusal>& r) { return r.param.name; }

}  // namespace curb::testing
