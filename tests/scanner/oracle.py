"""What the oracles of the scanner share: the records as their publishers wrote them, orders of versions by the
originals, the rules of OSV's schema, and the comparison of two sets. Nothing here is the scanner's own code."""

import collections
import json
import os
import pathlib
import random
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["AZEKURA_SOURCE"], "tests/harness"))
from azekura_testing import BIN, SOURCE, TMP, Skip, main, need  # noqa: E402,F401

BUNDLE = pathlib.Path(os.environ.get("AZEKURA_ADVISORIES", SOURCE / "../shared/advisories"))
ORIGINALS = SOURCE / "tests/scanner/originals"
SEED = int(os.environ.get("AZEKURA_SEED", 20261125))
STATUSES = (0, 3, 4)  # clean, findings, not everything judged
SHOWN = 25


def random_for(family):
    print(f"AZEKURA_SEED={SEED}")
    return random.Random(f"{family} {SEED}")


# Records.

def unpacked(*entries):
    """The folder that holds these archives, or folders of archives ("ghsa/npm")."""
    folder = TMP / "records"
    folder.mkdir(exist_ok=True)
    for entry in entries:
        path = BUNDLE / f"{entry.split('/')[0]}.tar.zst"
        if not path.exists():
            raise Skip(f"no {path} (set AZEKURA_ADVISORIES)")
        subprocess.run(["tar", "-I", "zstd -d --long=27", "-xf", path, "-C", folder, entry], check=True)
    return folder


def json_records(folder):
    for path in sorted(folder.rglob("*.json")):
        yield path, json.loads(path.read_bytes())


def yaml_records(folder):
    """YAML by Ruby's Psych."""
    need("ruby")
    script = ("require 'yaml'; require 'json'; Dir.glob(ARGV[0] + '/**/*.{yml,yaml}').sort.each { |path| "
              "puts JSON.generate([path, YAML.unsafe_load(File.read(path))]) }")
    done = subprocess.run(["ruby", "-e", script, folder], stdout=subprocess.PIPE, check=True)
    for line in done.stdout.splitlines():
        path, record = json.loads(line)
        yield pathlib.Path(path), record


class Names:
    """Which ids name the same problem: those of a record with one CVE or none. The CVE stands for them all."""

    def __init__(self):
        self.parent = {}

    def _root(self, name):
        while self.parent.setdefault(name, name) != name:
            self.parent[name] = self.parent[self.parent[name]]
            name = self.parent[name]
        return name

    def same(self, *names):
        for name in names[1:]:
            roots = sorted({self._root(names[0]), self._root(name)}, key=self._worth)
            for root in roots[1:]:
                self.parent[root] = roots[0]

    @staticmethod
    def _worth(name):
        return (not name.startswith("CVE-"), not name.startswith("GHSA-"), name)

    def of(self, name):
        return self._root(name)


# Orders.

class Order:
    """The original's order. Questions are gathered in a first pass, in which all answers are 0, and put at
    once: so whoever asks must ask everything in any case."""

    def __init__(self, *command, env=None):
        self.command, self.env = command, env
        self.asked, self.known = {}, None

    def __call__(self, first, second):
        """<0, 0, >0, or None where there is no order."""
        if first == second:
            return 0
        if self.known is None:
            self.asked[(first, second)] = None
            return 0
        return self.known[(first, second)]

    def answer(self):
        pairs = list(self.asked)
        lines = "".join(f"{first}\t{second}\n" for first, second in pairs)
        done = subprocess.run([str(part) for part in self.command], input=lines, text=True, check=True,
                              stdout=subprocess.PIPE, env={**os.environ, **(self.env or {})})
        answers = done.stdout.split()
        assert len(answers) == len(pairs), (len(answers), len(pairs), self.command)
        self.known = {pair: None if word in "!?" else int(word) for pair, word in zip(pairs, answers)}


class OwnOrder(Order):
    """Where no original is at hand: a function, None for what it had better not judge."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def answer(self):
        self.known = {pair: self.function(*pair) for pair in self.asked}


def twice(order, evaluate):
    evaluate()
    order.answer()
    return evaluate()


def sign(a, b):
    return (a > b) - (a < b)


def dpkg_order():
    need("perl")
    if subprocess.run(["perl", "-MDpkg::Version", "-e", "1"], capture_output=True).returncode:
        raise Skip("libdpkg-perl is not installed")
    script = ("use Dpkg::Version; while (<STDIN>) { chomp; my @p = map { Dpkg::Version->new($_) } split /\\t/; "
              "print((grep { !$_->is_valid() } @p) ? '!' : version_compare($p[0], $p[1])); print qq{\\n} }")
    return Order("perl", "-e", script)


def rpm_order():
    need("rpm")
    return Order("rpm", "--eval", "%{lua: dofile('" + str(ORIGINALS / "rpm.lua") + "')}")


def semver_order():
    need("node")
    folder = pathlib.Path("/usr/share/nodejs/semver")
    if not folder.exists():
        need("npm")
        root = subprocess.run(["npm", "root", "-g"], stdout=subprocess.PIPE, text=True, check=True).stdout
        folder = pathlib.Path(root.strip()) / "npm/node_modules/semver"
    return Order("node", ORIGINALS / "semver.js", folder, env={"NODE_PATH": "/usr/share/nodejs"})


# OSV (ossf.github.io/osv-schema, "Evaluation").

def in_events(version, events, order):
    """Whether the version is vulnerable by the events of one range: sorted, the last that it has reached
    decides. "0" is before everything."""
    def compare(a, b):
        return sign(a != "0", b != "0") if "0" in (a, b) else order(a, b)

    flat = [(kind, text) for event in events for kind, text in event.items()]
    limits = [text for kind, text in flat if kind == "limit" and text != "*"]
    placed = []
    for kind, text in flat:
        if kind == "limit":
            continue
        at = 0
        for index, (_, other) in enumerate(placed):
            if (compare(text, other) or 0) >= 0:
                at = index + 1
        placed.insert(at, (kind, text))
    before_limits = [(compare(version, limit) or 0) < 0 for limit in limits]
    vulnerable = False
    for kind, text in placed:
        reached = compare(version, text)
        if reached is None:
            return None
        if kind == "introduced" and reached >= 0:
            vulnerable = True
        if kind == "fixed" and reached >= 0:
            vulnerable = False
        if kind == "last_affected" and reached > 0:
            vulnerable = False
    return vulnerable and (not limits or any(before_limits))


def boundaries(events):
    return [text for event in events for text in event.values() if text not in ("0", "*")]


# Versions near a boundary. Whether they are above or below is for the order to say.

def neighbours(version, before):
    """The version; its last number one less and one more; and a pre-release of it, `before` put behind."""
    near = [version]
    last = list(re.finditer(r"\d+", version.split("+")[0]))
    if last:
        at = last[-1]
        number = int(at[0])
        for other in (number - 1, number + 1):
            if other >= 0:
                near.append(version[:at.start()] + str(other) + version[at.end():])
    if before and not re.search("[a-z~^-]", version):
        near.append(version + before)
    return near


def chosen(rng, known, before, packages_max, versions_max):
    """{package: versions} out of {package: versions that the records name}."""
    names = rng.sample(sorted(known), min(packages_max, len(known)))
    choice = {}
    for name in names:
        near = {each for version in known[name] for each in neighbours(version, before)}
        near = sorted(each for each in near if re.fullmatch(r"[0-9A-Za-z][^\s,;()'\"<>=]*", each))
        if near:
            choice[name] = rng.sample(near, min(versions_max, len(near)))
    return choice


# The scanner.

def update(records):
    done = subprocess.run([BIN / "azekura", "scan", "update", "--from", records, "--data", TMP / "data"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout


def scan(*what):
    with open(TMP / "report.json", "wb") as out:
        done = subprocess.run([BIN / "azekura", "scan", *what, "--data", TMP / "data", "--json", "--lang", "en"],
                              stdout=out)
    assert done.returncode in STATUSES, done.returncode
    return json.loads((TMP / "report.json").read_bytes())


def cyclonedx(path, purls):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "components": [{"type": "library", "bom-ref": str(index), "name": name, "version": version, "purl": purl}
                       for index, (name, version, purl) in enumerate(purls)]}))


# The comparison.

class Comparison:
    """Two sets of (problem, package, version). A difference is given to the first of the reasons that holds for
    it; one without a reason fails the test."""

    def __init__(self, family, expected, found, pairs):
        self.family, self.expected, self.found, self.pairs = family, set(expected), set(found), pairs
        self.reasons = collections.Counter()
        self.unexplained = []

    def explain(self, only_expected=(), only_found=()):
        for what, keys, reasons in (("missed", self.expected - self.found, only_expected),
                                    ("too much", self.found - self.expected, only_found)):
            for key in sorted(keys):
                for reason, holds in reasons:
                    if holds(key):
                        self.reasons[f"{what}: {reason}"] += 1
                        break
                else:
                    self.unexplained.append(f"{what}: " + " ".join(str(part) for part in key))
        return self

    def judge(self, findings_min=50):
        print(f"{self.family}: {self.pairs} pairs (package, version), {len(self.expected)} findings expected, "
              f"{len(self.found)} of azekura, {len(self.expected & self.found)} the same")
        for reason, count in self.reasons.most_common():
            print(f"  {count:6}  {reason}")
        assert len(self.expected & self.found) >= findings_min, "too little to prove anything"
        assert not self.unexplained, (f"{len(self.unexplained)} without a reason:\n" +
                                      "\n".join(self.unexplained[:SHOWN]))
