// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The mixed kernels, in every form of storage, against the serial step, bit for bit.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <curb/rules/stochastic_rounding.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kernels/update.hpp"
#include "tests/kernels/combinations.hpp"
#include "tests/kernels/device_step.hpp"
#include "tests/kernels/expect.hpp"
#include "tests/kernels/row_cases.hpp"
#include "tests/kernels/serial_step.hpp"
#include "tests/kernels/stored_tensor.hpp"
#include "tests/kernels/values.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

using kernels::Incoming;
using kernels::Tier;
using rules::Storage;

/// Those for which the mixed kernels are there.
std::vector<Form> mixed_forms(kernels::UpdateKind kind) {
  std::vector<Form> forms = all_forms(kind);
  forms.erase(forms.begin());  // fp32 throughout
  return forms;
}

/// An array on the device, and its way back; an empty one is null there.
template <class T>
class DeviceArray {
 public:
  DeviceArray(std::vector<T>& host, std::size_t offset) : host_(host) {
    if (!host.empty()) buffer_ = std::make_unique<DeviceBuffer<T>>(host, offset);
  }
  T* data() { return buffer_ == nullptr ? nullptr : buffer_->data(); }
  void download() {
    if (buffer_ != nullptr) host_ = buffer_->download();
  }

 private:
  std::vector<T>& host_;
  std::unique_ptr<DeviceBuffer<T>> buffer_;
};

/// Updates `tensor` by one launch of the mixed kernels.
kernels::RowStatistics device_stored_step(kernels::UpdateKind kind, Tier tier,
                                          const rules::Coefficients& c, rules::RandomKey key,
                                          const Offsets& offsets, StoredTensor& tensor) {
  DeviceArray<float> weight(tensor.wide.weight, offsets.weight);
  DeviceArray<std::uint16_t> bfloat16(tensor.bfloat16, offsets.weight);
  DeviceArray<std::uint16_t> remainder(tensor.remainder, offsets.weight);
  DeviceArray<float> gradient(tensor.wide.gradient, offsets.gradient);
  DeviceArray<std::uint16_t> narrow_gradient(tensor.gradient, offsets.gradient);
  DeviceArray<float> first(tensor.wide.state[0], offsets.state);
  DeviceArray<float> second(tensor.wide.state[1], offsets.state);
  DeviceArray<std::uint16_t> velocity(tensor.velocity, offsets.state);
  DeviceArray<float> average(tensor.average, offsets.state);
  DeviceArray<std::uint8_t> mask(tensor.wide.mask, offsets.mask);

  kernels::TensorView view = view_without_arrays(tensor, key);
  view.weight = weight.data();
  view.state[0] = first.data();
  view.state[1] = second.data();
  view.mask = mask.data();
  view.bfloat16 = bfloat16.data();
  view.remainder = remainder.data();
  view.velocity = velocity.data();
  view.average = average.data();

  const void* address = gradient.data();
  if (address == nullptr) address = narrow_gradient.data();
  const DeviceBuffer<kernels::TensorView> views({view});
  const DeviceBuffer<const void*> gradients({address});
  const DeviceBuffer<rules::Coefficients> coefficients({c});
  DeviceBuffer<kernels::RowStatistics> statistics({kernels::RowStatistics{}});
  const std::int64_t extent = tier == Tier::elements ? view.rows * view.columns
                              : tier == Tier::columns || tier == Tier::long_columns ? view.columns
                                                                                    : view.rows;
  const std::vector<kernels::WorkItem> items = cut_into_items(tier, extent);
  const DeviceBuffer<kernels::WorkItem> device_items(items);
  kernels::launch_update(kind, true, tier, {views.data(), gradients.data(), coefficients.data()},
                         device_items.data(), static_cast<std::uint32_t>(items.size()),
                         statistics.data(), nullptr);
  for (DeviceArray<float>* array : {&weight, &gradient, &first, &second, &average}) {
    array->download();
  }
  for (DeviceArray<std::uint16_t>* array : {&bfloat16, &remainder, &narrow_gradient, &velocity}) {
    array->download();
  }
  mask.download();
  return statistics.download().front();
}

void expect_elements_equal_serial(const Combination& combination, const Form& form, std::size_t n,
                                  const Offsets& offsets, bool skip, RandomFloats& random) {
  const kernels::UpdateKind kind = kernels::update_kind(combination.modes);
  rules::Coefficients c = third_step(combination.modes, combination.h);
  c.skip = skip;
  const rules::RandomKey key = rules::rounding_key(5, "w");
  StoredTensor actual = store(random_tensor(combination, n, random), form, random);
  StoredTensor expected = actual;
  serial_stored_step(kind, c, key, std::nullopt, expected);
  device_stored_step(kind, Tier::elements, c, key, offsets, actual);
  expect_same_arrays(actual, expected);
}

const std::vector<Combination>& stages() {
  static const std::vector<Combination> all = {
      every_stage(OptimizerKind::sgd), every_stage(OptimizerKind::sgd, L1Mode::cumulative),
      every_stage(OptimizerKind::momentum), every_stage(OptimizerKind::adam),
      every_stage(OptimizerKind::rmsprop)};
  return all;
}

TEST(UpdateMixedElements, EqualTheSerialStepInEveryForm) {
  on_every_order([] {
    RandomFloats random(1);
    std::size_t turn = 0;
    for (const Combination& combination : stages()) {
      for (const Form& form : mixed_forms(kernels::update_kind(combination.modes))) {
        if (++turn % test_size(1, 5) != 0) continue;
        SCOPED_TRACE(describe(combination) + "; " + describe(form));
        expect_elements_equal_serial(combination, form, 100 + turn % 7, {}, false, random);
        // More than a block has, whose last chunk is ragged.
        if (turn % 8 == 0) expect_elements_equal_serial(combination, form, 5001, {}, false, random);
        if (::testing::Test::HasFailure()) return;
      }
    }
  });
}

TEST(UpdateMixedElements, EqualTheSerialStepAtEveryTailAndOffset) {
  on_every_order([] {
    RandomFloats random(2);
    std::size_t turn = 0;
    for (std::size_t n = 0; n <= 40; ++n) {
      for (std::size_t offset = 0; offset < 8; ++offset) {
        const Combination& combination = stages()[++turn % stages().size()];
        const std::vector<Form> forms = mixed_forms(kernels::update_kind(combination.modes));
        const Form& form = forms[turn % forms.size()];
        SCOPED_TRACE(describe(combination) + "; " + describe(form) + "; " + std::to_string(n) +
                     " elements at offset " + std::to_string(offset));
        const std::size_t other = (offset + 1 + n % 3) % 8;
        for (const Offsets& offsets :
             {Offsets{offset, offset, offset, offset}, Offsets{offset, other, offset, offset},
              Offsets{offset, offset, other, offset}, Offsets{offset, offset, offset, other}}) {
          expect_elements_equal_serial(combination, form, n, offsets, false, random);
        }
        if (::testing::Test::HasFailure()) return;
      }
    }
  });
}

TEST(UpdateMixedElements, OfASkippedStepZeroTheGradientAndNothingElse) {
  on_every_order([] {
    RandomFloats random(3);
    for (const Combination& combination : stages()) {
      for (const Form& form : mixed_forms(kernels::update_kind(combination.modes))) {
        SCOPED_TRACE(describe(combination) + "; " + describe(form));
        expect_elements_equal_serial(combination, form, 37, {1, 1, 1, 1}, true, random);
      }
    }
  });
}

/// The row cases in turn, each with a form that another turn does not have.
void expect_rows_equal_serial(Incoming incoming, Tier tier,
                              const std::vector<std::int64_t>& lengths) {
  const std::int64_t count = std::max(kRowKinds, kernels::items_per_block(tier) + 1);
  const std::vector<RowCase> cases = row_cases();
  const std::vector<RowLayout> layouts = row_layouts();
  const bool holds_in_memory = tier == Tier::long_rows || tier == Tier::long_columns;
  RandomFloats random(4);
  std::size_t turn = 0;
  std::uint64_t clamped = 0;
  for (const std::int64_t length : lengths) {
    for (const RowCase& row_case : cases) {
      const kernels::UpdateKind kind = kernels::update_kind(row_case.modes);
      const std::vector<Form> forms = mixed_forms(kind);
      const Form& form = forms[(++turn * 37) % forms.size()];
      if (turn % test_size(1, 3) != 0) continue;
      if (holds_in_memory && form.storage == Storage::bfloat16_stochastic) continue;
      const RowLayout& layout = layouts[turn % layouts.size()];
      SCOPED_TRACE(row_case.name + ", length " + std::to_string(length) + ", " + layout.name +
                   "; " + describe(form));
      rules::Coefficients c = third_step(row_case.modes, with_length(row_case.h, length));
      c.skip = turn % 11 == 0;
      const rules::RandomKey key = rules::rounding_key(5, "w");
      StoredTensor actual =
          store(make_rows(row_case, incoming, length, count, layout.padding, random), form, random);
      StoredTensor expected = actual;
      const kernels::RowStatistics wanted = serial_stored_step(kind, c, key, incoming, expected);
      const kernels::RowStatistics counted =
          device_stored_step(kind, tier, c, key, layout.offsets, actual);
      expect_same_arrays(actual, expected);
      EXPECT_EQ(counted.clamped_rows, wanted.clamped_rows);
      EXPECT_EQ(counted.non_finite_rows, wanted.non_finite_rows);
      if (::testing::Test::HasFailure()) return;
      clamped += counted.clamped_rows;
    }
  }
  EXPECT_GT(clamped, 0u);
}

class UpdateMixedRows : public ::testing::TestWithParam<Tier> {};

TEST_P(UpdateMixedRows, EqualTheSerialStep) {
  std::vector<std::int64_t> lengths;
  for (const std::int64_t length : row_lengths()) {
    if (kernels::row_tier(length) == GetParam()) lengths.push_back(length);
  }
  on_every_order([&] { expect_rows_equal_serial(Incoming::row, GetParam(), lengths); });
}

INSTANTIATE_TEST_SUITE_P(EachTier, UpdateMixedRows,
                         ::testing::Values(Tier::warp_rows, Tier::block_rows_2, Tier::block_rows_4,
                                           Tier::block_rows_8, Tier::block_rows_16,
                                           Tier::long_rows),
                         [](const auto& tested) { return kernels::tier_name(tested.param); });

TEST(UpdateMixedColumns, EqualTheSerialStep) {
  on_every_order([] {
    expect_rows_equal_serial(Incoming::column, Tier::columns, {1, 5, 33, 128, 300, 512});
    expect_rows_equal_serial(Incoming::column, Tier::long_columns, {1, 513, 1025});
  });
}

}  // namespace
}  // namespace curb::testing
