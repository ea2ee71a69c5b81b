#!/usr/bin/env python3
"""Counts what ctest's JUnit files say, names what failed, and prints the closing line.

summary.py [--broken WHAT] FOLDER
"""

import argparse
import pathlib
import sys
import xml.etree.ElementTree as xml

# How ctest says that a test chose not to run. Any other reason is a test that could not be run.
CHOSEN = ("SKIP_RETURN_CODE", "SKIP_REGULAR_EXPRESSION", "Disabled")


def outcome(case):
    """(passed | failed | skipped, what ctest says about it)"""
    status = case.get("status")
    skipped = case.find("skipped")
    if status == "run" and case.find("failure") is None:
        return "passed", ""
    if status == "disabled" or (skipped is not None and skipped.get("message", "").startswith(CHOSEN)):
        said = (case.findtext("system-out") or "").strip().splitlines()
        return "skipped", said[-1] if said else "disabled"
    return "failed", (case.findtext("system-out") or "").strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--broken", help="something that failed before its tests could run")
    parser.add_argument("folder", type=pathlib.Path)
    arguments = parser.parse_args()

    count = {"passed": 0, "failed": 0, "skipped": 0}
    for file in sorted(arguments.folder.glob("*.xml")):
        for case in xml.parse(file).iter("testcase"):
            kind, said = outcome(case)
            count[kind] += 1
            if kind == "passed":
                continue
            print(f"{kind}: {case.get('name')} ({file.stem})")
            lines = said.splitlines()[-40:] if kind == "failed" else [said]
            for line in lines:
                print(f"    {line}")
    if arguments.broken:
        print(f"failed: {arguments.broken}")
        count["failed"] += 1
    if count["passed"] + count["failed"] == 0:
        print("failed: no test was run")
        count["failed"] += 1

    sys.stderr.flush()
    line = f"{count['passed']} passed, {count['failed']} failed"
    if count["skipped"]:
        line += f", {count['skipped']} skipped"
    print(line, flush=True)
    sys.exit(1 if count["failed"] else 0)


if __name__ == "__main__":
    main()
