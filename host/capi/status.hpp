// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// From exceptions to statuses: the border that nothing is thrown across.
#pragma once

#include <curb/curb.h>

#include <curb/curb.hpp>
#include <new>
#include <string>

namespace curb::capi {

/// A failure with a status of its own.
class Failure : public std::runtime_error {
 public:
  Failure(curb_status status, const std::string& what)
      : std::runtime_error(what), status_(status) {}
  curb_status status() const { return status_; }

 private:
  curb_status status_;
};

/// Keeps `detail` as this thread's error text, and returns `status`. Allocates nothing.
curb_status fail(curb_status status, const char* detail) noexcept;

/// Runs a function's body, and turns what it throws into a status.
template <class Body>
curb_status guarded(Body body) noexcept {
  try {
    body();
    return CURB_OK;
  } catch (const Failure& error) {
    return fail(error.status(), error.what());
  } catch (const NoDevice& error) {
    return fail(CURB_NO_DEVICE, error.what());
  } catch (const Error& error) {
    return fail(CURB_INVALID_ARGUMENT, error.what());
  } catch (const std::bad_alloc&) {
    return fail(CURB_OUT_OF_MEMORY, "the host is out of memory");
  } catch (const std::runtime_error& error) {
    return fail(CURB_DEVICE_FAILURE, error.what());  // curb.hpp: all others are Errors
  } catch (const std::exception& error) {
    return fail(CURB_INTERNAL_ERROR, error.what());
  } catch (...) {
    return fail(CURB_INTERNAL_ERROR, "an exception of unknown type");
  }
}

/// Throws CURB_INVALID_ARGUMENT.
[[noreturn]] void refuse(const std::string& argument, const std::string& why);

}  // namespace curb::capi
