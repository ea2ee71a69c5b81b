#!/usr/bin/env python3
"""Holds every #include of src/ against the dependencies that the rooms state.

A file may include its own room, the rooms stated in DEPS of its azekura_room() call (TEST_DEPS too,
in tests), the standard library, the system, and those third-party headers that its room is the home
of. A room that another one brings along is not stated, and so may not be included.
"""

import json
import os
import pathlib
import re
import sys

# Third-party headers, and the rooms that may include them. None: every room.
THIRD_PARTY = {
    "fmt/": None,
    "tl/": None,
    "openssl/": {"crypto"},
    "sqlite3.h": {"store", "scanner/inventory"},
    "seccomp.h": {"sandbox"},
    "linux/landlock.h": {"sandbox"},
    "linux/seccomp.h": {"sandbox"},
    "linux/filter.h": {"sandbox"},
    "spdlog/": {"hsm/daemon", "cli", "azekurad"},
    "CLI/": {"hsm/daemon", "cli", "azekurad"},
    "toml++/": {"hsm/daemon", "cli", "azekurad", "scanner/document"},
    "boost/": {"net"},
    "simdjson.h": {"scanner/document"},
    "pugixml.hpp": {"scanner/document"},
    "yaml.h": {"scanner/document"},
    "archive.h": {"scanner/document"},
    "archive_entry.h": {"scanner/document"},
    "zstd.h": {"scanner/database"},
    "zdict.h": {"scanner/database"},
    "re2/": {"scanner/inventory", "scanner/rules"},
    "curl/": {"net"},
    "libxml/": {"federation/saml"},
}
TEST_ONLY = ("gtest/", "gmock/")

# The four parts of the platform, and the faces through which one may use another.
PARTS = ("hsm", "kms", "federation", "scanner", "pds")
FACES = {"hsm/client", "federation/policy"}

# Rooms whose C headers also work outside of this tree, and so include their neighbours by name.
PORTABLE = {"hsm/cryptoki"}

STANDARD = set(
    """
    algorithm any array atomic barrier bit bitset cassert cctype cerrno cfloat charconv chrono
    cinttypes climits clocale cmath compare complex concepts condition_variable coroutine csetjmp
    csignal cstdarg cstddef cstdint cstdio cstdlib cstring ctime cuchar cwchar cwctype deque
    exception execution filesystem forward_list fstream functional future initializer_list iomanip
    ios iosfwd iostream istream iterator latch limits list locale map memory memory_resource mutex
    new numbers numeric optional ostream queue random ranges ratio regex scoped_allocator semaphore
    set shared_mutex source_location span sstream stack stdexcept stop_token streambuf string
    string_view strstream syncstream system_error thread tuple type_traits typeindex typeinfo
    unordered_map unordered_set utility valarray variant vector version
    """.split()
)
SYSTEM = re.compile(
    r"(sys|linux|netinet|arpa|net|asm|bits)/[\w/.]+\.h|"
    r"(assert|cpuid|cxxabi|dirent|dlfcn|emmintrin|endian|errno|fcntl|getopt|grp|immintrin|inttypes|limits|"
    r"link|netdb|poll|pthread|pwd|sched|semaphore|signal|spawn|stdarg|stddef|stdint|stdio|stdlib|"
    r"string|syscall|syslog|termios|time|ucontext|unistd|xmmintrin)\.h"
)
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)


def room_of(path, rooms):
    """The innermost room that the path below src/ lies in."""
    holders = [room for room in rooms if path.startswith(room + "/")]
    return max(holders, key=len, default=None)


def third_party_home(header):
    """(known, rooms) of a third-party header."""
    for prefix in sorted(THIRD_PARTY, key=len, reverse=True):
        if header == prefix or (prefix.endswith("/") and header.startswith(prefix)):
            return True, THIRD_PARTY[prefix]
    return False, None


def complaint(room, is_test, quoted, angled, stated, rooms, source):
    if quoted is not None:
        if quoted == "azekura_version.h":
            return None
        if room in PORTABLE and (source / room / quoted).is_file():
            return None
        if not (source / quoted).is_file():
            return "no such file below src/ (includes are written from there)"
        other = room_of(quoted, rooms)
        if other is None:
            return "lies in no room"
        if other != room and other not in stated:
            return f"{room} does not state {other} in its DEPS"
        if other != room and (other.endswith("/daemon") or other == "cli"):
            return f"{other} is a program, not a library"
        return None
    if angled.startswith(TEST_ONLY):
        return None if is_test else "belongs in *_test.cc and *_testing.*"
    known, homes = third_party_home(angled)
    if known:
        if homes is None or room in homes:
            return None
        return f"belongs behind {', '.join(sorted(homes))}"
    if angled in STANDARD or SYSTEM.fullmatch(angled):
        return None
    return "is not known: state its home in tests/house/includes_test.py"


def cycle(rooms):
    """A way from a room back to itself, if there is one."""
    done = set()

    def visit(room, way):
        if room in way:
            return way[way.index(room) :] + [room]
        if room in done:
            return None
        for dep in rooms[room]["deps"]:
            found = visit(dep, way + [room])
            if found:
                return found
        done.add(room)
        return None

    for room in rooms:
        found = visit(room, [])
        if found:
            return found
    return None


def main():
    source = pathlib.Path(os.environ["AZEKURA_SOURCE"], "src")
    stated = json.loads(pathlib.Path(os.environ["AZEKURA_BUILD"], "rooms.json").read_text())
    by_name = {room.replace("/", "_"): room for room in stated}
    rooms = {
        room: {kind: [by_name[name] for name in names] for kind, names in entry.items()}
        for room, entry in stated.items()
    }

    wrong = []
    for room, entry in rooms.items():
        for dep in entry["deps"]:
            part, other = room.split("/")[0], dep.split("/")[0]
            if part in PARTS and other in PARTS and part != other and dep not in FACES:
                wrong.append(f"src/{room}: a part of the platform may not know {dep}")
    found = cycle(rooms)
    if found:
        wrong.append("rooms know each other in a circle: " + " -> ".join(found))

    files = 0
    for path in sorted(source.rglob("*")):
        if path.suffix not in (".h", ".cc", ".c"):
            continue
        relative = path.relative_to(source).as_posix()
        room = room_of(relative, rooms)
        if room is None:
            print(f"src/{relative}: lies in no room that is built, passed over")
            continue
        files += 1
        is_test = re.search(r"_test(ing)?\.(cc|h)$", relative) is not None
        allowed = set(rooms[room]["deps"])
        if is_test:
            allowed |= set(rooms[room]["test_deps"])
        text = path.read_text(encoding="utf-8")
        for match in INCLUDE.finditer(text):
            quoted, angled = match.groups()
            what = complaint(room, is_test, quoted, angled, allowed, rooms, source)
            if what:
                line = text.count("\n", 0, match.start()) + 1
                wrong.append(f"src/{relative}:{line}: {quoted or angled}: {what}")

    print(f"{files} files of {len(rooms)} rooms read")
    for each in wrong:
        print(each)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
