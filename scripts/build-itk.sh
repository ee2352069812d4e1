#!/bin/bash
# Prints, as its last line, the path of an ITK build tree for Python wheels of this module.
# It is built once, in about 4 minutes on 2 cores, and kept in the user's cache folder.
# ITK_DIR names your own one instead, with ITKCommon wrapped for the types and dimensions of the itk wheels.
set -euo pipefail
exec 3>&1 1>&2 # only the path goes to stdout

if [[ -n ${ITK_DIR:-} ]]; then
  [[ -f $ITK_DIR/ITKConfig.cmake ]] || { echo "ITK_DIR: no ITK build tree in $ITK_DIR"; exit 1; }
  realpath "$ITK_DIR" >&3
  exit
fi

# Checksums identify the source, wherever it comes from.
version=5.4.7
checksum=339134599f7b7c3cbeed8f5e2a59d0a218ec7e93c5c6a08f347fce73ba85f03c # SHA-256 of the tar file that Debian has
commit=4c49df934c316ff87dbbd971b89e63df6bbd1836                           # of ITK's tag

# SWIG 4.3 is the runtime version of the itk wheels, whose type table the module shares.
tools=(cmake==4.4.4 ninja==1.13.2 swig==4.3.1)
# The scalars and dimensions that the itk wheels wrap, and their default threader, which the first loaded library sets
# for all.
options=(
  -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF -DCMAKE_POSITION_INDEPENDENT_CODE=ON
  -DBUILD_TESTING=OFF -DBUILD_EXAMPLES=OFF
  -DITK_BUILD_DEFAULT_MODULES=OFF -DITKGroup_Core=OFF -DModule_ITKCommon=ON
  -DITK_WRAP_PYTHON=ON "-DITK_WRAP_IMAGE_DIMS=2;3;4" -DITK_WRAP_unsigned_short=ON -DITK_WRAP_double=ON
  -DITK_WRAP_complex_double=ON -DITK_WRAP_DOC=OFF -DITK_USE_PYTHON_LIMITED_API=ON -DITK_LEGACY_SILENT=ON
  -DITK_DEFAULT_THREADER=TBB -DITK_USE_SYSTEM_SWIG=ON -DITK_USE_SYSTEM_CASTXML=ON -DITK_FORBID_DOWNLOADS=ON
)
# The itk wheel contains the compiled wrappers of ITK itself.
targets=(ITKCommon ITKVNLInstantiation itkvnl_algo itkv3p_netlib itkdouble-conversion itksys ITKCommonSwig)
# The interface files of ITKCommon that this module's interface files need, in the order of dependence.
interfaces=(itkFixedArray itkVector itkCovariantVector itkPoint stdcomplex ITKCommonBase itkSize itkOffset itkIndex
  itkContinuousIndex itkMatrix itkRGBPixel itkRGBAPixel itkVariableLengthVector itkImageRegion
  itkSymmetricSecondRankTensor itkImage itkImageSourceCommon itkImageSource itkImageToImageFilterCommon
  itkImageToImageFilterA itkImageToImageFilterB)
# Unity builds: many small sources spend most time in the same headers. Headers of number types come first, as templates
# call their functions.
unity='cmake_language(DEFER CALL set_target_properties ITKCommon itkvnl
  PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 16)
cmake_language(DEFER CALL set_target_properties itkvnl PROPERTIES UNITY_BUILD_CODE_BEFORE_INCLUDE
  "#include <vnl/vnl_complex.h>\n#include <vnl/vnl_bignum.h>\n#include <vnl/vnl_rational.h>")'

# So that the linker can drop unused functions.
flags=(-ffunction-sections -fdata-sections)

source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/packages.sh"
require_packages build-essential castxml git libhwy-dev python3-dev python3-venv xz-utils
python=$(command -v "${PYTHON:-python3}") || { echo "PYTHON: no program ${PYTHON:-python3}"; exit 1; }
command -v castxml >/dev/null || options+=(-DITK_USE_SYSTEM_CASTXML=OFF -DITK_FORBID_DOWNLOADS=OFF) # ITK fetches its own
[[ $OSTYPE != msys ]] || options+=(-DITK_SKIP_PATH_LENGTH_CHECKS=ON)

inputs=$(printf '%s\n' "$checksum" "${tools[@]}" "${options[@]}" "${targets[@]}" "${interfaces[@]}" "$unity" "${flags[@]}"
  "${CXX:-c++}" --version; castxml --version || true; "$python" -c 'import sys; print(sys.version, sys.base_prefix)')
cache=${XDG_CACHE_HOME:-$HOME/.cache}/NeighborhoodArgmaxLabel
tree=$cache/itk-$version-$(sha256sum <<<"$inputs" | cut -c1-12)
flags+=("-ffile-prefix-map=$tree/source/=") # no folders of this machine in error texts, which name source files
mkdir -p "$tree"
exec 9>"$tree/lock"
! command -v flock >/dev/null || flock 9 # a second run waits here for the first

# Unpacks Debian's tar file into the folder `source`. It uses its own package list, so that the machine's apt sources stay
# unchanged.
debian_source() {
  local address keyring=/usr/share/keyrings/debian-archive-keyring.gpg apt=$PWD/apt
  address=$(apt-get indextargets --format '$(REPO_URI)' 'Label: Debian' | head -n 1)
  [[ -n $address && -f $keyring ]] || return
  mkdir -p "$apt"/{lists,cache}/partial
  echo "deb-src [signed-by=$keyring] $address sid main" >"$apt/sid.list"
  # A mirror's list may be old: the checksum decides.
  local own=(-o APT::Sandbox::User= -o Acquire::Check-Valid-Until=false -o Dir::Etc::SourceList="$apt/sid.list"
    -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$apt/lists" -o Dir::Cache="$apt/cache")
  apt-get "${own[@]}" update && apt-get "${own[@]}" source --download-only --tar-only insighttoolkit5 || return
  echo "$checksum  insighttoolkit5_$version.orig.tar.xz" | sha256sum --check || return
  mkdir source && tar -xf "insighttoolkit5_$version.orig.tar.xz" -C source --strip-components 1 --exclude '*/test'
}

# The same from ITK's repository.
git_source() {
  git clone --depth 1 --branch "v$version" https://github.com/InsightSoftwareConsortium/ITK source
  [[ $(git -C source rev-parse HEAD) == "$commit" ]] || { echo "ITK's tag v$version is not the commit $commit"; exit 1; }
}

if [[ ! -f $tree/complete ]]; then
  if [[ ! -d $tree/source ]]; then
    rm -rf "$tree/download"
    mkdir "$tree/download"
    cd "$tree/download"
    debian_source || { rm -rf source && git_source; }
    cd source/Modules/Core/Common/wrapping
    mkdir kept
    mv "${interfaces[@]/%/.wrap}" kept
    rm ./*.wrap
    mv kept/* .
    sed -i /MeshRegion/d ITKCommonBase.wrap # it belongs to another module
    printf '%s\n' 'itk_wrap_module(ITKCommon)' "set(WRAPPER_SUBMODULE_ORDER ${interfaces[*]})" \
      'itk_auto_load_and_end_wrap_submodules()' >CMakeLists.txt
    mv "$tree/download/source" "$tree/source"
    cd "$tree"
    rm -rf download
  fi
  "$python" -m venv "$tree/venv"
  export PATH=$tree/venv/bin:$tree/venv/Scripts:$PATH # Scripts: on Windows
  echo "$unity" >"$tree/unity.cmake"
  pip install -q "${tools[@]}"
  CFLAGS="${CFLAGS:-} ${flags[*]}" CXXFLAGS="${CXXFLAGS:-} ${flags[*]}" cmake -S "$tree/source" -B "$tree/build" -G Ninja \
    "${options[@]}" -DCMAKE_PROJECT_ITK_INCLUDE="$tree/unity.cmake" -DPython3_EXECUTABLE="$(command -v python)"
  cmake --build "$tree/build" --target "${targets[@]}"
  touch "$tree/complete" # last, so that the next run continues an interrupted build
fi
echo "$tree/build" >&3
