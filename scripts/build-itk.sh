#!/bin/bash
# Prints, as its last line, the path of an ITK build tree that Python wheels of this module can be built against.
# It is built once, in about 12 minutes on 2 cores, and kept in the user's cache folder.
# ITK_DIR names an own one instead; built without TBB, it makes wheels that fail beside those of itk, which use it.
set -euo pipefail
exec 3>&1 1>&2 # only the path goes to stdout

if [[ -n ${ITK_DIR:-} ]]; then
  [[ -f $ITK_DIR/ITKConfig.cmake ]] || { echo "ITK_DIR: no ITK build tree in $ITK_DIR"; exit 1; }
  realpath "$ITK_DIR" >&3
  exit
fi

version=5.4.7
python=$(command -v "${PYTHON:-python3}")
# SWIG 4.3 is the runtime version of the itk wheels, whose type table the module shares.
tools=(cmake==4.4.4 ninja==1.13.2 swig==4.3.1)
# The scalars and dimensions that the itk wheels wrap. ITKMesh: ITKCommon's wrapping includes one of its headers.
options=(
  -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF -DCMAKE_POSITION_INDEPENDENT_CODE=ON
  -DBUILD_TESTING=OFF -DBUILD_EXAMPLES=OFF
  -DITK_BUILD_DEFAULT_MODULES=OFF -DITKGroup_Core=OFF -DModule_ITKCommon=ON -DModule_ITKMesh=ON
  -DITK_WRAP_PYTHON=ON "-DITK_WRAP_IMAGE_DIMS=2;3;4" -DITK_WRAP_unsigned_short=ON -DITK_WRAP_double=ON
  -DITK_WRAP_complex_double=ON -DITK_WRAP_DOC=OFF -DITK_USE_PYTHON_LIMITED_API=ON -DITK_LEGACY_SILENT=ON
  -DITK_DEFAULT_THREADER=TBB -DITK_USE_SYSTEM_SWIG=ON -DITK_USE_SYSTEM_CASTXML=ON -DITK_FORBID_DOWNLOADS=ON
)
# The itk wheels choose TBB, and share that choice with the module's own copy of ITKCommon. That has no TBB: it takes
# ITK's thread pool instead of throwing.
patch='s/itkGenericExceptionMacro("ITK has been built without TBB support!")/return PoolMultiThreader::New()/'
# The compiled wrappers of ITK itself come with the itk wheel.
targets=(ITKCommon ITKVNLInstantiation itkvnl_algo itkv3p_netlib itkdouble-conversion itksys ITKStatistics ITKTransform
  ITKMesh itkNetlibSlatec ITKCommonSwig)

source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/packages.sh"
require_packages build-essential castxml dpkg-dev git python3-dev python3-venv

inputs=$(printf '%s\n' "${tools[@]}" "${options[@]}" "${targets[@]}" "$patch"
  "${CXX:-c++}" --version; castxml --version; "$python" -c 'import sys; print(sys.version, sys.base_prefix)')
cache=${XDG_CACHE_HOME:-$HOME/.cache}/NeighborhoodArgmaxLabel
tree=$cache/itk-$version-$(sha256sum <<<"$inputs" | cut -c1-12)
mkdir -p "$tree"
exec 9>"$tree/lock"
flock 9 # a second run waits here for the first

# Debian's source package, by a package list of our own: the machine's apt sources stay as they are.
debian_source() {
  local address keyring=/usr/share/keyrings/debian-archive-keyring.gpg apt=$PWD/apt
  address=$(apt-get indextargets --format '$(REPO_URI)' 'Label: Debian' | head -n 1)
  [[ -n $address && -f $keyring ]] || return
  mkdir -p "$apt"/{lists,cache}/partial
  echo "deb-src [signed-by=$keyring] $address sid main" >"$apt/sid.list"
  local own=(-o APT::Sandbox::User= -o Dir::Etc::SourceList="$apt/sid.list" -o Dir::Etc::SourceParts=/dev/null
    -o Dir::State::Lists="$apt/lists" -o Dir::Cache="$apt/cache")
  apt-get "${own[@]}" update && apt-get "${own[@]}" source "insighttoolkit5=$version-1"
}

if [[ ! -f $tree/complete ]]; then
  if [[ ! -d $tree/source ]]; then
    rm -rf "$tree/download"
    mkdir "$tree/download"
    cd "$tree/download"
    debian_source ||
      git clone --depth 1 --branch "v$version" https://github.com/InsightSoftwareConsortium/ITK insighttoolkit5-git
    sed -i "$patch" insighttoolkit5-*/Modules/Core/Common/src/itkMultiThreaderBase.cxx
    mv insighttoolkit5-*/ "$tree/source"
    cd "$tree"
    rm -rf download
  fi
  "$python" -m venv "$tree/venv"
  export PATH=$tree/venv/bin:$PATH
  pip install -q "${tools[@]}"
  map=-ffile-prefix-map=$tree/source/= # error texts name source files: without the folders of this machine
  CFLAGS="${CFLAGS:-} $map" CXXFLAGS="${CXXFLAGS:-} $map" cmake -S "$tree/source" -B "$tree/build" -G Ninja \
    "${options[@]}" -DPython3_EXECUTABLE="$tree/venv/bin/python"
  cmake --build "$tree/build" --target "${targets[@]}"
  touch "$tree/complete" # last, so that an interrupted build goes on next time
fi
echo "$tree/build" >&3
