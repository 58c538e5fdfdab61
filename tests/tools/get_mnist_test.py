#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""tools/get_mnist against servers on this machine: get_mnist_test.py PROGRAM.

The servers have small files in the place of MNIST's; with CURB_TEST_MNIST naming a folder with the
originals, these as well."""

import contextlib
import hashlib
import importlib.machinery
import importlib.util
import io
import os
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest import mock

PROGRAM = Path(sys.argv.pop(1)).resolve()
os.environ["no_proxy"] = "*"  # these servers are here, whatever the machine's way out is


def load_program():
    loader = importlib.machinery.SourceFileLoader("get_mnist", str(PROGRAM))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("get_mnist", loader))
    loader.exec_module(module)
    return module


get_mnist = load_program()
CONTENTS = {name: name.encode() * 3000 for name in get_mnist.FILES}
SMALL = {name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in CONTENTS.items()}
NAME = next(iter(CONTENTS))


class Mirror:
    """A server with `contents`. `knows_ranges`: whether it can begin inside a file. `gives_up_after`:
    the bytes after which it breaks off, once."""

    def __init__(self, contents, knows_ranges=True, gives_up_after=None):
        mirror = self
        self.requests = []  # (path, Range or None)

        class Handler(BaseHTTPRequestHandler):

            def do_GET(self):
                wanted = self.headers.get("Range")
                mirror.requests.append((self.path, wanted))
                data = contents.get(self.path.rpartition("/")[2])
                if data is None:
                    self.send_error(404)
                    return
                first = int(wanted[len("bytes="):-1]) if wanted and knows_ranges else 0
                self.send_response(206 if first else 200)
                if first:
                    self.send_header("Content-Range", f"bytes {first}-{len(data) - 1}/{len(data)}")
                self.send_header("Content-Length", str(len(data) - first))
                self.end_headers()
                nonlocal gives_up_after
                self.wfile.write(data[first:gives_up_after])
                gives_up_after = None

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/mnist"
        threading.Thread(target=self.server.serve_forever, args=(0.01,),
                         daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def unused_url():
    """Where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


class GetMnist(unittest.TestCase):

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name, "data/mnist")

    def get(self, *mirrors, files=None):
        """(status, stdout, stderr) of a call with these mirrors."""
        arguments = [word for mirror in mirrors for word in ("--mirror", mirror)]
        with (mock.patch.object(get_mnist, "FILES", files or SMALL),
              contextlib.redirect_stdout(io.StringIO()) as out,
              contextlib.redirect_stderr(io.StringIO()) as err):
            status = get_mnist.main([*arguments, str(self.folder)])
        return status, out.getvalue(), err.getvalue()

    def expect_whole(self, contents=None):
        found = {path.name: path.read_bytes() for path in self.folder.iterdir()}
        self.assertEqual(found, contents or CONTENTS)

    def test_fetches_what_is_missing_and_nothing_else(self):
        with Mirror(CONTENTS) as mirror:
            status, out, err = self.get(mirror.url)
            self.assertEqual((status, err), (0, ""))
            self.assertIn(f"{self.folder / NAME}: fetched from {mirror.url}\n", out)
            self.expect_whole()
            (self.folder / NAME).unlink()
            mirror.requests.clear()
            self.assertEqual(self.get(mirror.url)[0], 0)
            self.assertEqual(mirror.requests, [(f"/mnist/{NAME}", None)])
            self.expect_whole()

    def test_asks_the_next_mirror_when_one_is_down_or_lacks_a_file_or_damages_it(self):
        damaged = {name: data[:-1] + b"?" for name, data in CONTENTS.items()}
        too_long = {name: data + b"?" for name, data in CONTENTS.items()}
        with (Mirror({}) as empty, Mirror(damaged) as bad, Mirror(too_long) as long,
              Mirror(CONTENTS) as good):
            for mirror in (unused_url(), empty.url, bad.url, long.url):
                with self.subTest(mirror):
                    status, out, _ = self.get(mirror, good.url)
                    self.assertEqual(status, 0)
                    self.assertEqual(out.count(f"fetched from {good.url}"), len(CONTENTS))
                    self.expect_whole()
                    for name in CONTENTS:
                        (self.folder / name).unlink()

    def test_keeps_nothing_damaged_and_says_what_each_mirror_did(self):
        damaged = {name: b"?" + data[1:] for name, data in CONTENTS.items()}
        with Mirror(damaged) as bad, Mirror({}) as empty:
            status, _, err = self.get(bad.url, empty.url)
            self.assertEqual(status, 3)
            self.assertIn(f"{self.folder / NAME}: no mirror has it:\n", err)
            self.assertIn(f"{bad.url}: what it sent is damaged", err)
            self.assertIn(f"{empty.url}: HTTP status 404", err)
            self.assertEqual(list(self.folder.iterdir()), [])

    def test_continues_what_was_broken_off(self):
        for knows_ranges in (True, False):
            with (self.subTest(knows_ranges), Mirror(CONTENTS, knows_ranges, 1000) as mirror):
                status, _, err = self.get(mirror.url)
                self.assertEqual(status, 3)
                self.assertIn(f"after 1,000 of {len(CONTENTS[NAME]):,} bytes", err)
                self.assertEqual([path.name for path in self.folder.iterdir()], [NAME + ".part"])
                mirror.requests.clear()
                self.assertEqual(self.get(mirror.url)[0], 0)
                self.assertEqual(mirror.requests[0], (f"/mnist/{NAME}", "bytes=1000-"))
                self.expect_whole()
                for name in CONTENTS:
                    (self.folder / name).unlink()

    def test_a_part_that_is_wrong_or_already_whole(self):
        self.folder.mkdir(parents=True)
        part = self.folder / (NAME + ".part")
        with Mirror(CONTENTS) as mirror:
            for wrong in (1000, len(CONTENTS[NAME]), len(CONTENTS[NAME]) + 1):
                part.write_bytes(b"?" * wrong)
                self.assertEqual(self.get(mirror.url)[0], 0)
                self.expect_whole()
                (self.folder / NAME).unlink()
        part.write_bytes(CONTENTS[NAME])  # interrupted after the last byte, before the check
        self.assertEqual(self.get(unused_url())[0], 0)
        self.expect_whole()

    def test_another_file_of_the_name_is_never_overwritten(self):
        self.folder.mkdir(parents=True)
        (self.folder / NAME).write_bytes(b"fashion")
        with Mirror(CONTENTS) as mirror:
            status, _, err = self.get(mirror.url)
        self.assertEqual(status, 3)
        self.assertIn(f"{self.folder / NAME}: not MNIST's file of this name", err)
        self.expect_whole({NAME: b"fashion"})

    def test_the_program_itself_offline_and_misused(self):

        def call(*arguments):
            done = subprocess.run([sys.executable, "-B", PROGRAM, *arguments], capture_output=True,
                                  text=True, check=False)
            return done.returncode, done.stderr

        status, err = call("--mirror", unused_url(), str(self.folder))
        self.assertEqual(status, 3)
        self.assertIn("train-images-idx3-ubyte.gz: no mirror has it:", err)
        self.assertIn("Connection refused", err)
        self.assertIn("Without a network, bring the file", err)
        self.assertEqual(call()[0], 2)
        status, err = call("--mirror", "ftp://there", str(self.folder))
        self.assertEqual(status, 2)
        self.assertIn("--mirror: must begin with http:// or https://, not 'ftp://there'", err)
        status, err = call(str(PROGRAM))
        self.assertEqual(status, 3)
        self.assertIn("File exists", err)

    def test_the_digests_are_those_of_mnist(self):
        originals = os.environ.get("CURB_TEST_MNIST")
        if not originals:
            self.skipTest("CURB_TEST_MNIST does not name a directory with MNIST's four files")
        contents = {name: Path(originals, name).read_bytes() for name in get_mnist.FILES}
        with Mirror(contents) as mirror:
            self.assertEqual(self.get(mirror.url, files=get_mnist.FILES)[0], 0)
        self.expect_whole(contents)


unittest.main()
