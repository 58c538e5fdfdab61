// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What the structs of the C API say in C++. All throw Failure, naming the member, for null
// pointers, for sizes and versions that this library does not know, and for numbers that are no
// enumerator.
#pragma once

#include <string>
#include <vector>

#include "host/capi/status.hpp"

namespace curb::capi {

/// Throws unless `value` is there and begins as its ..._init function made it.
template <class Struct>
void require_struct(const Struct* value, const std::string& where) {
  if (value == nullptr) refuse(where, "is null");
  if (value->struct_size != sizeof(Struct)) {
    refuse(where + ".struct_size", std::to_string(value->struct_size) + " is not " +
                                       std::to_string(sizeof(Struct)) +
                                       ": was the struct initialised, with the header of this "
                                       "version of curb?");
  }
  if (value->version != CURB_STRUCT_VERSION) {
    refuse(where + ".version",
           std::to_string(value->version) + " is not " + std::to_string(CURB_STRUCT_VERSION));
  }
}

/// A group's memory, from one API's struct to the other's: their members have the same names.
template <class From, class To>
void copy_state(const From& from, To& to) {
  to.step = from.step;
  to.beta1_power = from.beta1_power;
  to.beta2_power = from.beta2_power;
  to.l1 = from.l1;
  to.l2 = from.l2;
  to.group_lasso = from.group_lasso;
  to.l1_cumulative = from.l1_cumulative;
}

/// `where` is how the caller names the struct, such as "options.groups[2]".
Hyperparameters hyperparameters_of(const curb_hyperparameters* value, const std::string& where);
Modes modes_of(const curb_group* value, const std::string& where);

Device device_of(const curb_plan_options& options);
PlanOptions plan_options_of(const curb_plan_options& options);
std::vector<Group> groups_of(const curb_plan_options& options);
std::vector<Tensor> tensors_of(const curb_plan_options& options);

}  // namespace curb::capi
