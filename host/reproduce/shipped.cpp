// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/reproduce/shipped.hpp"

#include "host/reproduce/study_texts.hpp"

namespace curb::reproduce {

std::optional<std::string> shipped_study(std::string_view name) {
  for (const StudyText& study : kStudyTexts) {
    if (study.name == name) return study.text;
  }
  return std::nullopt;
}

std::vector<std::string> shipped_names() {
  std::vector<std::string> names;
  for (const StudyText& study : kStudyTexts) names.emplace_back(study.name);
  return names;
}

}  // namespace curb::reproduce
