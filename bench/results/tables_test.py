#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""A figure that somebody edits is found."""

import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import tables  # noqa: E402

ENTRIES = [
    {"name": "update/sgd/off/iterations:15/manual_time", "bytes_per_parameter": 12.0,
     "of_same_mix": 0.9512, "of_same_mix_low": 0.8, "of_same_mix_high": 1.1, "time_of_off": 1.003},
    {"name": "update/adam/max_norm/iterations:15/manual_time", "bytes_per_parameter": 28.0,
     "of_same_mix": 0.816, "of_same_mix_low": 0.5, "of_same_mix_high": 0.9, "time_of_off": 1.2334},
]
EMPTY = "# A\n\n<!-- table host_update -->\n<!-- end of table -->\n"


class TablesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        for name in ("host_update", "other"):
            (self.folder / f"{name}.json").write_text(json.dumps({"benchmarks": ENTRIES}),
                                                      encoding="utf-8")

    def errors(self, text):
        return list(tables.figure_errors(text, self.folder))

    def test_a_table_is_made_of_the_results(self):
        text = tables.rewritten(EMPTY, self.folder)
        self.assertIn("| sgd | off | 12 | 0.95 (0.80 to 1.10) | 1.00 |", text)
        self.assertIn("| adam | max norm | 28 | 0.82 (0.50 to 0.90) | 1.23 |", text)
        self.assertEqual(tables.rewritten(text, self.folder), text)

    def write(self, name, document):
        (self.folder / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")

    def test_a_study_has_every_seed_beside_what_was_published(self):
        runs = [{"seed": 1, "figure": 81.754}, {"seed": 2, "figure": 80.95}]
        row = {"name": "a", "runs": runs, "mean": 81.352, "deviation": 0.5685, "last_mean": 81.0,
               "last_deviation": 0.5, "seconds": 4.26, "published": 82.27, "difference": -0.918,
               "tolerance": 1.0, "verdict": "within"}
        self.write("reproduce_nielsen", {"measure": "test accuracy in %", "reading": "best epoch",
                                         "rows": [row]})
        text = tables.rewritten("<!-- table nielsen -->\n<!-- end of table -->\n", self.folder)
        self.assertIn("| a | 81.75, 80.95 | 81.35 ± 0.57 | 82.27 | -0.92 | 1.00 | within | 81.00 ± 0.50 | "
                      "4.3 s |", text)

    def test_irrelevant_inputs_are_beside_their_errors(self):
        def estimate(mean):
            return {"mean": mean, "half_width": 0.5}

        self.write("reproduce_ng",
                   {"sizes": [{"irrelevant": 1000, "l1": estimate(18), "l2": estimate(45.25)}],
                    "growth": {"l1": estimate(11), "l2": estimate(38)}})
        text = tables.rewritten("<!-- table ng -->\n<!-- end of table -->\n", self.folder)
        self.assertIn("| 1,000 | 18.00 ± 0.50 | 45.25 ± 0.50 |", text)
        self.assertIn("| growth, in points | 11.00 ± 0.50 | 38.00 ± 0.50 |", text)

    def test_floors_are_bytes_over_bandwidth(self):
        text = tables.rewritten(EMPTY.replace("host_update", "floors"), self.folder)
        self.assertIn("| sgd | 12 | 0.75 GiB | 16.1 ms | 0.805 ms | 0.168 ms |", text)

    def test_an_edited_table_is_not_what_the_results_say(self):
        text = tables.rewritten(EMPTY, self.folder).replace("0.95", "0.99")
        self.assertNotEqual(tables.rewritten(text, self.folder), text)

    def test_an_unknown_table_is_an_error(self):
        with self.assertRaises(ValueError):
            tables.rewritten(EMPTY.replace("host_update", "no_such"), self.folder)

    def link(self, figure, keys, name="host_update"):
        return f'[{figure}](bench/results/{name}.json "{keys}")'

    def test_a_figure_that_is_what_its_link_says_is_right(self):
        self.assertEqual(self.errors(
            f"It takes {self.link('1.23', 'update/adam/max_norm time_of_off')} times as long,\n"
            f"{self.link('0.82', 'update/adam/max_norm of_same_mix')} of the plain loop's speed "
            f"and {self.link('12 times', 'update/sgd/off bytes_per_parameter')}."), [])

    def test_keys_lead_into_any_file(self):
        (self.folder / "other.json").write_text('{"curb": {"seconds": [1.5, 2.25]}}',
                                                encoding="utf-8")
        self.assertEqual(self.errors(self.link("2.2", "curb seconds 1", "other") + " times"), [])
        self.assertEqual(self.errors(self.link("2.3", "curb seconds 0", "other") + " times"),
                         [(1, "2.3 is 1.5 in the results")])

    def test_a_figure_that_was_edited_is_found_with_its_line(self):
        text = "\n\nIt takes " + self.link("1.24", "update/adam/max_norm time_of_off") + " times"
        self.assertEqual(self.errors(text), [(3, "1.24 is 1.2334 in the results")])

    def test_a_link_that_leads_nowhere_is_found(self):
        for keys, name in (("update/adam/no_such of_same_mix", "host_update"),
                           ("update/sgd/off no_such", "host_update"), ("a", "no_such")):
            self.assertEqual(self.errors(self.link("1.2", keys, name)),
                             [(1, f"{name}.json has no `{keys}`")])

    def test_a_figure_without_a_link_is_found(self):
        self.assertEqual([what for _, what in self.errors("3x, 40 GB/s, 10 us\nand 1,000 times")],
                         [f"`{figure}` links to no result"
                          for figure in ("3x", "40 GB/s", "10 us", "1,000 times")])

    def test_a_figure_at_a_line_end_is_found(self):
        self.assertEqual(self.errors("runs 3\ntimes"), [(1, "`3 times` links to no result")])

    def test_what_is_no_figure_of_performance_is_left_alone(self):
        self.assertEqual(self.errors(
            "Debian 12, 15 pairs, 16x16 tiles, 2 cores\n\n    code: 3x\n\n```\n40 GB/s\n```\n"), [])

    def test_a_table_is_not_read_as_text(self):
        self.assertEqual(self.errors(
            "<!-- table host_update -->\n3x\n<!-- end of table -->\n"), [])

    def test_a_document_that_was_edited_by_hand_fails(self):
        path = self.folder / "a.md"
        path.write_text(tables.rewritten(EMPTY, tables.RESULTS), encoding="utf-8")
        self.assertEqual(list(tables.check(path, write=False)), [])
        number = next(word for word in path.read_text(encoding="utf-8").split() if "." in word)
        path.write_text(path.read_text(encoding="utf-8").replace(number, "7.77", 1),
                        encoding="utf-8")
        self.assertEqual(len(list(tables.check(path, write=False))), 1)
        self.assertEqual(list(tables.check(path, write=True)), [])
        self.assertNotIn("7.77", path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
