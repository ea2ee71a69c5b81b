#!/usr/bin/env python3
"""The Debian package holds what it should, where it should be, and depends on Debian's libraries."""

import os
import pathlib
import re
import subprocess
import sys

EXPECTED = [
    r"usr/bin/azekura",
    r"usr/sbin/azekura-hsmd",
    r"usr/lib/[\w-]+/pkcs11/libazekura-pkcs11\.so",
    r"usr/lib/systemd/system/azekura-hsmd\.service",
    r"usr/lib/sysusers\.d/azekura\.conf",
    r"usr/lib/tmpfiles\.d/azekura\.conf",
    r"usr/share/p11-kit/modules/azekura\.module",
    r"usr/share/doc/azekura/copyright",
]
ALLOWED = re.compile(r"usr/share/(man/man\d/[\w-]+\.\d\.gz|doc/azekura/[\w./-]+)")


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main():
    build = pathlib.Path(os.environ["AZEKURA_BUILD"])
    folder = pathlib.Path(os.environ["AZEKURA_TMP"])
    made = subprocess.run(
        ["cpack", "--config", build / "CPackConfig.cmake", "-G", "DEB", "-B", folder],
        capture_output=True,
        check=False,
        text=True,
    )
    if made.returncode != 0:
        print(made.stdout, made.stderr)
        sys.exit(1)
    (package,) = folder.glob("azekura_*.deb")

    wrong = []
    files = []
    for line in run("dpkg-deb", "--contents", package).splitlines():
        mode, owner, *_, name = line.split()
        if owner != "root/root":
            wrong.append(f"{name} belongs to {owner}")
        if mode[0] != "d":
            files.append(name.removeprefix("./"))
        if "w" in mode[5] + mode[8] or "s" in mode:
            wrong.append(f"{name} has the mode {mode}")
    for pattern in EXPECTED:
        if not any(re.fullmatch(pattern, name) for name in files):
            wrong.append(f"there is no {pattern}")
    for name in files:
        if not ALLOWED.fullmatch(name) and not any(re.fullmatch(each, name) for each in EXPECTED):
            wrong.append(f"{name} was not expected: state it in tests/house/package_test.py")

    depends = run("dpkg-deb", "--field", package, "Depends")
    if "libc6" not in depends:
        wrong.append(f"does not depend on libc6: {depends}")
    if "libssl" in depends or "libfmt" in depends and "libspdlog" not in depends:
        wrong.append(f"OpenSSL and fmt are to be linked statically: {depends}")
    for each in wrong:
        print(each)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
