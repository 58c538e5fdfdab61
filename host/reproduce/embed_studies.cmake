# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
# cmake -D STUDIES=a.toml;b.toml -D HEADER=study_texts.hpp -P embed_studies.cmake
# Turns each study into a C++ raw string beside its name, the file's without its ending.
set(entries "")
foreach(study IN LISTS STUDIES)
  get_filename_component(name ${study} NAME_WE)
  file(READ ${study} text)
  string(APPEND entries "    {\"${name}\", R\"toml(${text})toml\"},\n")
endforeach()
file(WRITE ${HEADER} "// Made from host/reproduce/studies by host/reproduce/embed_studies.cmake.
#pragma once

namespace curb::reproduce {

struct StudyText {
  const char* name;
  const char* text;
};

inline constexpr StudyText kStudyTexts[] = {
${entries}};

}  // namespace curb::reproduce
")
