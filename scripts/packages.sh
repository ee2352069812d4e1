# shellcheck shell=bash disable=SC2034
# Sourced by the other scripts.

library_packages=(build-essential cmake libhwy-dev libinsighttoolkit5-dev ninja-build)
program_packages=("${library_packages[@]}" libcli11-dev libstb-dev libtiff-dev zlib1g-dev)
test_packages=(ccache libgtest-dev)

# require_packages NAME... installs Debian packages that are not there yet.
require_packages() {
  command -v apt-get >/dev/null || return 0 # elsewhere, install what documentation/platforms.md names by hand
  dpkg -s "$@" >/dev/null 2>&1 && return
  local root=
  [[ $EUID == 0 ]] || root=sudo
  $root apt-get update
  $root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=600 "$@"
}

# Another checkout finds what was compiled before.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=true

# configure NAME [CMAKE OPTION]...: build/NAME, for those that build more than once.
configure() {
  cmake -S . -B "build/$1" -G Ninja -DCMAKE_CXX_COMPILER_LAUNCHER=ccache "${@:2}"
}
sanitizers="-fsanitize=address,undefined -fno-sanitize-recover=undefined"
