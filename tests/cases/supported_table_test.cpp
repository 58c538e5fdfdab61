// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The cases are what a plan accepts, no more and no less, and docs/supported.md says the same.
#include "tests/cases/supported_table.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "tests/rules/optimizer_kinds.hpp"

namespace curb::testing {
namespace {

// All settings that a refusal may depend on.
TEST(Cases, AreWhatAPlanAccepts) {
  int missing = 0;
  for (const OptimizerKind optimizer : kAllOptimizers) {
    for (int l1 = 0; l1 < 3; ++l1) {
      for (int rows = 0; rows <= static_cast<int>(RowStages::crossing); ++rows) {
        for (int storage = 0; storage < 4; ++storage) {
          for (int state = 0; state < 3; ++state) {
            Case c;
            c.optimizer = optimizer;
            c.l1 = static_cast<rules::L1Mode>(l1);
            c.rows = static_cast<RowStages>(rows);
            c.storage = static_cast<Storage>(storage);
            c.state = static_cast<DataType>(state);
            if (state_count(group_of(c).modes) == 0 && state > 0) continue;
            const std::string reason = refusal(c);
            if (reason.empty() == is_supported(c)) continue;
            ++missing;
            std::printf("%s: %s\n", name_of(c).c_str(),
                        reason.empty() ? "a plan accepts it, but there is no case"
                                       : ("a case, but refused: " + reason).c_str());
          }
        }
      }
    }
  }
  EXPECT_EQ(missing, 0);
}

TEST(Cases, HaveNamesOfTheirOwn) {
  std::set<std::string> names;
  const std::vector<Case> cases = all_cases();
  for (const Case& c : cases) names.insert(name_of(c));
  EXPECT_EQ(names.size(), cases.size());
}

TEST(CoveringCases, AreFewAndSupported) {
  const std::vector<Case> cases = covering_cases();
  for (const Case& c : cases) EXPECT_TRUE(is_supported(c)) << name_of(c);
  EXPECT_GE(cases.size(), 6U * 5U);  // every optimiser with every kind of row stages
  EXPECT_LE(cases.size(), 100U);
}

// With CURB_WRITE_SUPPORTED=1 in the environment the file is written anew.
TEST(SupportedTable, IsTheOneInTheDocumentation) {
  const std::string table = supported_table();
  const char* write = std::getenv("CURB_WRITE_SUPPORTED");
  if (write != nullptr && std::string(write) == "1") std::ofstream(CURB_SUPPORTED_TABLE) << table;
  std::ifstream file(CURB_SUPPORTED_TABLE);
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), table);
}

}  // namespace
}  // namespace curb::testing
