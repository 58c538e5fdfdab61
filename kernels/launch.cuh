// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The only place that launches kernels. A launcher writes
//   launch<update<Rule>>({grid, block, shared_bytes}, stream, arguments...);
// and gets an exception that names the kernel when CUDA refuses.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace curb {

// A call of the CUDA runtime failed.
class CudaError : public std::runtime_error {
 public:
  CudaError(cudaError_t code, const std::string& what)
      : std::runtime_error(what + ": " + cudaGetErrorName(code) + " (" + cudaGetErrorString(code) +
                           ")"),
        code_(code) {}
  cudaError_t code() const { return code_; }

 private:
  cudaError_t code_;
};

namespace kernels {

// Throws CudaError, its text beginning with `what`, unless `code` is cudaSuccess.
inline void check(cudaError_t code, const char* what) {
  if (code != cudaSuccess) throw CudaError(code, what);
}

struct LaunchShape {
  dim3 grid;
  dim3 block;
  std::size_t shared_bytes = 0;  // dynamic shared memory
};

namespace detail {

// The kernel's name with its namespaces and template arguments, out of the text that g++ and clang
// make of this function: "... [with auto Kernel = curb::kernels::update<float>; ...]".
template <auto Kernel>
std::string_view kernel_name() {
  const std::string_view text = __PRETTY_FUNCTION__;
  const std::string_view key = "Kernel = ";
  const std::size_t begin = text.find(key) + key.size();
  return text.substr(begin, text.find_first_of(";]", begin) - begin);
}

inline std::string describe(std::string_view kernel, const LaunchShape& shape) {
  const auto text = [](dim3 d) {
    return "(" + std::to_string(d.x) + ", " + std::to_string(d.y) + ", " + std::to_string(d.z) +
           ")";
  };
  return "launching " + std::string(kernel) + " on grid " + text(shape.grid) + ", block " +
         text(shape.block) + ", " + std::to_string(shape.shared_bytes) + " bytes of shared memory";
}

// A kernel may use this much shared memory, static and dynamic together, without asking for more.
// The difference to CUDA's 48 KiB leaves room for static shared memory.
constexpr std::size_t kSharedBytesWithoutAsking = 32 << 10;

template <class Signature>
struct Submit;

// Its arguments have the kernel's parameter types: the call converts as any call does.
template <class... Parameters>
struct Submit<void (*)(Parameters...)> {
  static_assert((std::is_trivially_copyable_v<Parameters> && ...),
                "a kernel's arguments are copied to the device byte by byte");

  template <void (*Kernel)(Parameters...)>
  static cudaError_t call(const LaunchShape& shape, cudaStream_t stream, Parameters... arguments) {
#ifdef CURB_SIMT
    return simt::launch({std::string(kernel_name<Kernel>()), shape.grid, shape.block,
                         shape.shared_bytes, [=] { Kernel(arguments...); }},
                        stream);
#else
    if (shape.shared_bytes > kSharedBytesWithoutAsking) {
      const cudaError_t error =
          cudaFuncSetAttribute(Kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                               static_cast<int>(shape.shared_bytes));
      if (error != cudaSuccess) return error;
    }
    void* pointers[] = {&arguments..., nullptr};
    return cudaLaunchKernel(Kernel, shape.grid, shape.block, pointers, shape.shared_bytes, stream);
#endif
  }
};

}  // namespace detail

// Launches Kernel, a __global__ function or an instance of a __global__ template, on `stream`. An
// empty grid launches nothing. Throws CudaError when the launch is refused; errors inside the
// kernel show later, as CUDA shows them.
template <auto Kernel, class... Arguments>
void launch(const LaunchShape& shape, cudaStream_t stream, Arguments&&... arguments) {
  if (shape.grid.x == 0 || shape.grid.y == 0 || shape.grid.z == 0) return;
  const cudaError_t error = detail::Submit<decltype(Kernel)>::template call<Kernel>(
      shape, stream, std::forward<Arguments>(arguments)...);
  if (error != cudaSuccess) {
    throw CudaError(error, detail::describe(detail::kernel_name<Kernel>(), shape));
  }
}

}  // namespace kernels
}  // namespace curb
