// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/reproduce/study.hpp"

#include <utility>

#include "host/data/message.hpp"
#include "host/reproduce/fields.hpp"

namespace curb::reproduce {
namespace {

Row read_row(const toml::table& table, const std::string& path, const train::Settings& common) {
  Fields fields(table, path);
  Row row;
  row.name = fields.text("name");
  row.settings = common;
  row.published = fields.optional_number("published");
  row.tolerance = fields.optional_number("tolerance");
  if (row.tolerance && !(*row.tolerance > 0.0)) fields.refuse("tolerance", "must be > 0");
  if (row.tolerance && !row.published) fields.refuse("tolerance", "needs a published figure");
  fields.settings("settings", row.settings);
  fields.refuse_others();
  return row;
}

std::size_t find_row(const Study& study, Fields& fields, const char* key) {
  std::vector<std::string> names;
  for (const Row& row : study.rows) names.push_back(row.name);
  return fields.choice(key, names);
}

Claim read_claim(const Study& study, const toml::table& table, const std::string& path) {
  Fields fields(table, path);
  const Claim claim{find_row(study, fields, "below"), find_row(study, fields, "above")};
  fields.refuse_others();
  return claim;
}

}  // namespace

Study read_study(const std::string& text, const std::string& path) {
  const toml::table document = parse_document(text, path);
  Fields fields(document, path);
  Study study;
  study.title = fields.text("title");
  study.source = fields.text("source");
  study.measure = static_cast<Measure>(fields.choice(
      "measure", {"test_accuracy", "test_error", "validation_accuracy", "validation_error"}));
  study.reading = static_cast<Reading>(fields.choice("reading", {"last_epoch", "best_epoch"}));
  study.seeds = fields.seeds();
  study.mnist = fields.is_true("mnist");
  study.without_gpu = fields.text_or("without_gpu", "");

  train::Settings common;
  fields.settings("settings", common);
  for (const toml::table* row : fields.tables("row")) {
    study.rows.push_back(read_row(*row, path, common));
  }
  for (std::size_t i = 0; i < study.rows.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (study.rows[i].name == study.rows[j].name) {
        fields.refuse("row", "two are called " + data::in_quotes(study.rows[i].name));
      }
    }
  }
  if (study.rows.empty()) fields.refuse("row", "is missing: a study has one row or more");
  for (const toml::table* claim : fields.tables("claim")) {
    study.claims.push_back(read_claim(study, *claim, path));
  }
  fields.refuse_others();
  return study;
}

}  // namespace curb::reproduce
