#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""Sums up the JUnit file that ctest writes.

usage: summarise_tests.py FILE

Prints what failed, why tests were skipped, how many kernels ran on the emulator, and last
`N passed, M failed, K skipped`. Exits 1 when a test failed, or none passed.
"""

import re
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter

# How ctest marks a test that asked to be skipped; any other test that did not run is a failure
# (its program is missing, or a test that it depends on failed).
ASKED_TO_SKIP = re.compile(r"SKIP_(REGULAR_EXPRESSION|RETURN_CODE)")
KERNELS = re.compile(r"kernels executed on the emulator: \d+ of \d+")
# GoogleTest prints the place, then `Skipped`, then the reason.
SKIP_REASON = re.compile(r"^.*: Skipped\n(?P<reason>.+)$", re.MULTILINE)


def outcome(case):
    """Whether a <testcase> `passed`, `failed` or was `skipped`."""
    skipped = case.find("skipped")
    if skipped is not None:
        return "skipped" if ASKED_TO_SKIP.search(skipped.get("message", "")) else "failed"
    return "passed" if case.get("status") == "run" else "failed"


def skip_reason(output):
    """What GoogleTest was told, or the last line of a script."""
    if match := SKIP_REASON.search(output):
        return match["reason"].strip()
    return (output.strip().splitlines() or ["no reason given"])[-1].removeprefix("skipped: ")


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        cases = list(ElementTree.parse(arguments[0]).getroot().iter("testcase"))
    except (OSError, ElementTree.ParseError) as error:
        print(f"no test results: {error}", file=sys.stderr)
        cases = []

    counts = Counter()
    reasons = Counter()
    for case in cases:
        result = outcome(case)
        output = case.findtext("system-out", "")
        counts[result] += 1
        if result == "failed":
            print(f"failed: {case.get('name')}")
        if result == "skipped":
            reasons[skip_reason(output)] += 1
        for line in KERNELS.findall(output):
            print(line)
    for reason, number in reasons.most_common():
        print(f"skipped, {number}: {reason}")
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 0 if counts["passed"] > 0 and counts["failed"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
