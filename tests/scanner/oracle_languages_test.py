"""The findings for libraries and middleware against an oracle: the records as published, OSV's rules of
evaluation, and orders of versions by each ecosystem's original.

The rules, as the publishers and OSV's schema give them:
- a version is affected if a row about the package lists it, or if it lies in one of the row's ranges;
- a record that was withdrawn, or says that it was rejected, is nothing;
- FriendsOfPHP: the bounds of a branch hold together, any branch will do;
- RustSec and rubysec name what is safe (patched, unaffected); whatever is not, is affected. Of RustSec, what
  is informational counts as the rest does;
- several records of one problem (by their aliases) are one finding.
What the scanner does on purpose beyond that is computed here by itself, and counted."""

import collections
import itertools
import json
import pathlib
import re
import subprocess
import sys
import tomllib

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from oracle import (BUNDLE, ORIGINALS, TMP, Comparison, Names, Order, OwnOrder, Skip, boundaries,  # noqa: E402,F401
                    chosen, cyclonedx, in_events, json_records, main, need, neighbours, random_for, scan,
                    semver_order, sign, twice, unpacked, update, yaml_records)

PACKAGES_MAX = 700
VERSIONS_MAX = 4  # of one package
VOID = ("** REJECT", "Rejected reason:", "Withdrawn")  # what such a record's text begins with

# One row of a record about one package. `affects(version, order)`: True, False, or None where the order
# refuses to say. `closed`: the same with what GitHub writes beside the events.
Row = collections.namedtuple("Row", "record problems affects closed")


class Rows:
    def __init__(self, ecosystem, normalized=str):
        self.ecosystem, self.normalized = ecosystem, normalized
        self.names = Names()
        self.by_package = collections.defaultdict(list)
        self.versions = collections.defaultdict(set)  # that the records name
        self.void = collections.Counter()

    def add(self, package, row, versions):
        package = self.normalized(package)
        self.by_package[package].append(row)
        self.versions[package].update(versions)

    def problems(self, id, aliases):
        cves = [name for name in aliases if name.startswith("CVE-")]
        if len(cves) > 1:
            self.names.same(id, *[name for name in aliases if not name.startswith("CVE-")])
            return cves
        self.names.same(id, *aliases)
        return [id]

    def add_osv(self, records):
        for _, record in records:
            if "affected" not in record:
                continue
            text = (record.get("details") or "").lstrip("# \n")
            if record.get("withdrawn") or text.startswith(VOID) or record.get("summary", "").startswith(VOID):
                self.void["withdrawn or rejected"] += 1
                continue
            problems = self.problems(record["id"], record.get("aliases") or [])
            for affected in record["affected"]:
                package = affected.get("package", {})
                if package.get("ecosystem", "").split(":")[0] != self.ecosystem:
                    continue
                self._add_affected(record["id"], problems, package["name"], affected)

    def _add_affected(self, record, problems, package, affected):
        listed = {str(version) for version in affected.get("versions") or []}
        ranges = [each["events"] for each in affected.get("ranges") or [] if each["type"] != "GIT"]
        commits = len(ranges) != len(affected.get("ranges") or [])
        if not ranges and not listed and commits:
            return  # only commits: nothing is said of versions
        known = (affected.get("database_specific") or {}).get("last_known_affected_version_range", "")

        def affects(version, order, ranges=ranges):
            if not ranges and not listed:
                return True
            answers = [in_events(version, events, order) for events in ranges]
            same = [order(version, each) == 0 for each in listed] if len(listed) < 200 else []
            if version in listed or (order.known is not None and any(same)) or True in answers:
                return True
            return None if None in answers else False

        def closed(version, order):
            match = re.fullmatch(r"(<=?) *([^ ,]+)", known)
            if not match:
                return affects(version, order)
            end = {"last_affected" if match[1] == "<=" else "fixed": match[2]}
            return affects(version, order, [
                events if any("fixed" in e or "last_affected" in e for e in events) else events + [end]
                for events in ranges])

        named = {text for events in ranges for text in boundaries(events)} | set(sorted(listed)[:20])
        if known:
            named.add(known.lstrip("<= "))
        self.add(package, Row(record, problems, affects, closed), named)


def judge(family, rows, choice, order, found, refused="its order refuses the version", findings_min=50):
    """`found`: (problem, package, version) as reported."""
    def evaluate():
        expected, closed, unsure = collections.defaultdict(list), set(), set()
        for package, versions in choice.items():
            for row, version in itertools.product(rows.by_package[package], versions):
                answer, narrow = row.affects(version, order), row.closed(version, order)
                for problem in row.problems:
                    key = (rows.names.of(problem), package, version)
                    if answer:
                        expected[key].append(row)
                    if narrow:
                        closed.add(key)
                    if answer is None or narrow is None:
                        unsure.add(key)
        return expected, closed, unsure

    expected, closed, unsure = twice(order, evaluate)
    found = {(rows.names.of(problem), package, version) for problem, package, version in found}

    def only_shared(key):
        """Records of several CVEs yield to those of this CVE alone."""
        alone = any(len(row.problems) == 1 and rows.names.of(row.problems[0]) == key[0]
                    for row in rows.by_package[key[1]])
        return alone and all(len(row.problems) > 1 for row in expected[key])

    pairs = sum(len(versions) for versions in choice.values())
    print(f"{sum(map(len, rows.by_package.values()))} rows, {dict(rows.void)}")
    return Comparison(family, expected, found, pairs).explain(
        only_expected=[
            ("GitHub's last known affected version closes the range", lambda key: key not in closed),
            ("a record of this problem alone decides over one of several", only_shared),
            (refused, lambda key: key in unsure)],
        only_found=[(refused, lambda key: key in unsure)]).judge(findings_min)


def reported(report, ecosystem, choice, normalized=str, version_of=str):
    found = set()
    for finding in report["findings"]:
        component = finding["component"]
        if component["ecosystem"] != ecosystem:
            continue
        key = (finding["problem"], normalized(component["name"]), version_of(component["version"]))
        if key[2] in choice.get(key[1], ()):
            found.add(key)
    return found


def trees(choice, write):
    """A folder for the n-th version of each package."""
    root = TMP / "tree"
    for index in range(VERSIONS_MAX):
        picked = {name: versions[index] for name, versions in sorted(choice.items()) if index < len(versions)}
        if picked:
            folder = root / f"v{index}"
            folder.mkdir(parents=True)
            write(folder, picked)
    return root


def test_npm():
    rows = Rows("npm")
    records = unpacked("ghsa/npm")
    rows.add_osv(json_records(records))
    choice = chosen(random_for("npm"), rows.versions, "-rc.1", PACKAGES_MAX, VERSIONS_MAX)

    def write(folder, picked):
        packages = {"": {"name": "app", "version": "1.0.0"}}
        packages |= {f"node_modules/{name}": {"version": version} for name, version in picked.items()}
        (folder / "package-lock.json").write_text(
            json.dumps({"name": "app", "version": "1.0.0", "lockfileVersion": 3, "packages": packages}))

    update(records)
    report = scan(trees(choice, write))
    judge("npm", rows, choice, semver_order(), reported(report, "npm", choice))


def pep503(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def test_pypi():
    rows = Rows("PyPI", pep503)
    records = unpacked("ghsa/pip", "pypa")
    rows.add_osv(json_records(records))
    rows.add_osv(yaml_records(records))
    for name in [name for name in rows.versions if not re.fullmatch("[a-z0-9-]+", name)]:
        del rows.versions[name]  # no name that PyPI could have
    choice = chosen(random_for("pypi"), rows.versions, "rc1", PACKAGES_MAX, VERSIONS_MAX)

    def write(folder, picked):
        (folder / "requirements.txt").write_text("".join(f"{n}=={v}\n" for n, v in picked.items()))

    if subprocess.run(["/usr/bin/python3", "-c", "import packaging"], capture_output=True).returncode:
        raise Skip("python3-packaging is not installed")
    update(records)
    judge("PyPI", rows, choice, Order("/usr/bin/python3", ORIGINALS / "pep440.py"),
          reported(scan(trees(choice, write)), "PyPI", choice, pep503))


def test_maven():
    need("java")
    jar = pathlib.Path("/usr/share/java/maven3-artifact.jar")
    if not jar.exists():
        raise Skip("libmaven3-core-java is not installed")
    rows = Rows("Maven")
    records = unpacked("ghsa/maven")
    rows.add_osv(json_records(records))
    choice = chosen(random_for("maven"), rows.versions, "-rc1", PACKAGES_MAX, VERSIONS_MAX)

    def write(folder, picked):
        (folder / "gradle.lockfile").write_text(
            "# Gradle\n" + "".join(f"{n}:{v}=runtimeClasspath\n" for n, v in picked.items()) + "empty=\n")

    update(records)
    order = Order("java", "-cp", f"{jar}:/usr/share/java/commons-lang3.jar", ORIGINALS / "Maven.java")
    judge("Maven", rows, choice, order, reported(scan(trees(choice, write)), "Maven", choice))


def go_module(path):
    return {"std": "stdlib", "cmd": "toolchain"}.get(path, path.lower())


def test_go():
    rows = Rows("Go", go_module)
    records = unpacked("ghsa/golang", "go-vulndb")
    rows.add_osv(json_records(records))
    choice = chosen(random_for("go"), rows.versions, "-rc.1", PACKAGES_MAX, VERSIONS_MAX)
    choice = {name: [v.removeprefix("v") for v in versions] for name, versions in choice.items()}
    choice.pop("toolchain", None)  # no file of modules names its version
    choice["stdlib"] = ["1.19.13", "1.20.10", "1.21.3", "1.22.7"]

    def write(folder, picked):
        lines = "".join(f"\t{n} v{v}\n" for n, v in picked.items() if n not in ("stdlib", "toolchain"))
        (folder / "go.mod").write_text(f"module example.com/app\n\ngo 1.16\n\nrequire (\n{lines})\n")
        cyclonedx(folder / "stdlib.cdx.json", [("stdlib", v, f"pkg:golang/stdlib@{v}") for n, v in picked.items()
                                               if n == "stdlib"])

    update(records)
    report = scan(trees(choice, write))
    judge("Go", rows, choice, semver_order(),
          reported(report, "Go", choice, go_module, lambda version: version.removeprefix("v")))


def cargo_comparators(requirement):
    """Cargo's requirement as [(operator, version)]: "^1.2" and "1.2" are ">=1.2.0, <2.0.0-0"."""
    for part in requirement.split(","):
        sign_, text = re.fullmatch(r"\s*([<>=^~]*)\s*(\S+)\s*", part).groups()
        numbers = re.split(r"[-+]", text)[0].split(".")
        full = text if len(numbers) == 3 else ".".join(numbers + ["0"] * (3 - len(numbers)))
        if sign_ in ("<", "<=", ">", ">="):
            yield sign_, full
            continue
        yield ">=", full
        at = len(numbers) - 1
        if sign_ in ("", "^"):
            at = next((i for i, number in enumerate(numbers) if int(number)), at)
        if sign_ == "~":
            at = min(at, 1)
        if sign_ == "=":
            yield "<=", full
            continue
        after = [int(number) for number in numbers[:at + 1]]
        after[-1] += 1
        yield "<", ".".join(map(str, after + [0] * (3 - len(after)))) + "-0"


HOLDS = {"<": lambda o: o < 0, "<=": lambda o: o <= 0, ">": lambda o: o > 0, ">=": lambda o: o >= 0}


def add_rustsec(rows, records):
    for path in sorted((records / "rustsec").rglob("RUSTSEC-*.md")):
        data = tomllib.loads(path.read_text().split("```toml", 1)[1].split("\n```", 1)[0])
        head = data["advisory"]
        if "withdrawn" in head:
            rows.void["withdrawn"] += 1
            continue
        if "crates" not in path.parts:
            continue
        safe = [list(cargo_comparators(text)) for key in ("patched", "unaffected")
                for text in data["versions"].get(key, [])]

        def affects(version, order, safe=safe):
            answers = [[order(version, bound) for _, bound in comparators] for comparators in safe]
            if any(answer is None for each in answers for answer in each):
                return None
            return not any(all(HOLDS[sign_](answer) for (sign_, _), answer in zip(comparators, each))
                           for comparators, each in zip(safe, answers))

        rows.add(head["package"],
                 Row(head["id"], rows.problems(head["id"], head.get("aliases", [])), affects, affects),
                 {bound for comparators in safe for _, bound in comparators})


def test_crates():
    rows = Rows("crates.io")
    records = unpacked("ghsa/cargo", "rustsec")
    rows.add_osv(json_records(records / "ghsa"))
    add_rustsec(rows, records)
    choice = chosen(random_for("crates"), rows.versions, "-rc.1", PACKAGES_MAX, VERSIONS_MAX)

    def write(folder, picked):
        (folder / "Cargo.lock").write_text("version = 3\n\n" + "".join(
            f'[[package]]\nname = "{n}"\nversion = "{v}"\n\n' for n, v in picked.items()))

    update(records)
    judge("crates.io", rows, choice, semver_order(),
          reported(scan(trees(choice, write)), "crates.io", choice))


class Requirement:
    """Gem::Requirement, asked like an order."""

    def __init__(self):
        self.asked, self.known = {}, None

    def __call__(self, requirement, version):
        if self.known is None:
            self.asked[(requirement, version)] = None
            return False
        return self.known[(requirement, version)]

    def answer(self):
        script = ("STDIN.each_line { |line| text, version = line.chomp.split(\"\\t\"); "
                  "correct = Gem::Version.correct?(version); "
                  "puts correct ? Gem::Requirement.new(text.split(',').map(&:strip))"
                  ".satisfied_by?(Gem::Version.new(version)) : '!' }")
        pairs = list(self.asked)
        done = subprocess.run(["ruby", "-e", script], text=True, stdout=subprocess.PIPE, check=True,
                              input="".join(f"{a}\t{b}\n" for a, b in pairs))
        words = {"true": True, "false": False, "!": None}
        self.known = {pair: words[word] for pair, word in zip(pairs, done.stdout.split())}


class Gems(Order):
    def __init__(self):
        super().__init__("ruby", ORIGINALS / "gem.rb")
        self.requirement = Requirement()

    def answer(self):
        self.requirement.answer()
        super().answer()


def add_rubysec(rows, records):
    for path, record in yaml_records(records / "rubysec"):
        if not isinstance(record, dict) or "gem" not in record:
            continue
        names = [f"{prefix}-{record[key]}" for key, prefix in (("cve", "CVE"), ("ghsa", "GHSA"), ("osvdb", "OSVDB"))
                 if record.get(key)] or [path.stem]
        safe = []
        for key in ("patched_versions", "unaffected_versions"):
            value = record.get(key) or []
            safe += [value] if isinstance(value, str) else [str(each) for each in value]

        def affects(version, order, safe=safe):
            answers = [order.requirement(text, version) for text in safe]
            return None if None in answers else not any(answers)

        rows.add(record["gem"], Row(names[0], rows.problems(names[0], names[1:]), affects, affects),
                 {bound for text in safe for bound in re.findall(r"\d[\w.]*", text)})


def test_rubygems():
    need("ruby")
    rows = Rows("RubyGems")
    records = unpacked("ghsa/rubygems", "rubysec")
    rows.add_osv(json_records(records / "ghsa"))
    add_rubysec(rows, records)
    choice = chosen(random_for("rubygems"), rows.versions, ".rc1", PACKAGES_MAX, VERSIONS_MAX)
    # In a lockfile what follows a hyphen is the platform.
    choice = {name: [each for each in versions if "-" not in each] for name, versions in choice.items()}

    def write(folder, picked):
        specs = "".join(f"    {n} ({v})\n" for n, v in picked.items())
        needed = "".join(f"  {n}\n" for n in picked)
        (folder / "Gemfile.lock").write_text(
            f"GEM\n  remote: https://gems.example.com/\n  specs:\n{specs}\nPLATFORMS\n  ruby\n\n"
            f"DEPENDENCIES\n{needed}\nBUNDLED WITH\n   2.4.0\n")

    update(records)
    judge("RubyGems", rows, choice, Gems(), reported(scan(trees(choice, write)), "RubyGems", choice))


def add_friendsofphp(rows, records):
    for path, record in yaml_records(records / "friendsofphp"):
        if not isinstance(record, dict) or "branches" not in record:
            continue
        package = record["reference"].removeprefix("composer://")
        cves = re.findall(r"CVE-\d+-\d+", record.get("cve") or "")
        problem = cves[0] if cves else f"FOP-{package}/{path.stem}"
        branches = []
        for branch in record["branches"].values():
            bounds = branch["versions"]
            bounds = [bounds] if isinstance(bounds, str) else bounds
            branches.append([re.fullmatch(r"\s*([<>]=?|==?)?\s*(\S+)\s*", part).groups()
                             for bound in bounds for part in bound.split(",")])

        def affects(version, order, branches=branches):
            answers = [[order(version, bound) for _, bound in branch] for branch in branches]
            if any(answer is None for each in answers for answer in each):
                return None
            return any(all(HOLDS.get(sign_, lambda o: o == 0)(answer)
                           for (sign_, _), answer in zip(branch, each))
                       for branch, each in zip(branches, answers))

        rows.add(package, Row(problem, [problem], affects, affects),
                 {bound for branch in branches for _, bound in branch})


def test_packagist():
    need("php")
    if not pathlib.Path("/usr/share/php/Composer/Semver/autoload.php").exists():
        raise Skip("php-composer-semver is not installed")
    rows = Rows("Packagist", str.lower)
    records = unpacked("ghsa/composer", "friendsofphp")
    rows.add_osv(json_records(records / "ghsa"))
    add_friendsofphp(rows, records)
    choice = chosen(random_for("packagist"), rows.versions, "-RC1", PACKAGES_MAX, VERSIONS_MAX)

    def write(folder, picked):
        (folder / "composer.lock").write_text(json.dumps({
            "packages": [{"name": n, "version": v} for n, v in picked.items()], "packages-dev": []}))

    update(records)
    judge("Packagist", rows, choice, Order("php", ORIGINALS / "composer.php"),
          reported(scan(trees(choice, write)), "Packagist", choice, str.lower))


def nuget(first, second):
    """NuGet's documentation, "Version ordering": four numbers, SemVer's pre-releases without case."""
    def key(text):
        match = re.fullmatch(r"v?(\d+(?:\.\d+){0,3})(?:-([0-9A-Za-z.-]+))?(?:\+.*)?", text)
        if not match:
            return None
        numbers = [int(number) for number in match[1].split(".")]
        numbers += [0] * (4 - len(numbers))
        parts = [(0, int(part), "") if part.isdigit() else (1, 0, part.lower())
                 for part in (match[2] or "").split(".") if match[2]]
        return numbers, not match[2] or False, parts

    a, b = key(first), key(second)
    return None if a is None or b is None else sign(a, b)


def test_nuget():
    rows = Rows("NuGet", str.lower)
    records = unpacked("ghsa/nuget")
    rows.add_osv(json_records(records))
    choice = chosen(random_for("nuget"), rows.versions, "-rc.1", PACKAGES_MAX, VERSIONS_MAX)

    def write(folder, picked):
        (folder / "packages.lock.json").write_text(json.dumps({"version": 1, "dependencies": {"net8.0": {
            n: {"type": "Direct", "requested": f"[{v}, )", "resolved": v} for n, v in picked.items()}}}))

    update(records)
    judge("NuGet", rows, choice, OwnOrder(nuget),
          reported(scan(trees(choice, write)), "NuGet", choice, str.lower))


def test_bitnami():
    rows = Rows("Bitnami", str.lower)
    records = unpacked("bitnami/data")
    rows.add_osv(json_records(records))
    # Bitnami's revision "1.2.3-4" comes after 1.2.3; SemVer, which judges here, takes it for a pre-release.
    plain = {name: {each for each in versions if not re.search(r"-\d", each)}
             for name, versions in rows.versions.items()
             if not any(re.search(r"-\d+-g|-\d{14}-", each) for each in versions)}
    choice = chosen(random_for("bitnami"), plain, "-rc.1", PACKAGES_MAX, VERSIONS_MAX)

    def write(folder, picked):
        (folder / "declared.toml").write_text("".join(
            f'[[declare]]\nname = "{n}"\nversion = "{v}"\n\n' for n, v in picked.items()))

    update(records)
    found = set()
    for folder in sorted(trees(choice, write).iterdir()):
        empty = TMP / "empty"
        empty.mkdir(exist_ok=True)
        report = scan(empty, "--declared", folder / "declared.toml")
        found |= reported(report, "Bitnami", choice, str.lower)
    judge("Bitnami", rows, choice, semver_order(), found)


if __name__ == "__main__":
    main()
