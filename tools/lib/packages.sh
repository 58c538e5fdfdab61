# shellcheck shell=bash
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
# Installs what a Debian or Ubuntu machine lacks to build curb. Sourced by the other tools.
# CUDA is never installed: who has a GPU has a toolkit, or a reason not to.

# To build and run the trainer.
# shellcheck disable=SC2034  # read by whoever sources this file
CURB_BUILD_PACKAGES=(
  build-essential cmake ninja-build ccache git python3
  libdnnl-dev libcli11-dev libtomlplusplus-dev nlohmann-json3-dev libfmt-dev zlib1g-dev)
# To build the tests and benchmarks as well.
# shellcheck disable=SC2034
CURB_TEST_PACKAGES=(libgtest-dev libbenchmark-dev librandom123-dev libthrust-dev pkg-config)

# missing_packages NAME...: prints those that are not installed, one a line.
missing_packages() {
  local package
  for package; do
    dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
      echo "$package"
  done
}

# apt_get ARGUMENT...: apt-get as root, with no question asked.
apt_get() {
  local as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q \
    -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
}

# install_packages NAME...: installs what is missing, and calls apt only when something is.
install_packages() {
  if ! command -v dpkg-query >/dev/null; then
    echo "This is neither Debian nor Ubuntu: curb needs what they call $*" >&2
    return 0
  fi
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [ "${#missing[@]}" -gt 0 ] || return 0
  echo "Installing: ${missing[*]}"
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
    echo "Neither root nor sudo here. As root: apt-get install ${missing[*]}" >&2
    return 1
  fi

  # Lists may be missing (an image made small) or older than what the mirror still has: they are
  # fetched in the first case, and in the second after a failure.
  local fetched=no
  if ! apt-cache show "${missing[@]}" >/dev/null 2>&1; then
    apt_get update || return 1
    fetched=yes
  fi
  apt_get install -y --no-install-recommends "${missing[@]}" && return 0
  [ "$fetched" = no ] || return 1
  apt_get update && apt_get install -y --no-install-recommends "${missing[@]}"
}
