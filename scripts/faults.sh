#!/bin/bash
# Repeats, one by one, cases that once lost data, gave wrong labels or crashed, and tells whether they are fixed. It needs root,
# for a full disk. The Python tests run with the wheel that scripts/test.sh has put into build/python, or with PYTHON.
# shellcheck disable=SC2329 # fault calls the functions
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."
source scripts/packages.sh
require_packages "${program_packages[@]}" "${test_packages[@]}"
python=${PYTHON:-build/python/bin/python}
log=build/faults.log

configure release -DCMAKE_BUILD_TYPE=Release
cmake --build build/release --target LabelFuzz ProgramTest neighborhood-argmax-label
: >$log

passes() { # PROGRAM TEST...: no test may be skipped
  local IFS=: output
  output=$("$1" --gtest_filter="${*:2}" 2>&1) || true
  echo "$output" >>$log
  [[ $output == *"[  PASSED  ] $(($# - 1)) test"* ]]
}
faults() { # TEST...
  passes build/release/apps/ProgramTest "${@/#/FaultsTest.}"
}
program() { # TEST...
  passes build/release/apps/ProgramTest "${@/#/ProgramTest.}"
}
labels() {
  build/release/test/LabelFuzz replay test/FuzzedLabels.txt >>$log 2>&1
}
pytest() { # FILE [EXPRESSION]
  "$python" -m pytest -q -rs "test/python/$1" ${2:+-k "$2"} >>$log 2>&1
}

status=0
fault() { # TEXT COMMAND...
  local result="fixed"
  "${@:2}" || result="NOT FIXED" status=1
  printf '%-76s %s\n' "$1" "$result"
}
fault " 1 compressed MetaImage cut or damaged, read in pieces: wrong labels" \
  faults DamagedFilesAreRefused WholeCompressedFilesMayBeStreamed
fault " 1 any format cut: wrong labels" faults NoTruncatedFileIsLabeledAsIfItWereWhole
fault " 2 full disk, GIPL and Bio-Rad: half a file, no error" faults FullDiskIsNamedForEveryFormat
fault " 2 what is written is not what was computed" faults WhatIsWrittenIsReadBackAndCompared
fault " 3 TIFF of several pages cut: fewer slices" faults NoTruncatedFileIsLabeledAsIfItWereWhole
fault " 4 full disk, HDF5, DICOM, PNG, MINC: crash, hidden folder stays" faults FullDiskIsNamedForEveryFormat
fault " 5 ITK's readers crash: no line of ours" faults DamagedFilesAreRefused
fault " 5 ITK's reader hangs" faults AHangIsEndedBySigint
fault " 6 scores overflow: wrong labels" labels
fault " 7 nohup, SIGINT in the background: stops" faults IgnoredSignalsStayIgnored
fault " 8 signals, ulimit: the hidden folder stays" faults SignalsLeaveNothing LimitsOfTheSystemAreNamed
fault " 8 KILL: the hidden folder stays for ever" faults TheNextRunRemovesWhatAKilledOneLeft
fault " 9 Ctrl-C from Python waits for the end of the call" pytest test_interruption.py
fault "10 messages of the program that mislead" \
  program RefusesBadArguments RefusesInputsThatAreNoImagesOfScalars RefusesTruncatedInputs
fault "10 messages of Python that mislead" pytest test_any_array.py errors
fault "11 output to a link without target, or to a FIFO: replaced" faults LinksAreFollowedToFilesThatAreNotThereYet
fault "11 output that is no place for a file" program RefusesOutputsBeforeAnyWork
fault "12 licenses, symbols, workflows" pytest test_package.py "licenses or entry or workflows"
fault "   folder that is read-only or vanishes" faults ReadOnlyAndVanishedFoldersAreNamed
fault "   4 GB in 1 GB of memory" faults FourGigabytesAreLabeledInOne
fault "   write-protected output: replaced" faults WriteProtectedFilesAreKept
fault "   dask worker killed, Zarr chunk that cannot be read" pytest test_faults.py
exit $status
