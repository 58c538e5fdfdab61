#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""Walks every part of tools/gpu_check with programs that only pretend, so that its first run on a
real GPU does not fail on a slip."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

GPU_CHECK = Path(__file__).resolve().parent.parent / "tools" / "gpu_check"

GOOD_TEST = """
[ "$1" = --gtest_list_tests ] && { printf 'Suite.\\n  One\\n  Two\\n'; exit 0; }
echo "required: $CURB_REQUIRE_GPU"
echo '[       OK ] Suite.One (1 ms)'
echo '[       OK ] Suite.Two (1 ms)'
echo '[  PASSED  ] 2 tests.'
"""
SKIPPING_TEST = """
echo '[       OK ] Suite.One (1 ms)'
echo '[  SKIPPED ] Suite.Two (0 ms)'
echo '[  PASSED  ] 1 test.'
"""
BENCHMARK = """
for word; do case $word in
  --benchmark_list_tests) printf 'step/sgd\\nstep/adam\\nmany/10\\n'; exit 0 ;;
  --benchmark_filter=*) filter=${word#*=} ;;
  --benchmark_out=*) out=${word#*=} ;;
esac; done
case $filter in
  *step*) echo '{"context": {"host_name": "h", "num_cpus": 1},
    "benchmarks": [{"name": "step/sgd"}, {"name": "step/adam"}]}' > "$out" ;;
  *many*) MANY ;;
esac
"""
MANY = """echo '{"context": {}, "benchmarks": [{"name": "many/10"}]}' > "$out" """
CURB = """
while [ $# -gt 0 ]; do [ "$1" = --out ] && { mkdir -p "$2"; echo '{"epoch": 1}' > "$2/metrics.jsonl"; }
shift; done
"""
NVIDIA_SMI = "echo 'name, driver'; echo 'Pretended GPU, 1.0'"
SANITIZER = """
[ "$1" = --version ] && exit 0
case $2 in racecheck) echo '========= RACECHECK SUMMARY: 0 hazards displayed (0 errors)' ;;
*) echo '========= ERROR SUMMARY: 0 errors' ;; esac
"""


class GpuCheckTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.programs = self.folder / "programs"
        self.tools = self.folder / "tools"
        self.out = self.folder / "out"
        self.program("kernels_step_gpu", GOOD_TEST)
        self.program("deep/er/backend_gpu", GOOD_TEST)
        self.program("cuda_update_bench", BENCHMARK.replace("MANY", MANY))
        self.program("curb", CURB)
        self.tool("nvidia-smi", NVIDIA_SMI)
        self.tool("compute-sanitizer", SANITIZER)
        (self.programs / "peers").mkdir()
        self.peer = self.programs / "peers" / "peer_update.py"
        self.peer.write_text("print('measured')\n", encoding="utf-8")
        self.steps = self.programs / "peers" / "train_steps.py"
        self.steps.write_text("""import sys
out = sys.argv[sys.argv.index("--json") + 1] if "--json" in sys.argv else "/dev/null"
open(out, "w").write('{"steps": 1}')
""", encoding="utf-8")

    @staticmethod
    def script(path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n" + text + "\n", encoding="utf-8")
        path.chmod(0o755)

    def program(self, name, text):
        self.script(self.programs / name, text)

    def tool(self, name, text):
        self.script(self.tools / name, text)

    def start(self, *arguments):
        environment = {**os.environ, "PATH": f"{self.tools}:/usr/bin:/bin",
                       "CUDA_HOME": str(self.folder), "CUDA_PATH": str(self.folder)}
        return subprocess.Popen(
            [sys.executable, "-B", GPU_CHECK, "--programs", self.programs, "--out", self.out,
             *arguments],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def check(self, *arguments):
        process = self.start(*arguments)
        self.said, _ = process.communicate(timeout=60)
        return process.returncode

    def parts(self):
        text = (self.out / "summary.json").read_text(encoding="utf-8")
        return json.loads(text)["parts"]

    def statuses(self):
        return {name: part["status"] for name, part in self.parts().items()}

    def log(self, name):
        return (self.out / name).read_text(encoding="utf-8")

    def test_all_is_well(self):
        self.assertEqual(self.check(), 0, self.said)
        self.assertEqual(self.statuses(), dict.fromkeys(
            ("device", "tests", "benchmarks", "train", "steps", "memcheck", "racecheck", "initcheck",
             "synccheck", "peers"), "ok"))
        self.assertEqual(self.parts()["tests"]["detail"], "4 passed in 2 programs")
        self.assertIn("Pretended GPU", self.parts()["device"]["detail"])
        self.assertIn("required: 1", self.log("tests.log"))
        self.assertIn('{"epoch": 1}', self.log("log.txt"))
        self.assertIn("measured", self.log("peers.log"))
        self.assertIn('{"steps": 1}', self.log("peers.log"))
        kept = json.loads(self.log("benchmarks.json"))
        self.assertEqual([entry["name"] for entry in kept["benchmarks"]],
                         ["step/sgd", "step/adam", "many/10"])
        self.assertEqual(kept["context"], {"num_cpus": 1})
        self.assertLessEqual(len(list(self.out.iterdir())), 8)

    def test_a_skip_is_a_failure(self):
        self.program("other_gpu", SKIPPING_TEST)
        self.assertEqual(self.check(), 1)
        self.assertEqual(self.parts()["tests"]["status"], "failed")
        self.assertIn("other_gpu (1 skipped)", self.parts()["tests"]["detail"])

    def test_a_test_program_that_dies_does_not_stop_the_rest(self):
        self.program("a_gpu", "echo '[       OK ] Suite.One (1 ms)'; kill -9 $$")
        self.assertEqual(self.check(), 1)
        self.assertIn("a_gpu (killed by signal 9)", self.parts()["tests"]["detail"])
        self.assertEqual(self.statuses()["peers"], "ok")

    def test_a_test_program_that_ends_early_is_a_failure(self):
        self.program("a_gpu", "echo '[       OK ] Suite.One (1 ms)'")
        self.assertEqual(self.check(), 1)
        self.assertIn("a_gpu", self.parts()["tests"]["detail"])

    def test_no_tests_is_a_failure(self):
        for program in self.programs.rglob("*_gpu"):
            program.unlink()
        self.assertEqual(self.check(), 1)
        self.assertEqual(self.statuses()["tests"], "missing")

    def test_what_is_missing_is_said_and_forgiven(self):
        for path in (self.tools / "nvidia-smi", self.programs / "curb",
                     self.programs / "cuda_update_bench"):
            path.unlink()
        self.peer.write_text("raise SystemExit(77)\n", encoding="utf-8")
        if shutil.which("compute-sanitizer", path="/usr/bin:/bin") is None:
            (self.tools / "compute-sanitizer").unlink()
        self.assertEqual(self.check(), 0, self.said)
        statuses = self.statuses()
        for part in ("train", "steps", "benchmarks", "peers"):
            self.assertEqual(statuses[part], "missing", part)

    def test_a_sanitizer_that_does_not_work_is_unusable(self):
        self.tool("compute-sanitizer", "echo 'Error: device not supported'; exit 1")
        self.assertEqual(self.check(), 0, self.said)
        self.assertEqual(self.statuses()["memcheck"], "unusable")

    def test_a_sanitizer_that_finds_something_fails(self):
        self.tool("compute-sanitizer", "echo '========= ERROR SUMMARY: 3 errors'; exit 99")
        self.assertEqual(self.check(), 1)
        self.assertEqual(self.statuses()["memcheck"], "failed")
        self.assertIn("3 reported", self.parts()["memcheck"]["detail"])

    def test_benchmarks_done_before_one_dies_are_kept(self):
        self.program("cuda_update_bench", BENCHMARK.replace("MANY", "kill -9 $$"))
        self.assertEqual(self.check(), 1)
        self.assertIn("many (killed by signal 9)", self.parts()["benchmarks"]["detail"])
        kept = json.loads(self.log("benchmarks.json"))
        self.assertEqual(len(kept["benchmarks"]), 2)

    def test_a_benchmark_that_reports_an_error_fails(self):
        self.program("cuda_update_bench", BENCHMARK.replace("MANY", """echo '{"context": {},
          "benchmarks": [{"name": "many/10", "error_occurred": true}]}' > "$out" """))
        self.assertEqual(self.check(), 1)
        self.assertIn("many/10", self.parts()["benchmarks"]["detail"])

    def test_no_device_for_training_is_unusable(self):
        self.program("curb", "exit 4")
        self.steps.write_text("raise SystemExit(77)\n", encoding="utf-8")
        self.assertEqual(self.check(), 0, self.said)
        self.assertEqual(self.statuses()["train"], "unusable")
        self.assertEqual(self.statuses()["steps"], "unusable")

    def test_steps_that_fail_fail(self):
        self.steps.write_text("raise SystemExit(1)\n", encoding="utf-8")
        self.assertEqual(self.check(), 1)
        self.assertEqual(self.statuses()["steps"], "failed")

    def test_a_peer_that_fails_fails(self):
        self.peer.write_text("raise SystemExit(1)\n", encoding="utf-8")
        self.assertEqual(self.check(), 1)
        self.assertIn("peer_update (status 1)", self.parts()["peers"]["detail"])

    def test_time_runs_out(self):
        self.program("kernels_step_gpu", "sleep 60")
        begin = time.monotonic()
        self.assertEqual(self.check("--minutes", "0.05"), 1)
        self.assertLess(time.monotonic() - begin, 30)
        self.assertIn("kernels_step_gpu (out of time)", self.parts()["tests"]["detail"])
        self.assertEqual(self.statuses()["benchmarks"], "ok")

    def wait_for(self, status):
        until = time.monotonic() + 30
        while time.monotonic() < until:
            if (self.out / "summary.json").exists() and self.statuses() == status:
                return
            time.sleep(0.02)
        self.fail("the part never began")

    def start_and_wait_in_tests(self, script):
        """Starts it with a test program that writes a process id to `pid` and hangs."""
        self.program("kernels_step_gpu", script)
        process = self.start()
        self.addCleanup(process.stdout.close)
        self.wait_for({"device": "ok", "tests": "running"})
        pid = self.folder / "pid"
        while not pid.exists() or not pid.read_text(encoding="utf-8"):
            time.sleep(0.02)
        return process, int(pid.read_text(encoding="utf-8"))

    @property
    def hang(self):
        return f"echo $$ > {self.folder}/pid; exec sleep 60"

    @property
    def hang_in_a_child(self):
        return f"sleep 60 & echo $! > {self.folder}/pid; wait"

    def assert_ends(self, pid):
        """A process that was killed may need a moment to end, and one that has ended may still wait
        for somebody to ask how."""
        for _ in range(300):
            try:
                status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
            except OSError:
                return
            if status.rpartition(")")[2].split()[0] in "ZX":
                return
            time.sleep(0.1)
        self.fail(f"process {pid} still runs")

    def test_interrupted_midway_it_says_so_and_leaves_nothing_running(self):
        process, child = self.start_and_wait_in_tests(self.hang_in_a_child)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(30), 1)
        self.assertEqual(self.statuses()["tests"], "interrupted")
        self.assert_ends(child)

    def test_killed_midway_it_leaves_a_summary(self):
        process, child = self.start_and_wait_in_tests(self.hang)
        process.kill()
        process.wait(30)
        os.kill(child, signal.SIGKILL)
        self.assertEqual(self.statuses(), {"device": "ok", "tests": "running"})
        self.assertIn("running", self.log("summary.txt"))

    def test_a_part_killed_midway_leaves_the_others(self):
        process, child = self.start_and_wait_in_tests(self.hang)
        self.program("kernels_step_gpu", GOOD_TEST)  # for the sanitizers
        os.kill(child, signal.SIGKILL)
        process.communicate(timeout=60)
        self.assertIn("killed by signal 9", self.parts()["tests"]["detail"])
        self.assertEqual(self.statuses()["peers"], "ok")

    def test_dry_asks_and_runs_nothing(self):
        self.program("kernels_step_gpu", GOOD_TEST + "\nexit 1")
        self.assertEqual(self.check("--dry"), 0, self.said)
        self.assertEqual(self.parts()["tests"]["detail"], "4 tests listed in 2 programs")
        self.assertEqual(self.parts()["benchmarks"]["detail"], "3 benchmarks listed")

    def test_a_packed_folder_stands_by_itself(self):
        packed = self.folder / "packed"
        shutil.copy2(sys.executable, self.programs / "python_gpu")
        wanted = subprocess.run(["ldd", sys.executable], check=True, capture_output=True,
                                text=True).stdout
        self.assertEqual(self.check("--pack", str(packed)), 0, self.said)
        self.assertTrue((packed / "COMMIT").exists())
        for name in ("torch_update.py", "jax_update.py", "cupy_update.py", "updates.py"):
            self.assertTrue((packed / "peers" / name).exists(), name)
        self.assertEqual("libz.so.1" in wanted, (packed / "libz.so.1").exists())
        self.assertFalse((packed / "libc.so.6").exists())
        (packed / "python_gpu").unlink()
        self.programs = self.folder / "gone"
        result = subprocess.run([packed / "gpu_check", "--dry", "--out", self.out], check=False,
                                cwd="/", capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertEqual(self.parts()["tests"]["detail"], "4 tests listed in 2 programs")

    def test_a_full_log_is_cut(self):
        self.program("kernels_step_gpu",
                     "head -c 17000000 /dev/zero | tr '\\0' x\n" + GOOD_TEST)
        self.assertEqual(self.check(), 0, self.said)
        self.assertLess((self.out / "tests.log").stat().st_size, 16_000_000)


if __name__ == "__main__":
    unittest.main()
