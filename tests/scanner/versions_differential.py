"""Our orders of versions against the originals: random pairs, the same answer for each.

Each test is one scheme and its original; it is skipped where that is not installed. The pairs come
from a seed that is printed, the same each time unless AZEKURA_SEED gives another. AZEKURA_PAIRS is their
number."""

import os
import pathlib
import random
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["AZEKURA_SOURCE"], "tests/harness"))
from azekura_testing import BIN, Skip, main, need, run  # noqa: E402

ORIGINALS = pathlib.Path(__file__).parent / "originals"
PAIRS = int(os.environ.get("AZEKURA_PAIRS", "5000"))
SEED = int(os.environ.get("AZEKURA_SEED", 20261125))
DIFFERENCES_SHOWN = 20
DPKG_PAIRS_MAX = 2000

NUMBERS = ["0", "0", "1", "1", "2", "3", "9", "10", "11", "00", "01", "007", "99", "100", "2024",
           "20240131", "1234567890"]


def chain(rng, first, words, separators, parts):
    """A version of `first`, then up to `parts` of: a separator, a number or a word."""
    text = rng.choice(first)
    for _ in range(rng.randint(0, parts)):
        text += rng.choice(separators) + rng.choice(NUMBERS if rng.random() < 0.6 else words)
    return text


def changed(rng, text, alphabet):
    """Another version that is near: one place cut, doubled or exchanged."""
    at = rng.randint(0, len(text))
    tail = text[at + rng.choice([0, 0, 1, 2]):]
    return (text[:at] + rng.choice(alphabet + ["", ""]) + tail) or text


def pairs(rng, make, alphabet):
    for _ in range(PAIRS):
        first = make(rng)
        kind = rng.random()
        second = make(rng) if kind < 0.25 else changed(rng, first, alphabet)
        if kind > 0.9:
            second = changed(rng, second, alphabet)
        yield first, second


def compare(scheme, make, alphabet, command, env=None, both=True):
    """`command` answers -1, 0, 1, ! (refused) or ? (no order) for each line. With `both`, what it
    refuses is what check() refuses; without, only orders count that both sides give."""
    print(f"{scheme}: {PAIRS} pairs, AZEKURA_SEED={SEED}")
    rng = random.Random(f"{scheme} {SEED}")
    asked = [pair for pair in pairs(rng, make, alphabet)
             if all(text and text == text.strip() for text in pair)]
    lines = "".join(f"{first}\t{second}\n" for first, second in asked)
    theirs = run(*command, input=lines, env=env).rstrip("\n").split("\n")
    ours = run(BIN / "version_compare", input="".join(
        f"{scheme}\t{line}\n" for line in lines.splitlines())).splitlines()
    assert len(ours) == len(theirs) == len(asked), (len(ours), len(theirs), len(asked))
    refused = 0
    unordered = 0
    differences = []
    for pair, our, their in zip(asked, ours, theirs):
        order, validity = our.split()
        if their == "!":
            refused += 1
            if both and validity == "vv":
                differences.append((pair, our, their))
        elif their == "?" or (order == "!" and not both):
            unordered += 1
        elif order != their or (both and validity != "vv"):
            differences.append((pair, our, their))
    print(f"{scheme}: {len(asked)} pairs, {refused} refused by the original, "
          f"{unordered} without an order, {len(differences)} differences")
    for difference in differences[:DIFFERENCES_SHOWN]:
        print("  (pair), ours, theirs:", *difference)
    assert not differences


def debian(rng):
    words = ["a", "rc", "~rc", "~", "dfsg", "deb", "bpo", "ubuntu", "+b", "git", "Z", "really"]
    epoch = rng.choice(["", "", "", "0:", "1:", "2:"])
    text = epoch + chain(rng, NUMBERS, words, [".", ".", "+", "~", "-", ""], 4)
    if rng.random() < 0.7:
        text += "-" + chain(rng, NUMBERS, words, [".", "+", "~", ""], 2)
    return text


DEBIAN_ALPHABET = list("0019az.~+-Z") + ["1:", ".0"]


def test_dpkg_versions_as_libdpkg_perl():
    need("perl")
    if subprocess.run(["perl", "-MDpkg::Version", "-e", "1"], capture_output=True).returncode:
        raise Skip("libdpkg-perl is not installed")
    # Dpkg::Version accepts colons that dpkg does not: dpkg decides what is a version.
    script = ("use Dpkg::Version; while (<STDIN>) { chomp; my @pair = map { Dpkg::Version->new($_) } "
              "split /\\t/; print((grep { !$_->is_valid() } @pair) ? '!' : "
              "version_compare($pair[0], $pair[1])); print qq{\\n} }")
    compare("dpkg", debian, DEBIAN_ALPHABET, ["perl", "-e", script], both=False)


def test_dpkg_versions_as_dpkg():
    need("dpkg")
    # A process or two for each pair, so there is an end to them. dpkg talks of what it refuses.
    script = ("count=0; tab=\"$(printf '\\t')\"; while IFS=\"$tab\" read -r a b; do "
              f"if [ $((count += 1)) -gt {DPKG_PAIRS_MAX} ]; then echo '?'; continue; fi; "
              "status=0; talk=\"$(dpkg --compare-versions -- \"$a\" lt \"$b\" 2>&1)\" || status=1; "
              "if [ -n \"$talk\" ]; then echo '!'; elif [ $status = 0 ]; then echo -1; "
              "elif dpkg --compare-versions -- \"$a\" gt \"$b\"; then echo 1; else echo 0; fi; done")
    compare("dpkg", debian, DEBIAN_ALPHABET, ["sh", "-c", script])


def test_rpm_versions_as_rpm():
    need("rpm")

    def make(rng):
        words = ["a", "rc", "~rc", "^git", "el", "fc", "module", "Z", "^", "~"]
        text = rng.choice(["", "", "0:", "1:"]) + chain(
            rng, NUMBERS + words, words, [".", ".", "_", "+", "~", "^", ""], 4)
        if rng.random() < 0.6:
            text += "-" + chain(rng, NUMBERS, words, [".", "~", "^", "_", ""], 3)
        return text

    compare("rpm", make, list("0019az.~^_-+Z") + ["1:"],
            ["rpm", "--eval", "%{lua: dofile('" + str(ORIGINALS / "rpm.lua") + "')}"])


def node_semver():
    need("node")
    folders = [pathlib.Path("/usr/share/nodejs/semver")]
    if shutil.which("npm"):
        root = run("npm", "root", "-g").strip()
        folders.insert(0, pathlib.Path(root) / "npm/node_modules/semver")
    for folder in folders:
        if (folder / "package.json").exists():
            return folder
    raise Skip("neither npm nor node-semver is installed")


def semver(rng):
    words = ["a", "alpha", "beta", "rc", "x", "1a", "a-b", "-", "Z", "0a"]
    text = ".".join(rng.choice(["0", "1", "2", "9", "10", "11"]) for _ in range(3))
    if rng.random() < 0.6:
        text += rng.choice(["-", "-", "-", ""]) + chain(rng, ["0", "1", "10"] + words, words, ["."], 3)
    if rng.random() < 0.2:
        text += "+" + rng.choice(["1", "b.2", "incompatible"])
    return rng.choice(["", "", "", "v"]) + text


def test_semver_versions_as_npm():
    folder = node_semver()

    # What npm refuses may be a version of its relatives.
    compare("semver", semver, ["-0", "-a", ".1", "a", "-", "0", "1", "+x"],
            ["node", ORIGINALS / "semver.js", folder], env={"NODE_PATH": "/usr/share/nodejs"},
            both=False)


def test_pep440_versions_as_packaging():
    python = "/usr/bin/python3"
    if subprocess.run([python, "-c", "import packaging.version"], capture_output=True).returncode:
        raise Skip("python3-packaging is not installed")

    def make(rng):
        text = rng.choice(["", "", "", "1!", "v"]) + chain(rng, NUMBERS, ["0"], ["."], 4)
        separator = [".", "-", "_", ""]
        for words in (["a", "b", "rc", "c", "alpha", "beta", "pre", "preview", "RC"],
                      ["post", "rev", "r", "POST"], ["dev"]):
            if rng.random() < 0.35:
                text += rng.choice(separator) + rng.choice(words)
                if rng.random() < 0.8:
                    text += rng.choice(separator) + rng.choice(NUMBERS)
        if rng.random() < 0.1:
            text += "-" + rng.choice(NUMBERS)
        if rng.random() < 0.2:
            text += "+" + chain(rng, NUMBERS + ["ab", "X"], ["ab", "x1"], [".", "-", "_"], 2)
        return text

    compare("pep440", make, list("0019a.-_!+") + [".0", "rc", ".dev1", ".post1"],
            [python, ORIGINALS / "pep440.py"])


def test_maven_versions_as_maven():
    need("java")
    jar = pathlib.Path("/usr/share/java/maven3-artifact.jar")
    if not jar.exists():
        raise Skip("libmaven3-core-java is not installed")

    def make(rng):
        words = ["a", "b", "m", "rc", "cr", "alpha", "beta", "snapshot", "SNAPSHOT", "ga", "final",
                 "release", "sp", "x", "foo", "Final", "RC"]
        first = NUMBERS if rng.random() < 0.9 else words
        return chain(rng, first, words, [".", ".", "-", "-", "", "_"], 5)

    compare("maven", make, list("001a.-_") + ["rc", ".0", "-0", "12345678901234567890"],
            ["java", "-cp", f"{jar}:/usr/share/java/commons-lang3.jar", ORIGINALS / "Maven.java"])


def test_gem_versions_as_rubygems():
    need("ruby")

    def make(rng):
        words = ["a", "b", "rc", "pre", "alpha", "Z", "beta2", "rc1"]
        return chain(rng, NUMBERS, words, [".", ".", ".", "-", ""], 5)

    compare("gem", make, list("001a.-Z") + [".0", "rc", ".a"], ["ruby", ORIGINALS / "gem.rb"])


def test_composer_versions_as_composer():
    need("php")
    if not pathlib.Path("/usr/share/php/Composer/Semver/autoload.php").exists():
        raise Skip("php-composer-semver is not installed")

    def make(rng):
        if rng.random() < 0.1:
            return rng.choice(["dev-main", "dev-master", "master", "dev-a/b", "1.x-dev", "2.1.x-dev"])
        text = rng.choice(["", "", "v"]) + ".".join(
            rng.choice(["0", "1", "2", "10", "01", "2024"]) for _ in range(rng.randint(1, 4)))
        if rng.random() < 0.6:
            text += rng.choice([".", "-", "_", ""]) + rng.choice(
                ["alpha", "a", "beta", "b", "RC", "rc", "patch", "pl", "p", "stable", "dev"])
            if rng.random() < 0.6:
                text += rng.choice([".", "-", ""]) + rng.choice(["0", "1", "2", "10", "3.1"])
            if rng.random() < 0.2:
                text += "-dev"
        if rng.random() < 0.1:
            text += "+build"
        return text

    # Later versions of Composer accept more dates than Debian's: their table decides about those.
    compare("composer", make, list("012.-") + ["a", "rc", "-dev", ".x"],
            ["php", ORIGINALS / "composer.php"], both=False)


main()
