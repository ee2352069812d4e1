#!/usr/bin/env python3
"""glibc_stubs.py VERSION FOLDER: libraries to link against, so that what is linked runs with that version of glibc and later.

The linker takes the newest version of each function that it finds. These libraries have those of the machine's libc and libm
that are no newer than VERSION, without code: at run time the machine's own are loaded. Link with -LFOLDER, and with
-static-libstdc++, as the compiler's libstdc++ may be newer, too.
"""

import re
import subprocess
import sys
from pathlib import Path

# What programs of the machine's headers call that older versions have in another form, or not at all: as glibc itself then
# had it in libc_nonshared.a.
SHIMS = """
#include <sys/stat.h>
#ifdef __x86_64__
enum { statVersion = 1 };
#else
enum { statVersion = 0 };
#endif
#define HIDDEN __attribute__((visibility("hidden")))
int __xstat(int, const char *, struct stat *);
int __lxstat(int, const char *, struct stat *);
int __fxstat(int, int, struct stat *);
HIDDEN int stat(const char * path, struct stat * to) { return __xstat(statVersion, path, to); }
HIDDEN int lstat(const char * path, struct stat * to) { return __lxstat(statVersion, path, to); }
HIDDEN int fstat(int file, struct stat * to) { return __fxstat(statVersion, file, to); }
HIDDEN int fstat64(int file, struct stat64 * to) { return __fxstat(statVersion, file, (struct stat *)to); }
HIDDEN char __libc_single_threaded; /* never: there may be threads */
"""


def output_of(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def path_of(library: str) -> str:
    return output_of("cc", f"-print-file-name={library}").strip()


def number_of(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def make_stub(library: str, newest: str, folder: Path) -> None:
    symbols: dict[str, tuple[str, str]] = {}
    for line in output_of("nm", "--dynamic", "--defined-only", path_of(library)).splitlines():
        found = re.fullmatch(r"\S* ([A-Za-z]) (\w+)@@?GLIBC_([0-9.]+)", line)
        if found is None or number_of(found[3]) > number_of(newest):
            continue
        kind, name, version = found.groups()
        if name not in symbols or number_of(version) > number_of(symbols[name][1]):
            symbols[name] = kind, version
    versions = sorted({version for _, version in symbols.values()}, key=number_of)
    lines = []
    for name, (kind, version) in symbols.items():
        what = "%object" if kind in "BDRV" else "%function"
        lines.append(f".globl {name}_\n.type {name}_, {what}\n.size {name}_, 8\n{name}_: .quad 0")
        lines.append(f".symver {name}_, {name}@@GLIBC_{version}")
    source, script = folder / f"{library}.s", folder / f"{library}.map"
    source.write_text("\n".join(lines) + "\n")
    script.write_text("".join(f"GLIBC_{version} {{}};\n" for version in versions))
    stub = str(folder / library)
    map_option = f"-Wl,--version-script={script}"
    subprocess.run(["cc", "-shared", "-nostdlib", f"-Wl,-soname,{library}", map_option, str(source), "-o", stub], check=True)


def main(newest: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for library in "libc.so.6", "libm.so.6":
        make_stub(library, newest, folder)
    (folder / "shims.c").write_text(SHIMS)
    shims = str(folder / "shims.o")
    subprocess.run(["cc", "-D_LARGEFILE64_SOURCE", "-O2", "-fPIC", "-c", str(folder / "shims.c"), "-o", shims], check=True)
    subprocess.run(["ar", "rcs", str(folder / "libshims.a"), shims], check=True)
    loader = re.search(r"/\S*/ld-linux\S*\.so\.\d", output_of("ldd", path_of("libc.so.6")))
    parts = [
        str(folder / "libc.so.6"),
        str(folder / "libshims.a"),
        path_of("libc_nonshared.a"),
        f"AS_NEEDED ( {loader[0] if loader else ''} )",
    ]
    (folder / "libc.so").write_text(f"GROUP ( {' '.join(parts)} )\n")
    (folder / "libm.so").write_text(f"INPUT ( {folder / 'libm.so.6'} )\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]).resolve())
