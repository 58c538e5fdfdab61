// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// How a schedule is written: KIND:KEY=VALUE,KEY=VALUE with the names of schedule.hpp; without KIND
// it is constant. Spans of training are numbers of steps (500), of epochs (5ep, 0.5ep) or shares of
// the whole run (10%).
//
//   cosine:end=0.001,warmup=5ep    step:every=30ep,factor=0.1    from=1000
#pragma once

#include <string>

#include "host/train/schedule.hpp"
#include "host/train/setting_makers.hpp"

namespace curb::train {

/// `setting` is the schedule's name for complaints; `range` is what its start and end must be.
/// Throws SettingError, which names the part at fault.
Schedule parse_schedule(const std::string& setting, const makers::Range& range,
                        const std::string& text);

/// The reverse, in the shortest form.
std::string to_text(const Schedule& schedule);
std::string to_text(const Span& span);

}  // namespace curb::train
