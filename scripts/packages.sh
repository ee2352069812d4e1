# shellcheck shell=bash disable=SC2034
# Sourced by the other scripts.

library_packages=(build-essential cmake libhwy-dev libinsighttoolkit5-dev ninja-build)
program_packages=("${library_packages[@]}" libcli11-dev libstb-dev libtiff-dev zlib1g-dev)
test_packages=(ccache libgtest-dev)

# require_packages NAME... installs missing Debian packages.
require_packages() {
  command -v apt-get >/dev/null || return 0 # elsewhere, install the packages of documentation/platforms.md by hand
  dpkg -s "$@" >/dev/null 2>&1 && return
  local root=
  [[ $EUID == 0 ]] || root=sudo
  $root apt-get update
  $root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=600 "$@"
}

# So that ccache serves other checkouts, too.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=true

# configure NAME [CMAKE OPTION]...: configures build/NAME, for scripts that build several times.
configure() {
  cmake -S . -B "build/$1" -G Ninja -DCMAKE_CXX_COMPILER_LAUNCHER=ccache "${@:2}"
}
sanitizers="-fsanitize=address,undefined -fno-sanitize-recover=undefined"
