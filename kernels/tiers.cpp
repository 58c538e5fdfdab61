// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Which kernel a tensor takes: facts about the kernels, needed also where there is no CUDA.
#include <curb/rules/optimizers.hpp>

#include "kernels/update.hpp"

namespace curb::kernels {

Tier row_tier(std::int64_t length) {
  if (length <= 512) return Tier::warp_rows;
  if (length <= 1024) return Tier::block_rows_2;
  if (length <= 2048) return Tier::block_rows_4;
  if (length <= 4096) return Tier::block_rows_8;
  if (length <= 8192) return Tier::block_rows_16;
  return Tier::long_rows;
}

Tier column_tier(std::int64_t length) { return length <= 512 ? Tier::columns : Tier::long_columns; }

std::int32_t items_per_block(Tier tier) {
  switch (tier) {
    case Tier::elements:
      return kElementsPerItem;
    case Tier::warp_rows:
      return 8;
    case Tier::columns:
      return 8;
    case Tier::long_columns:
      return 8;
    default:
      return 1;
  }
}

const char* tier_name(Tier tier) {
  switch (tier) {
    case Tier::elements:
      return "elements";
    case Tier::warp_rows:
      return "warp_rows";
    case Tier::block_rows_2:
      return "block_rows_2";
    case Tier::block_rows_4:
      return "block_rows_4";
    case Tier::block_rows_8:
      return "block_rows_8";
    case Tier::block_rows_16:
      return "block_rows_16";
    case Tier::long_rows:
      return "long_rows";
    case Tier::columns:
      return "columns";
    case Tier::long_columns:
      return "long_columns";
  }
  return "unknown";
}

UpdateKind update_kind(const rules::Modes& modes) {
  switch (modes.optimizer) {
    case rules::OptimizerKind::sgd:
      return modes.l1 == rules::L1Mode::cumulative ? UpdateKind::cumulative_sgd : UpdateKind::sgd;
    case rules::OptimizerKind::momentum:
    case rules::OptimizerKind::nesterov:
      return UpdateKind::momentum;
    case rules::OptimizerKind::adam:
      return UpdateKind::adam;
    case rules::OptimizerKind::adagrad:
    case rules::OptimizerKind::rmsprop:
      return UpdateKind::adagrad;
  }
  return UpdateKind::sgd;
}

int state_count(UpdateKind kind) {
  switch (kind) {
    case UpdateKind::sgd:
      return rules::Sgd::kStates;
    case UpdateKind::cumulative_sgd:
      return rules::CumulativeSgd::kStates;
    case UpdateKind::momentum:
      return rules::Momentum::kStates;
    case UpdateKind::adam:
      return rules::Adam::kStates;
    case UpdateKind::adagrad:
      return rules::Adagrad::kStates;
  }
  return 0;
}

}  // namespace curb::kernels
