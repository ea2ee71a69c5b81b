#!/usr/bin/env python3
"""The PKCS#11 module shows its host three functions and needs nothing but the C library."""

import os
import re
import subprocess
import sys

EXPORTS = {"C_GetFunctionList", "C_GetInterface", "C_GetInterfaceList"}
NEEDED = re.compile(r"lib(c|m|dl|pthread|rt)\.so\.\d+|ld-linux[\w.-]*\.so\.\d+")
SANITIZED = re.compile(r"lib(a|t|ub)san")


def run(*command):
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def main():
    module = os.environ["AZEKURA_MODULE"]
    if not os.path.exists(module):
        print(f"{module} is not built")
        sys.exit(1)
    dynamic = run("readelf", "-dW", module)
    if SANITIZED.search(dynamic):
        print("built with a sanitizer, whose runtime the host brings")
        sys.exit(77)

    wrong = []
    shown = {
        line.split()[-1].split("@")[0]
        for line in run("nm", "-D", "--defined-only", module).splitlines()
    }
    if shown != EXPORTS:
        wrong.append(f"exports {sorted(shown - EXPORTS)} too many, {sorted(EXPORTS - shown)} too few")
    for library in re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic):
        if not NEEDED.fullmatch(library):
            wrong.append(f"needs {library}")
    flags = " ".join(re.findall(r"\((?:FLAGS|FLAGS_1)\)\s*(.*)", dynamic))
    for flag in ("NOW", "NODELETE"):
        if flag not in flags:
            wrong.append(f"is not linked with -z {flag.lower()}")
    if "TEXTREL" in dynamic:
        wrong.append("has text relocations")
    if "GNU_RELRO" not in run("readelf", "-lW", module):
        wrong.append("is not linked with -z relro")
    for each in wrong:
        print(f"libazekura-pkcs11.so {each}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
