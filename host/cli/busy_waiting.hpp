// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// How long threads that have nothing to do keep their processor.
#pragma once

namespace curb::cli {

/// Bounds the time for which GNU OpenMP's idle threads spin, and starts the program anew for it if
/// need be: the library reads its environment before main. Left alone they spin for milliseconds,
/// and where other programs run as well, on the very processor that the thread they wait for needs:
/// training was seen to take twenty times as long. What the user has set is respected.
void limit_busy_waiting(char** argv);

/// Programs that are started from here on wait as they would without this one: an embedder's
/// program does not limit what OpenMP does.
void unlimit_busy_waiting_of_children();

}  // namespace curb::cli
