// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/reproduce/irrelevant_inputs_study.hpp"

#include <algorithm>

#include "host/reproduce/fields.hpp"

namespace curb::reproduce {
namespace {

constexpr const char* kKind = "irrelevant_inputs";

double positive(Fields& fields, const char* key) {
  const double value = fields.number(key);
  if (!(value > 0.0)) fields.refuse(key, "must be > 0");
  return value;
}

std::vector<double> coefficients(Fields& fields, const char* key) {
  std::vector<double> values = fields.numbers(key);
  if (*std::min_element(values.begin(), values.end()) < 0.0) {
    fields.refuse(key, "must be a list of numbers >= 0");
  }
  return values;
}

}  // namespace

bool is_irrelevant_inputs_study(const std::string& text, const std::string& path) {
  return parse_document(text, path)["kind"].value<std::string>() == kKind;
}

IrrelevantInputsStudy read_irrelevant_inputs_study(const std::string& text,
                                                   const std::string& path) {
  const toml::table document = parse_document(text, path);
  Fields fields(document, path);
  IrrelevantInputsStudy study;
  fields.choice("kind", {kKind});
  study.title = fields.text("title");
  study.source = fields.text("source");
  study.seeds = fields.seeds();
  study.irrelevant = fields.whole_numbers("irrelevant", 0);
  study.relevant = fields.whole_number("relevant", 1);
  study.strength = positive(fields, "strength");
  study.train_rows = fields.whole_number("train_rows", 1);
  study.validation_rows = fields.whole_number("validation_rows", 1);
  study.test_rows = fields.whole_number("test_rows", 1);
  study.l1 = coefficients(fields, "l1");
  study.l2 = coefficients(fields, "l2");
  study.growth = positive(fields, "growth");
  fields.settings("settings", study.settings);
  fields.refuse_others();
  return study;
}

}  // namespace curb::reproduce
