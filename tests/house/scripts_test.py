#!/usr/bin/env python3
"""Every script parses, says what it is for, and can be run."""

import os
import pathlib
import subprocess
import sys


def main():
    root = pathlib.Path(os.environ["AZEKURA_SOURCE"])
    scripts = [
        path
        for folder in ("scripts", ".ci", "bench", "tests")
        for path in sorted((root / folder).rglob("*"))
        if path.is_file() and path.read_bytes()[:2] in (b"#!", b"# ")
    ]
    wrong = []
    for path in scripts:
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        first, second = (text.split("\n") + ["", ""])[:2]
        shell = "bash" in first or path.suffix == ".sh"
        if shell:
            parsed = subprocess.run(["bash", "-n", path], capture_output=True, check=False)
            if parsed.returncode != 0:
                wrong.append(f"{name}: {parsed.stderr.decode().strip()}")
        if first.startswith("#!"):
            if not os.access(path, os.X_OK):
                wrong.append(f"{name}: has an interpreter, but cannot be executed")
            if not second.startswith(("# ", '"""')):
                wrong.append(f"{name}: the second line does not say what it is for")
    print(f"{len(scripts)} scripts read")
    for each in wrong:
        print(each)
    sys.exit(1 if wrong or not scripts else 0)


if __name__ == "__main__":
    main()
