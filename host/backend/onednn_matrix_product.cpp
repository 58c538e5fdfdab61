// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Matrix products by oneDNN 2 or 3: one primitive per shape, with a scratchpad that all share.
#include <omp.h>
#include <oneapi/dnnl/dnnl_debug.h>

#include <algorithm>
#include <map>
#include <oneapi/dnnl/dnnl.hpp>
#include <stdexcept>
#include <string>

#include "host/backend/matrix_product.hpp"

namespace curb::backend {
namespace {

using dnnl::memory;

constexpr auto kFloat = memory::data_type::f32;

/// oneDNN uses as many threads as OpenMP would at the moment of the call.
class OpenMpThreads {
 public:
  explicit OpenMpThreads(int threads) : before_(omp_get_max_threads()) {
    omp_set_num_threads(threads);
  }
  ~OpenMpThreads() { omp_set_num_threads(before_); }
  OpenMpThreads(const OpenMpThreads&) = delete;
  OpenMpThreads& operator=(const OpenMpThreads&) = delete;

 private:
  int before_;
};

/// Below this many multiplications a product on one thread is faster than on two.
constexpr double kMultiplicationsWorthThreads = 1 << 21;

/// The matmul primitive packs a transposed B first, which pays only if enough rows share it: at ten
/// rows of 784 -> 100 dnnl_sgemm takes 16 us and the primitive 28 us. From here on it is the other
/// way round.
constexpr std::int64_t kRowsWorthPacking = 16;

void check(dnnl_status_t status, const char* what) { dnnl::error::wrap_c_api(status, what); }

/// A matrix [rows, columns], stored as its transpose if `transposed`.
memory::desc matrix(std::int64_t rows, std::int64_t columns, bool transposed) {
  const memory::dims strides = transposed ? memory::dims{1, rows} : memory::dims{columns, 1};
  return memory::desc({rows, columns}, kFloat, strides);
}

dnnl::matmul::primitive_desc describe(const ProductShape& shape, const dnnl::engine& engine) {
  const memory::desc a = matrix(shape.m, shape.k, shape.transpose_a);
  const memory::desc b = matrix(shape.k, shape.n, shape.transpose_b);
  const memory::desc c = matrix(shape.m, shape.n, false);
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
#if DNNL_VERSION_MAJOR >= 3
  return dnnl::matmul::primitive_desc(engine, a, b, c, attributes);
#else
  return dnnl::matmul::primitive_desc(dnnl::matmul::desc(a, b, c), attributes, engine);
#endif
}

/// One shape's primitive with its arguments, whose addresses are set at each call.
struct Prepared {
  Prepared(const dnnl::matmul::primitive_desc& description, const dnnl::engine& engine)
      : primitive(description),
        a(description.src_desc(), engine, nullptr),
        b(description.weights_desc(), engine, nullptr),
        c(description.dst_desc(), engine, nullptr),
        scratchpad(description.scratchpad_desc(), engine, nullptr) {}

  dnnl::matmul primitive;
  memory a;
  memory b;
  memory c;
  memory scratchpad;
};

}  // namespace

class MatrixProduct::Impl {
 public:
  explicit Impl(int threads)
      : threads_(threads), engine_(dnnl::engine::kind::cpu, 0), stream_(engine_) {}

  void multiply(const ProductShape& shape, const float* a, const float* b, float* c) {
    const double multiplications =
        static_cast<double>(shape.m) * static_cast<double>(shape.n) * static_cast<double>(shape.k);
    const OpenMpThreads scope(multiplications < kMultiplicationsWorthThreads ? 1 : threads_);
    if (std::min(shape.m, shape.k) < kRowsWorthPacking) {
      multiply_unpacked(shape, a, b, c);
    } else {
      multiply_packed(shape, a, b, c);
    }
  }

 private:
  static void multiply_unpacked(const ProductShape& shape, const float* a, const float* b,
                                float* c) {
    check(dnnl_sgemm(shape.transpose_a ? 'T' : 'N', shape.transpose_b ? 'T' : 'N', shape.m, shape.n,
                     shape.k, 1.0f, a, shape.transpose_a ? shape.m : shape.k, b,
                     shape.transpose_b ? shape.k : shape.n, 0.0f, c, shape.n),
          "dnnl_sgemm");
  }

  void multiply_packed(const ProductShape& shape, const float* a, const float* b, float* c) {
    Prepared& product = prepare(shape);
    product.a.set_data_handle(const_cast<float*>(a));  // oneDNN has no const memory
    product.b.set_data_handle(const_cast<float*>(b));
    product.c.set_data_handle(c);
    product.scratchpad.set_data_handle(scratchpad_.get_data_handle());
    // The C function: the C++ one copies its arguments into a map and a vector at every call.
    const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_SRC, product.a.get()},
                                         {DNNL_ARG_WEIGHTS, product.b.get()},
                                         {DNNL_ARG_DST, product.c.get()},
                                         {DNNL_ARG_SCRATCHPAD, product.scratchpad.get()}};
    check(dnnl_primitive_execute(product.primitive.get(), stream_.get(), 4, arguments),
          "dnnl_primitive_execute");
    stream_.wait();
  }

  Prepared& prepare(const ProductShape& shape) {
    const auto found = prepared_.find(shape);
    if (found != prepared_.end()) return found->second;
    const dnnl::matmul::primitive_desc description = describe(shape, engine_);
    const std::size_t scratch = description.scratchpad_desc().get_size();
    if (scratch > scratchpad_bytes_) {
      scratchpad_ = memory(description.scratchpad_desc(), engine_);
      scratchpad_bytes_ = scratch;
    }
    return prepared_.try_emplace(shape, description, engine_).first->second;
  }

  int threads_;
  dnnl::engine engine_;
  dnnl::stream stream_;
  memory scratchpad_ = memory(matrix(1, 1, false), engine_);
  std::size_t scratchpad_bytes_ = 0;
  std::map<ProductShape, Prepared> prepared_;
};

MatrixProduct::MatrixProduct(int threads) : impl_(std::make_unique<Impl>(threads)) {}
MatrixProduct::~MatrixProduct() = default;

void MatrixProduct::multiply(const ProductShape& shape, const float* a, const float* b, float* c) {
  try {
    impl_->multiply(shape, a, b, c);
  } catch (const dnnl::error& error) {
    throw std::runtime_error(to_string(shape) + ": oneDNN: " + error.what());
  }
}

const char* MatrixProduct::library() {
  static const std::string name = "oneDNN " + std::to_string(dnnl_version()->major) + "." +
                                  std::to_string(dnnl_version()->minor) + "." +
                                  std::to_string(dnnl_version()->patch);
  return name.c_str();
}

const char* MatrixProduct::instruction_set() {
  return dnnl_cpu_isa2str(dnnl_get_effective_cpu_isa());
}

}  // namespace curb::backend
