#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""Plants each violation that structure.py knows in a temporary tree and sees it reported."""

import tempfile
import unittest
from pathlib import Path

from structure import LICENSE_LINE, MAX_LINES, violations

HEADER = f"// {LICENSE_LINE}\n"

CLEAN = {
    "CMakeLists.txt": f"# {LICENSE_LINE}\n",
    "include/curb/rules/soft_threshold.hpp": "#include <cmath>\n",
    "include/curb/curb.hpp": "#include <curb/rules/soft_threshold.hpp>\n",
    "kernels/simt.cuh": "#include <cuda_runtime.h>\n",
    "kernels/shape.hpp": "#include <cstddef>\n",
    "kernels/update.cuh": '#include <curb/rules/soft_threshold.hpp>\n#include "kernels/simt.cuh"\n',
    "host/plan/plan.cpp": '#include <curb/curb.hpp>\n#include "kernels/shape.hpp"\n',
    "host/plan/launch_cuda.cu": '#include "kernels/update.cuh"\n',
    "host/backend/backend.hpp": "#include <curb/curb.hpp>\n",
    "host/backend/cpu.cpp": '#include <dnnl.hpp>\n#include "host/backend/backend.hpp"\n',
    "host/backend/cuda.cu": '#include <cublasLt.h>\n#include "backend.hpp"\n',
    "host/data/csv.hpp": "#include <string>\n",
    "host/nn/network.cpp": '#include "host/backend/backend.hpp"\n#include "host/data/csv.hpp"\n',
    "host/train/loop.cpp": '#include "host/nn/network.hpp"\n',
    "host/cli/main.cpp": '#include <CLI/CLI.hpp>\n#include "host/train/loop.hpp"\n',
    "tests/reference/reference.hpp": "#include <vector>\n",
    "tests/kernels/update_test.cpp": '#include "kernels/update.cuh"\n'
                                     '#include "tests/reference/reference.hpp"\n',
}


class StructureTest(unittest.TestCase):

    def found(self, changes):
        """The violations in the clean tree with `changes` (path: text) put into it; a license line
        is added to each."""
        with tempfile.TemporaryDirectory() as directory:
            for path, text in {**CLEAN, **changes}.items():
                file = Path(directory) / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text if LICENSE_LINE in text else HEADER + text)
            return violations(directory)

    def expect_one(self, path, text, message, line=2):
        found = self.found({path: text})
        self.assertEqual([(path, line)], [(entry[0], entry[1]) for entry in found], found)
        self.assertIn(message, found[0][2])

    def test_a_clean_tree_passes(self):
        self.assertEqual([], self.found({}))

    def test_an_include_of_a_forbidden_area_is_reported(self):
        rules = "include/curb/rules/extra.hpp"
        cases = (
            (rules, "<curb/curb.hpp>", "rules may not include public"),
            (rules, '"kernels/shape.hpp"', "rules may not include kernels"),
            (rules, '"../curb.hpp"', "rules may not include public"),
            ("include/curb/extra.hpp", '"host/plan/plan.hpp"', "public may not include plan"),
            ("kernels/extra.cuh", "<curb/curb.hpp>", "kernels may not include public"),
            ("kernels/extra.cuh", '"host/plan/plan.hpp"', "kernels may not include plan"),
            ("kernels/extra.cuh", '"tests/simt/simt.hpp"', "kernels may not include tests"),
            ("host/plan/extra.cpp", '"host/backend/backend.hpp"', "plan may not include backend"),
            ("host/plan/extra.cpp", '"tests/simt/simt.hpp"', "plan may not include tests"),
            ("host/backend/backend.hpp", '"kernels/shape.hpp"',
             "backend.hpp may not include kernels"),
            ("host/backend/extra.cpp", '"host/plan/plan.hpp"', "backend may not include plan"),
            ("host/backend/extra.cpp", '"host/nn/network.hpp"', "backend may not include nn"),
            ("host/nn/extra.cpp", '"host/backend/cpu.hpp"', "nn may not include backend"),
            ("host/nn/extra.cpp", '"host/train/loop.hpp"', "nn may not include train"),
            ("host/nn/extra.cpp", '"kernels/shape.hpp"', "nn may not include kernels"),
            ("host/train/extra.cpp", '"host/cli/main.hpp"', "train may not include cli"),
            ("host/train/extra.cpp", '"host/backend/cpu.hpp"', "train may not include backend"),
            ("host/train/extra.cpp", '"host/reproduce/study.hpp"',
             "train may not include reproduce"),
            ("host/reproduce/extra.cpp", '"host/cli/main.hpp"', "reproduce may not include cli"),
            ("host/data/extra.cpp", '"host/nn/network.hpp"', "data may not include nn"),
            ("host/data/extra.cpp", "<curb/curb.hpp>", "data may not include public"),
            ("host/cli/extra.cpp", '"kernels/shape.hpp"', "cli may not include kernels"),
            ("host/cli/extra.cpp", '"tests/simt/simt.hpp"', "cli may not include tests"),
            ("host/reproduce/extra.cpp", '"host/cli/main.hpp"', "reproduce may not include cli"),
            ("host/drawing/extra.cpp", '"host/train/loop.hpp"', "drawing may not include train"),
            ("host/train/extra.cpp", '"host/drawing/svg.hpp"', "train may not include drawing"),
            ("tests/reference/extra.hpp", "<curb/rules/soft_threshold.hpp>",
             "reference may not include rules"),
            ("tests/reference/extra.hpp", '"kernels/shape.hpp"',
             "reference may not include kernels"),
            ("tests/oracles/extra.hpp", '"host/data/csv.hpp"', "oracles may not include data"),
        )
        for path, include, message in cases:
            with self.subTest(path=path, include=include):
                self.expect_one(path, f"#include {include}\n", message)

    def test_a_cuda_header_outside_its_places_is_reported(self):
        for path in ("include/curb/rules/extra.hpp", "include/curb/extra.hpp",
                     "host/plan/extra.cpp", "host/backend/extra.cpp", "host/nn/extra.cpp",
                     "host/data/extra.cpp", "host/train/extra.cpp", "host/cli/extra.cpp"):
            for header in ("cuda_runtime.h", "cublas_v2.h", "thrust/transform.h", "cub/cub.cuh"):
                with self.subTest(path=path, header=header):
                    self.expect_one(path, f"#include <{header}>\n", "CUDA header")

    def test_a_cuda_header_seen_through_another_header_is_reported(self):
        self.expect_one("host/plan/extra.cpp", '#include "kernels/update.cuh"\n',
                        "kernels/update.cuh -> kernels/simt.cuh -> cuda_runtime.h")

    def test_a_host_library_in_a_cuda_source_is_reported(self):
        for path in ("kernels/extra.cu", "kernels/extra.cuh", "host/backend/extra_cuda.cu",
                     "tests/kernels/extra.cu"):
            for header in ("fmt/core.h", "toml++/toml.h", "nlohmann/json.hpp", "dnnl.hpp"):
                with self.subTest(path=path, header=header):
                    self.expect_one(path, f"#include <{header}>\n", "host library")

    def test_a_missing_license_line_is_reported(self):
        for path, text in (("kernels/extra.cu", "int x;\n"), ("cmake/extra.cmake", "set(x)\n"),
                           ("tools/extra", "#!/bin/sh\n"), ("host/nn/CMakeLists.txt", "\n")):
            with self.subTest(path=path), tempfile.TemporaryDirectory() as directory:
                file = Path(directory) / path
                file.parent.mkdir(parents=True)
                file.write_text(text)
                found = violations(directory)
                self.assertEqual([path], [entry[0] for entry in found])
                self.assertIn("SPDX", found[0][2])

    def test_a_long_file_is_reported(self):
        for path in ("kernels/extra.cuh", "host/nn/extra.cpp", "include/curb/extra.hpp"):
            with self.subTest(path=path):
                self.assertEqual([], self.found({path: "int x;\n" * (MAX_LINES - 1)}))
                self.expect_one(path, "int x;\n" * MAX_LINES, "more than", line=MAX_LINES + 1)

    def test_tests_that_assert_nothing_are_reported(self):
        path = "tests/host/nn/extra_test.cpp"
        for case in ("TEST(A, B)", "TEST_F(A, B)", "TEST_P(A, B)"):
            for body, asserts in (("run();", False), ("EXPECT_EQ(a, b);", True),
                                  ("ASSERT_TRUE(a);", True), ("expect_same(a);", True)):
                with self.subTest(case=case, body=body):
                    text = f"{case} {{ {body} }}\n"
                    if asserts:
                        self.assertEqual([], self.found({path: text}))
                    else:
                        self.expect_one(path, text, "assert nothing")

    def test_unfinished_work_is_reported(self):
        for word in ("TO" "DO", "FIX" "ME"):
            for path in ("kernels/extra.cu", "cmake/extra.cmake", "tests/extra_test.cpp"):
                with self.subTest(path=path, word=word):
                    self.expect_one(path, f"// {word}: later\n", "unfinished")


if __name__ == "__main__":
    unittest.main()
