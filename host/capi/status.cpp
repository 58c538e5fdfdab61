// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Statuses, their names, and the error text of each thread.
#include "host/capi/status.hpp"

#include <cstdio>

namespace curb::capi {
namespace {

/// A fixed buffer: reporting an error must not fail for want of memory.
thread_local char error_detail[1024];

}  // namespace

curb_status fail(curb_status status, const char* detail) noexcept {
  std::snprintf(error_detail, sizeof error_detail, "%s", detail);
  return status;
}

void refuse(const std::string& argument, const std::string& why) {
  throw Failure(CURB_INVALID_ARGUMENT, argument + ": " + why);
}

}  // namespace curb::capi

extern "C" {

const char* curb_error_detail(void) { return curb::capi::error_detail; }

const char* curb_status_name(int32_t status) {
  switch (status) {
    case CURB_OK:
      return "CURB_OK";
    case CURB_INVALID_ARGUMENT:
      return "CURB_INVALID_ARGUMENT";
    case CURB_INVALID_PLAN:
      return "CURB_INVALID_PLAN";
    case CURB_BUSY:
      return "CURB_BUSY";
    case CURB_NO_DEVICE:
      return "CURB_NO_DEVICE";
    case CURB_OUT_OF_MEMORY:
      return "CURB_OUT_OF_MEMORY";
    case CURB_DEVICE_FAILURE:
      return "CURB_DEVICE_FAILURE";
    case CURB_INTERNAL_ERROR:
      return "CURB_INTERNAL_ERROR";
  }
  return "unknown curb_status";
}

const char* curb_version(void) { return CURB_VERSION; }

int32_t curb_version_number(void) { return CURB_VERSION_NUMBER; }

}  // extern "C"
