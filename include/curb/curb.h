/* Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0 */
/** \file
 * The C API: a plan over the caller's tensors, and one fused step. C99, no CUDA header; the same
 * calls serve the CPU and CUDA. What the words mean is said in <curb/curb.hpp> and
 * <curb/rules/hyperparameters.hpp>, which this mirrors.
 *
 *   curb_group group;
 *   curb_group_init(&group, sizeof group);
 *   group.name = "hidden";
 *   group.optimizer = CURB_MOMENTUM;
 *   ... curb_hyperparameters, curb_tensor, curb_plan_options likewise ...
 *   curb_plan plan = CURB_PLAN_INIT;
 *   if (curb_plan_create(&plan, &options) != CURB_OK) puts(curb_error_detail());
 *   curb_plan_bind_gradients(&plan, gradients, 2, stream);
 *   curb_plan_step(&plan, stream);
 *   curb_plan_destroy(&plan);
 *
 * Errors: every function that can fail returns a status and leaves a sentence that names the
 * argument in curb_error_detail(). Nothing is thrown, and a call that is refused changes nothing.
 *
 * Options: every struct begins with its size and version, which its ..._init function sets together
 * with the defaults. While the version is 0.x they must be this header's; from 1.0 on members will
 * only be appended, and the earlier sizes go on being accepted.
 *
 * Threads: different plans may be used by different threads at once. A plan that is in use by
 * another thread refuses with CURB_BUSY. The library has no global state; the error's text is kept
 * per thread.
 *
 * Streams: `stream` is a cudaStream_t of the plan's device (NULL: the default stream); a CPU plan
 * ignores it and has finished when the call returns. Unless a function says otherwise it allocates
 * nothing, waits for nothing and may be captured into a CUDA graph.
 */
#ifndef CURB_CURB_H
#define CURB_CURB_H

#include <curb/export.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The header's version; CURB_VERSION_NUMBER is for comparing. */
#define CURB_VERSION_MAJOR 0
#define CURB_VERSION_MINOR 1
#define CURB_VERSION_PATCH 0
#define CURB_VERSION_NUMBER \
  (CURB_VERSION_MAJOR * 10000 + CURB_VERSION_MINOR * 100 + CURB_VERSION_PATCH)
#define CURB_STRUCT_VERSION 1 /**< of every options struct below */

/** What a call came to. */
typedef enum curb_status {
  CURB_OK = 0,
  CURB_INVALID_ARGUMENT = 1, /**< a null, misshapen, overlapping or meaningless argument */
  CURB_INVALID_PLAN = 2,     /**< not a plan: never created, destroyed already, or copied */
  CURB_BUSY = 3,             /**< another thread is using the plan */
  CURB_NO_DEVICE = 4,        /**< no such device, or not for this build of curb */
  CURB_OUT_OF_MEMORY = 5,    /**< of the host */
  CURB_DEVICE_FAILURE = 6,   /**< a call of CUDA failed */
  CURB_INTERNAL_ERROR = 7    /**< a fault of curb's */
} curb_status;

/** Where a plan steps. */
typedef enum curb_device_kind { CURB_CPU = 0, CURB_CUDA = 1 } curb_device_kind;

/** From gradient g to the step of a weight w; eta is the learning rate. */
typedef enum curb_optimizer {
  CURB_SGD = 0,      /**< w -= eta g */
  CURB_MOMENTUM = 1, /**< heavy ball: v = mu v + g, w -= eta v */
  CURB_NESTEROV = 2, /**< as in PyTorch: w -= eta (g + mu v) with the new v */
  CURB_ADAM = 3,     /**< with weight_decay it is AdamW */
  CURB_ADAGRAD = 4,  /**< s += g^2, w -= eta g / (sqrt(s) + epsilon) */
  CURB_RMSPROP = 5   /**< s = beta2 s + (1 - beta2) g^2, and the same step */
} curb_optimizer;

/** How the penalty l1 |w| acts. */
typedef enum curb_l1_mode {
  CURB_L1_PROX = 0,      /**< soft threshold after the step: exact zeros */
  CURB_L1_SIGN = 1,      /**< subgradient: leaves no lasting zeros */
  CURB_L1_CUMULATIVE = 2 /**< Tsuruoka et al. 2009; plain SGD only */
} curb_l1_mode;

/** How the penalty l2/2 w^2 acts. */
typedef enum curb_l2_mode {
  CURB_L2_COUPLED = 0, /**< l2 w joins the gradient */
  CURB_L2_PROX = 1     /**< w / (1 + T l2) after the step */
} curb_l2_mode;

/** How a row beyond max_norm is brought back; the two differ under adam, adagrad, rmsprop. */
typedef enum curb_max_norm_mode {
  CURB_MAX_NORM_RADIAL = 0, /**< w c / |w| */
  CURB_MAX_NORM_EXACT = 1   /**< the projection in the optimiser's own metric */
} curb_max_norm_mode;

/** Which vectors the group penalty shrinks together. */
typedef enum curb_group_lasso_over {
  CURB_GROUP_LASSO_OVER_INCOMING = 0, /**< a neuron's incoming weights: removes neurons */
  CURB_GROUP_LASSO_OVER_OUTGOING = 1  /**< an input's outgoing weights: removes inputs */
} curb_group_lasso_over;

/** Where a neuron's incoming weights lie in a matrix. */
typedef enum curb_incoming {
  CURB_INCOMING_ROW = 0,   /**< neuron = row: [out, in], as in PyTorch */
  CURB_INCOMING_COLUMN = 1 /**< neuron = column: [in, out], as in Keras and JAX */
} curb_incoming;

/** Of gradients and states. */
typedef enum curb_data_type {
  CURB_FLOAT32 = 0,
  CURB_BFLOAT16 = 1,
  CURB_FLOAT16 = 2
} curb_data_type;

/** Which of a tensor's pointers hold its weights. */
typedef enum curb_storage {
  CURB_STORAGE_FLOAT32 = 0,            /**< parameter */
  CURB_STORAGE_BFLOAT16_MASTER = 1,    /**< parameter, and bfloat16 as its copy */
  CURB_STORAGE_BFLOAT16_REMAINDER = 2, /**< bfloat16 and remainder, which make up the fp32 weight */
  CURB_STORAGE_BFLOAT16_STOCHASTIC = 3 /**< bfloat16 alone, rounded at random */
} curb_storage;

/** Coefficients of
 *   F(W) = data loss + l1 |W|_1 + l2/2 |W|^2 + group_lasso sum_r sqrt(|r|) |W_r|_2
 * subject to |W_r|_2 <= max_norm; they may change from step to step. */
typedef struct curb_hyperparameters {
  uint32_t struct_size;
  uint32_t version;
  float learning_rate;  /**< >= 0; default 0.01 */
  float momentum;       /**< in [0, 1): momentum and nesterov; default 0.9 */
  float beta1;          /**< in [0, 1): adam; default 0.9 */
  float beta2;          /**< in [0, 1): adam, rmsprop; default 0.999 */
  float epsilon;        /**< > 0: adam, adagrad, rmsprop; default 1e-8 */
  float l1;             /**< >= 0; default 0 */
  float l2;             /**< >= 0; the penalty is l2/2 |w|^2; default 0 */
  float weight_decay;   /**< decoupled: w *= 1 - eta weight_decay; in [0, 1/eta]; default 0 */
  float group_lasso;    /**< >= 0; multiplied by sqrt(row length); default 0 */
  float max_norm;       /**< > 0; default infinity: none */
  float gradient_scale; /**< multiplies every gradient first; default 1 */
  float ema_decay;      /**< in [0, 1]: ema = ema_decay ema + (1 - ema_decay) w; default 0.999 */
} curb_hyperparameters;

/** Tensors that share an optimiser and hyper-parameters. Modes are values of the enums above. */
typedef struct curb_group {
  uint32_t struct_size;
  uint32_t version;
  const char* name;                            /**< required; copied */
  const curb_hyperparameters* hyperparameters; /**< required; copied */
  int32_t optimizer;                           /**< curb_optimizer */
  int32_t l1_mode;                             /**< curb_l1_mode */
  int32_t l2_mode;                             /**< curb_l2_mode */
  int32_t max_norm_mode;                       /**< curb_max_norm_mode */
  int32_t group_lasso_over;                    /**< curb_group_lasso_over */
  int32_t non_negative;                        /**< 0 or 1 */
  int32_t reserve_row_stages; /**< 1: group_lasso or max_norm are off now and may be set later */
  int32_t reserved;           /**< 0 */
} curb_group;

/** A matrix [rows][leading_dimension] in the memory of the plan's device, and what lies beside it
 * in the same layout. The caller owns them, and keeps them while the plan is used; none may overlap
 * another. */
typedef struct curb_tensor {
  uint32_t struct_size;
  uint32_t version;
  const char* name; /**< required; copied */
  uint64_t group;   /**< index into the plan's groups */
  int64_t rows;     /**< 1 for a vector */
  int64_t columns;
  int64_t leading_dimension; /**< elements from row to row; 0: columns */
  int32_t incoming;          /**< curb_incoming */
  int32_t regularised;       /**< default 1; 0 for a bias: free of every penalty and constraint */
  int32_t storage;           /**< curb_storage: which of the next three pointers are needed */
  int32_t gradient_type;     /**< curb_data_type */
  float* parameter;
  uint16_t* bfloat16;
  uint16_t* remainder;
  void* state[2];        /**< as many as curb_state_count says; zero before the first step */
  int32_t state_type[2]; /**< curb_data_type; bfloat16 for a velocity only */
  float* ema;            /**< optional; begins as a copy of the weights, has no exact zeros */
  const uint8_t* mask;   /**< optional; 0 holds the weight at zero */
} curb_tensor;

/** What curb_plan_create makes a plan of; nothing it points to need outlive the call but the memory
 * that tensors and scalars name. */
typedef struct curb_plan_options {
  uint32_t struct_size;
  uint32_t version;
  int32_t device_kind;  /**< curb_device_kind; default CURB_CPU */
  int32_t device_index; /**< CUDA device ordinal */
  int32_t threads;      /**< of the CPU; 0: as many as OpenMP would use */
  int32_t reserved;     /**< 0 */
  const curb_group* groups;
  size_t group_count;
  const curb_tensor* tensors;
  size_t tensor_count;
  float clip_norm;         /**< longest data gradient over all tensors; default infinity: any */
  int32_t skip_non_finite; /**< 1: a step with a non-finite gradient changes nothing */
  const float* found_inf;  /**< optional device scalar: the step is skipped where it is not zero */
  const float* loss_scale; /**< optional device scalar that divides all gradients */
  int32_t zero_gradients;  /**< 1: every step leaves the gradients zero */
  int32_t statistics;      /**< 1: curb_plan_collect_statistics may be called */
  uint64_t seed;           /**< of CURB_STORAGE_BFLOAT16_STOCHASTIC */
} curb_plan_options;

/** A group's memory, for checkpoints. */
typedef struct curb_group_state {
  uint32_t struct_size;
  uint32_t version;
  uint64_t step;
  double beta1_power;
  double beta2_power;
  double l1; /**< the coefficients after the optimiser's filter */
  double l2;
  double group_lasso;
  double l1_cumulative; /**< cumulative L1: the sum of eta l1 over all steps */
} curb_group_state;

/** Counters since the plan was created, and the last gradient. */
typedef struct curb_statistics {
  uint32_t struct_size;
  uint32_t version;
  uint64_t clamped_rows;    /**< rows that max-norm rescaled */
  uint64_t non_finite_rows; /**< rows left alone because they hold NaN or infinity */
  uint64_t skipped_steps;   /**< by skip_non_finite or found_inf */
  double gradient_norm;     /**< of the last step, before clipping; 0 where it is not measured */
} curb_statistics;

/** A tensor as curb_plan_collect_statistics found it. */
typedef struct curb_tensor_statistics {
  uint32_t struct_size;
  uint32_t version;
  uint64_t zeros;           /**< weights that are exactly zero */
  double penalty;           /**< the tensor's part of F beside the data loss */
  uint64_t clamped_rows;    /**< since the plan was created */
  uint64_t non_finite_rows; /**< likewise */
} curb_tensor_statistics;

/** A plan's handle. It lives where the caller puts it, begins as CURB_PLAN_INIT, and is passed by
 * address: it may be neither copied nor moved while it holds a plan (as a pthread_mutex_t). A
 * destroyed handle is empty again, so that using it is refused and not undefined. */
typedef struct curb_plan {
  uint64_t internal[3];
} curb_plan;
/* clang-format off */
/** What a handle begins as. */
#define CURB_PLAN_INIT {{0, 0, 0}}
/* clang-format on */

/** The library's version: "0.1.0". */
CURB_API const char* curb_version(void);
/** The same as CURB_VERSION_NUMBER counts it. */
CURB_API int32_t curb_version_number(void);

/** "CURB_OK" and so on; "unknown curb_status" for a value that is none. */
CURB_API const char* curb_status_name(int32_t status);

/** What the last call that failed on this thread said; "" before the first. Valid until the next
 * failure on this thread. */
CURB_API const char* curb_error_detail(void);

/** Sets the size, the version and the defaults, as do the next six. `struct_size` is the caller's
 * sizeof. */
CURB_API curb_status curb_hyperparameters_init(curb_hyperparameters* value, size_t struct_size);
/** See curb_hyperparameters_init. */
CURB_API curb_status curb_group_init(curb_group* value, size_t struct_size);
/** See curb_hyperparameters_init. */
CURB_API curb_status curb_tensor_init(curb_tensor* value, size_t struct_size);
/** See curb_hyperparameters_init. */
CURB_API curb_status curb_plan_options_init(curb_plan_options* value, size_t struct_size);
/** See curb_hyperparameters_init. */
CURB_API curb_status curb_group_state_init(curb_group_state* value, size_t struct_size);
/** See curb_hyperparameters_init. */
CURB_API curb_status curb_statistics_init(curb_statistics* value, size_t struct_size);
/** See curb_hyperparameters_init. */
CURB_API curb_status curb_tensor_statistics_init(curb_tensor_statistics* value, size_t struct_size);

/** How many states (0 to 2) a tensor of the group needs. */
CURB_API curb_status curb_state_count(const curb_group* group, int32_t* count);

/** Builds a plan in an empty handle. Allocates on host and device, and synchronises the device; not
 * to be captured. */
CURB_API curb_status curb_plan_create(curb_plan* plan, const curb_plan_options* options);

/** Frees the plan's tables, for which it waits for the device, and empties the handle. Not to be
 * captured. */
CURB_API curb_status curb_plan_destroy(curb_plan* plan);

/** One gradient per tensor, in the tensors' order: of its gradient_type, in the parameter's layout,
 * overlapping no array of the plan; two gradients may be the same. Holds for later steps on
 * `stream`. The array is read before the call returns. Refused by a plan that zeroes its gradients.
 * Whether the device can reach them is asked the first time only. */
CURB_API curb_status curb_plan_bind_gradients(curb_plan* plan, const void* const* gradients,
                                              size_t count, void* stream);

/** The same of memory that the step may write, so that no two may overlap: for a plan that zeroes
 * its gradients. */
CURB_API curb_status curb_plan_bind_writable_gradients(curb_plan* plan, void* const* gradients,
                                                       size_t count, void* stream);

/** Replaces a group's hyper-parameters for later steps on `stream`; a captured graph of steps sees
 * them at its next replay. */
CURB_API curb_status curb_plan_set_hyperparameters(curb_plan* plan, size_t group,
                                                   const curb_hyperparameters* value, void* stream);

/** One step of every tensor; gradients must have been bound. */
CURB_API curb_status curb_plan_step(curb_plan* plan, void* stream);

/** Sets `value` to a scalar in the plan's device memory that is 1 if the last step was skipped,
 * else 0, or to NULL for a plan that skips no step. It is valid as long as the plan. */
CURB_API curb_status curb_plan_found_inf(curb_plan* plan, const float** value);

/** Each group's state: `states` holds `count` initialised structs, one per group. Waits for
 * `stream`, allocates on the host, and may not be captured. Together with the tensors and their
 * states, which the caller has, they make a checkpoint. */
CURB_API curb_status curb_plan_export_state(curb_plan* plan, curb_group_state* states, size_t count,
                                            void* stream);
/** The reverse; waits, allocates and may not be captured likewise. */
CURB_API curb_status curb_plan_import_state(curb_plan* plan, const curb_group_state* states,
                                            size_t count, void* stream);

/** Waits for `stream`, allocates on the host, and may not be captured. */
CURB_API curb_status curb_plan_statistics(curb_plan* plan, curb_statistics* value, void* stream);

/** Counts zeros and adds up the penalty of every tensor as it is, in one pass over the weights.
 * Needs the plan's `statistics` option. */
CURB_API curb_status curb_plan_collect_statistics(curb_plan* plan, void* stream);

/** What was collected last, one initialised struct per tensor. Waits for `stream`, allocates on the
 * host, and may not be captured. */
CURB_API curb_status curb_plan_tensor_statistics(curb_plan* plan, curb_tensor_statistics* values,
                                                 size_t count, void* stream);

/** Writes what a step does as text (a line per tensor) into `text`, cut to `capacity` bytes with
 * the final zero, and the whole text's length to `length` unless that is NULL. `text` may be NULL
 * where `capacity` is 0. Allocates on the host. */
CURB_API curb_status curb_plan_describe(curb_plan* plan, char* text, size_t capacity,
                                        size_t* length);

#ifdef __cplusplus
}
#endif

#endif
