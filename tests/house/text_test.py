#!/usr/bin/env python3
"""Rules for every text file of the tree: what a stranger must never find in it, and plain form."""

import os
import pathlib
import re
import subprocess
import sys

FORBIDDEN = [
    # The tree is built from wherever a person clones it, from the mirrors of their own machine.
    (re.compile(r"(?<![\w.$}])/(?:root|work|Users)/[\w.]"), "a path of one machine"),
    (re.compile(r"(?<![\w.$}])/home/(?!USER\b|\.\.\.|you\b)\w"), "a path of one machine"),
    (
        re.compile(
            r"\b(?:(?:deb|security|ftp|snapshot|archive)\.debian\.org|registry\.npmjs\.org|"
            r"registry\.yarnpkg\.com|pypi\.org|files\.pythonhosted\.org|(index|static)\.crates\.io|"
            r"proxy\.golang\.org|repo1?\.maven\.org)\b"
        ),
        "the host of a package registry: name the package, and let the user's tools find it",
    ),
    (re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"), "a private key"),
    (re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE), "the mark of a merge conflict"),
]
GUARD = re.compile(r"^#pragma once$|^#ifndef (\w+)\n#define \1$", re.MULTILINE)
SELF = "tests/house/text_test.py"
# Files whose octets are an input, not a text of ours.
DATA = re.compile(r"(^|/)(corpus|testdata|vectors)/|\.(png|ico|bin|der|woff2?)$")
CODE = re.compile(r"\.(cc|h|c|cmake|py|sh|json|map|toml)$|CMakeLists\.txt$|^scripts/")


def files_of(root):
    listed = subprocess.run(
        ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        return sorted(set(listed.stdout.decode().split("\0")) - {""})
    return sorted(
        path.relative_to(root).as_posix()
        for path in pathlib.Path(root).rglob("*")
        if path.is_file() and not path.relative_to(root).as_posix().startswith(("build/", ".git/"))
    )


def complaints(name, text):
    for pattern, what in FORBIDDEN:
        if name == SELF:
            break
        for match in pattern.finditer(text):
            yield text.count("\n", 0, match.start()) + 1, f"{match.group(0)!r} is {what}"
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if line.endswith((" ", "\t")) and not name.endswith(".md"):
            yield number, "space at the end of the line"
        if "\r" in line:
            yield number, "a carriage return"
        if "\t" in line and CODE.search(name):
            yield number, "a tab"
    if text and not text.endswith("\n"):
        yield len(lines), "no newline at the end of the file"
    if name.startswith("src/") and name.endswith(".h") and not GUARD.search(text):
        yield 1, "neither #pragma once nor an include guard"


def main():
    root = os.environ["AZEKURA_SOURCE"]
    count = 0
    wrong = []
    for name in files_of(root):
        path = pathlib.Path(root, name)
        if DATA.search(name) or not path.is_file() or path.is_symlink():
            continue
        count += 1
        try:
            text = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            wrong.append(f"{name}: not UTF-8")
            continue
        wrong += [f"{name}:{line}: {what}" for line, what in complaints(name, text)]
    print(f"{count} files read")
    for each in wrong:
        print(each)
    sys.exit(1 if wrong or count == 0 else 0)


if __name__ == "__main__":
    main()
