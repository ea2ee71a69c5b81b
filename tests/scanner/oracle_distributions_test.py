"""The findings for distributions' packages against an oracle: the feeds as published, the publishers' rules, and
orders of versions by dpkg and rpm.

- Ubuntu (README of the CVE tracker): DNE and not-affected are nothing; released: affected before the version in
  the note; whatever else is said, is affected. A fix that needs Ubuntu Pro takes away what is open without it.
- Alpine's secdb: affected before the version under which the problem stands; under "0": never.
- AlmaLinux, Rocky Linux (OSV) and Amazon Linux (updateinfo): whatever is older than the fixed package has all
  the CVEs of the advisory. Packages of a module are compared with packages of modules only, and if the stream is
  numbered like them, with that stream's.
- Red Hat (Security Data API): affected_release like the advisories; package_state: Not affected takes away, whatever
  else is affected. Of the release itself, none of the extended streams.
A CVE that was rejected is nothing."""

import collections
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from oracle import (TMP, Comparison, OwnOrder, chosen, cyclonedx, dpkg_order, json_records, main,  # noqa: E402
                    neighbours, random_for, rpm_order, scan, sign, twice, unpacked, update)

PACKAGES_MAX = 1000
VERSIONS_MAX = 4
REJECTED = ("** REJECT", "Rejected reason:")


def root_of(os_release):
    root = TMP / "root"
    (root / "etc").mkdir(parents=True, exist_ok=True)
    (root / "etc/os-release").write_text(os_release)
    return root


def reported(report, name="name", version="version"):
    return {(finding["problem"], finding["component"][name], finding["component"][version])
            for finding in report["findings"]}


def pairs_of(choice):
    return sum(len(versions) for versions in choice.values())


# Ubuntu.

def ubuntu_rows(records, codename):
    rows = collections.defaultdict(dict)  # {package: {cve: (row, row of Pro)}}
    known = collections.defaultdict(set)
    for _, record in json_records(records / "ubuntu"):
        if record.get("description", "").strip().startswith(REJECTED):
            continue
        for package, row in record["packages"].get(codename, {}).items():
            pro = record["packages"].get(f"esm-apps/{codename}", {}).get(package)
            rows[package][record["candidate"]] = row, pro
            for each in (row, pro or {}):
                if each.get("status") == "released":
                    known[package].add(fixed_version(each))
            known[package].add("1:2.4.6-1ubuntu1")
    for versions in known.values():
        versions.discard(None)
    return rows, known


def fixed_version(row):
    version = row.get("note", "").lstrip(" (").split(" ")[0].rstrip(")")
    return version if re.match(r"\d", version) else None


def ubuntu(codename, release):
    records = unpacked("ubuntu")
    rows, known = ubuntu_rows(records, codename)
    choice = chosen(random_for(codename), known, "~rc1", PACKAGES_MAX, VERSIONS_MAX)
    order = dpkg_order()

    def evaluate():
        expected = set()
        for package, versions in choice.items():
            for version in versions:
                for cve, (row, pro) in rows[package].items():
                    status = row["status"]
                    fixed = fixed_version(row) if status == "released" else None
                    pro_fixed = fixed_version(pro) if pro and pro["status"] == "released" else None
                    before = fixed is not None and order(version, fixed) < 0
                    before_pro = pro_fixed is None or order(version, pro_fixed) < 0
                    if status in ("DNE", "not-affected") or (status == "released" and not before):
                        continue
                    if before or before_pro:
                        expected.add((cve, package, version))
        return expected

    expected = twice(order, evaluate)
    root = root_of(f'ID=ubuntu\nVERSION_ID="{release}"\nVERSION_CODENAME={codename}\n')
    (root / "var/lib/dpkg").mkdir(parents=True)
    (root / "var/lib/dpkg/status").write_text("".join(
        f"Package: b{index}-{package}\nStatus: install ok installed\nArchitecture: amd64\nSource: {package}\n"
        f"Maintainer: Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>\nVersion: {version}\n\n"
        for package, versions in choice.items() for index, version in enumerate(versions)))
    update(records)
    found = reported(scan(root), "source_name", "source_version")
    Comparison(f"Ubuntu {release}", expected, found, pairs_of(choice)).explain().judge()


def test_ubuntu_jammy():
    ubuntu("jammy", "22.04")


def test_ubuntu_noble():
    ubuntu("noble", "24.04")


# Alpine.

def apk(first, second):
    """Dotted numbers, a letter, suffixes and a revision; None for what is more."""
    suffixes = ["alpha", "beta", "pre", "rc", "", "cvs", "svn", "git", "hg", "p"]

    def key(text):
        match = re.fullmatch(r"((?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))*)([a-z]?)((?:_(?:[a-z]+)\d*)*)(?:-r(\d+))?", text)
        if not match:
            return None
        suffix = [(suffixes.index(word), int(number or 0))
                  for word, number in re.findall(r"_([a-z]+)(\d*)", match[3]) if word in suffixes]
        return ([int(number) for number in match[1].split(".")], match[2], suffix + [(4, 0)],
                int(match[4] or 0))

    a, b = key(first), key(second)
    return None if a is None or b is None else sign(a, b)


def secdb_ids(words):
    ids = [word for word in words.split() if re.match(r"[A-Za-z0-9].*-.*[A-Za-z0-9]$", word)]
    cves = [word for word in ids[1:] if word.startswith("CVE-")]
    return ids[:1] + cves


def alpine(branch):
    records = unpacked("alpine-secdb")
    fixes = collections.defaultdict(lambda: collections.defaultdict(set))
    known = collections.defaultdict(set)
    for _, record in json_records(records / "alpine-secdb" / branch):
        for entry in record["packages"]:
            name = entry["pkg"]["name"]
            for version, ids in (entry["pkg"].get("secfixes") or {}).items():
                for problem in [each for words in ids or [] for each in secdb_ids(words)]:
                    fixes[name][problem].add(version)
                known[name] |= {version} - {"0"}
    known = {name: versions for name, versions in known.items() if versions}
    choice = chosen(random_for(branch), known, "_rc1-r0", PACKAGES_MAX, VERSIONS_MAX)
    order = OwnOrder(apk)

    def evaluate():
        expected, unsure = set(), set()
        for name, versions in choice.items():
            for version in versions:
                for problem, fixed in fixes[name].items():
                    answers = [order(version, each) for each in fixed if each != "0"]
                    if None in answers:
                        unsure.add((problem, name, version))
                    elif "0" not in fixed and any(answer < 0 for answer in answers):
                        expected.add((problem, name, version))
        return expected, unsure

    expected, unsure = twice(order, evaluate)
    root = root_of(f"ID=alpine\nVERSION_ID={branch}.0\n")
    (root / "lib/apk/db").mkdir(parents=True, exist_ok=True)
    (root / "lib/apk/db/installed").write_text("".join(
        f"P:b{index}-{name}\nV:{version}\nA:x86_64\no:{name}\n\n"
        for name, versions in choice.items() for index, version in enumerate(versions)))
    update(records)
    found = reported(scan(root), "source_name", "source_version")
    found = {(secdb_ids(problem)[0], name, version) for problem, name, version in found}
    Comparison(f"Alpine {branch}", expected, found, pairs_of(choice)).explain(only_found=[
        ("this test does not know the version's order", lambda key: key in unsure)]).judge()


def test_alpine_3_21():
    alpine("3.21")


def test_alpine_3_17():
    alpine("3.17")


def test_alpine_3_12():
    alpine("3.12")


# rpm. A row: problems, the version that is fixed, and the advisory.

Fix = collections.namedtuple("Fix", "problems version advisory extra", defaults=[False])


def is_modular(version):
    return ".module" in version


def bare(version):
    """Without the epoch."""
    return version.split(":")[-1]


def stream_for(rng, version):
    """A stream's name that is numbered like the package, or one that is not."""
    return bare(version).split(".")[0] if rng.random() < 0.5 else "rhel8"


def compared_with(fix, version, stream):
    """The rule of modules."""
    if is_modular(fix) != bool(stream):
        return False
    numbered = bool(stream) and re.match(re.escape(stream) + r"([.-]|$)", bare(version))
    return not numbered or bool(re.match(re.escape(stream) + r"([.-]|$)", bare(fix)))


def purl(space, distro, name, version, stream):
    epoch, _, evr = version.rpartition(":")
    qualifiers = [f"arch=x86_64&distro={distro}"]
    if epoch not in ("", "0"):
        qualifiers.append(f"epoch={epoch}")
    if stream:
        module, number = stream.split(":")
        qualifiers.append(f"modularitylabel={module}:{number}:{BUILD.replace('.', ':')}")
    evr = evr.replace("+", "%2B").replace("^", "%5E")
    return f"pkg:rpm/{space}/{name.replace('+', '%2B')}@{evr}?{'&'.join(qualifiers)}"


def without_zero(version):
    return version.removeprefix("0:")


def advisories(family, records, fixes, space, distro, void=frozenset()):
    rng = random_for(family)
    known = {name: {fix.version for fix in rows} for name, rows in fixes.items()}
    choice = chosen(rng, known, "", PACKAGES_MAX, VERSIONS_MAX)
    streams = {(name, version): stream_for(rng, version) if is_modular(version) else ""
               for name, versions in choice.items() for version in versions}
    order = rpm_order()

    def evaluate():
        expected = set()
        for (name, version), stream in streams.items():
            for fix in fixes[name]:
                older = order(without_zero(version), without_zero(fix.version)) < 0
                if older and compared_with(fix.version, version, stream) and is_of_line(fix, version, fixes[name]):
                    expected |= {(problem, name, without_zero(version)) for problem in fix.problems - void}
        return expected

    expected = twice(order, evaluate)
    cyclonedx(TMP / "sbom" / "host.cdx.json", [
        (name, version, purl(space, distro, name, version, stream and f"mod:{stream}"))
        for (name, version), stream in streams.items()])
    update(records)
    found = {(p, n, without_zero(v)) for p, n, v in reported(scan(TMP / "sbom" / "host.cdx.json"))}
    print(f"{sum(map(len, fixes.values()))} rows, {sum(map(bool, streams.values()))} pairs of modules")
    Comparison(family, expected, found, pairs_of(choice)).explain().judge()


def osv_fixes(records, ecosystem):
    fixes = collections.defaultdict(list)
    for _, record in json_records(records):
        if "affected" not in record or record.get("withdrawn"):
            continue
        names = record.get("aliases", []) + record.get("related", []) + record.get("upstream", [])
        problems = {name for name in names if name.startswith("CVE-")}
        if not problems and re.match("..[BE]A-", record["id"]):
            continue  # what repairs no CVE is no problem
        for affected in record["affected"]:
            if affected["package"]["ecosystem"] != ecosystem:
                continue
            for event in [event for each in affected["ranges"] for event in each["events"]]:
                if "fixed" in event:
                    fixes[affected["package"]["name"]].append(
                        Fix(frozenset(problems or {record["id"]}), event["fixed"], record["id"]))
    return fixes


def test_almalinux_8():
    records = unpacked("almalinux")
    advisories("AlmaLinux 8", records, osv_fixes(records, "AlmaLinux:8"), "almalinux", "almalinux-8.9")


def test_almalinux_9():
    records = unpacked("almalinux")
    advisories("AlmaLinux 9", records, osv_fixes(records, "AlmaLinux:9"), "almalinux", "almalinux-9.3")


def test_almalinux_10():
    records = unpacked("almalinux")
    advisories("AlmaLinux 10", records, osv_fixes(records, "AlmaLinux:10"), "almalinux", "almalinux-10.0")


def test_rocky_8():
    records = unpacked("rocky-osv")
    advisories("Rocky Linux 8", records, osv_fixes(records, "Rocky Linux:8"), "rocky", "rocky-8.9")


def test_rocky_9():
    records = unpacked("rocky-osv")
    advisories("Rocky Linux 9", records, osv_fixes(records, "Rocky Linux:9"), "rocky", "rocky-9.3")


def amazon_fixes(folder):
    fixes = collections.defaultdict(list)
    for path, record in json_records(folder):
        references = record["References"].get("Reference") or []
        problems = set()
        for reference in references:
            problems |= set(re.findall(r"CVE-\d{4}-\d{4,}", reference["ID"] + " " + reference["Title"]))
        if not problems:
            problems = set(re.findall(r"CVE-\d{4}-\d{4,}", record["Title"] + " " + record["Description"]))
        if not problems and record["Type"] != "security":
            continue
        seen = set()
        for package in record["Pkglist"]["Collection"]["Package"] or []:
            version = f"{package['Epoch']}:{package['Version']}-{package['Release']}"
            if package["Arch"] != "src" and (package["Name"], version) not in seen:
                seen.add((package["Name"], version))
                fixes[package["Name"]].append(Fix(frozenset(problems or {record["ID"]}), version, record["ID"],
                                                "extras" in path.parts))
    return fixes


def line_of(version):
    """The first two numbers: Amazon's extras are other lines of what the core has under the same names."""
    return re.match(r"(?:\d+:)?([^.-]*(?:\.\d*)?)", version)[1]


def is_of_line(fix, version, rows):
    core_speaks = any([not other.extra for other in rows])
    return not (fix.extra and core_speaks) or line_of(fix.version) == line_of(version)


def test_amazon_2():
    records = unpacked("amazon")
    advisories("Amazon Linux 2", records, amazon_fixes(records / "amazon/2"), "amazon", "amzn-2")


def test_amazon_2023():
    records = unpacked("amazon")
    advisories("Amazon Linux 2023", records, amazon_fixes(records / "amazon/2023"), "amazon", "amzn-2023")


# Red Hat. A fixed module is named by its build ("nodejs:18-8090…"), and stands for all its packages.

BUILD = "8060020230101000000.abcdef12"

def red_hat_rows(records, major):
    fixes = collections.defaultdict(lambda: collections.defaultdict(set))
    states = collections.defaultdict(lambda: collections.defaultdict(set))
    builds = collections.defaultdict(lambda: collections.defaultdict(set))
    product = re.compile(rf"cpe:/[ao]:redhat:enterprise_linux:{major}(:|\.|$)")
    for _, record in json_records(records / "redhat-cve"):
        if " ".join(record.get("details") or []).strip().startswith(REJECTED):
            continue
        for row in record.get("affected_release") or []:
            match = re.fullmatch(r"(.+)-((?:\d+:)?[^-:]+-[^-:]+)", row.get("package") or "")
            module = re.fullmatch(r"([^-:][^:]*:[^:]+)-(\d{10,}\.[0-9a-z]+)", row.get("package") or "")
            if product.match(row["cpe"]) and module:
                builds[module[1]][record["name"]].add(module[2])
            elif product.match(row["cpe"]) and match and ":" not in match[1]:
                fixes[match[1]][record["name"]].add(match[2])
        for row in record.get("package_state") or []:
            if product.match(row["cpe"]):
                module, _, name = row["package_name"].rpartition("/")
                if not module or ":" in module:
                    states[name or row["package_name"]][record["name"]].add((module, row["fix_state"]))
    return fixes, states, builds


def red_hat(major):
    records = unpacked("redhat-cve")
    fixes, states, builds = red_hat_rows(records, major)
    rng = random_for(f"Red Hat {major}")
    known = {name: {version for versions in fixes[name].values() for version in versions} or {"1.2.3-4.el8"}
             for name in set(fixes) | set(states) if ":" not in name and "/" not in name}
    choice = chosen(rng, known, "", PACKAGES_MAX, VERSIONS_MAX)
    streams = {}
    for name, versions in choice.items():
        modules = sorted({module for rows in states[name].values() for module, _ in rows if module})
        for version in versions:
            modular = is_modular(version) or (modules and rng.random() < 0.3)
            streams[(name, version)] = rng.choice(modules or ["mod:rhel8"]) if modular else ""
    order = rpm_order()

    def evaluate():
        expected = set()
        for (name, version), stream in streams.items():
            for problem, fixed in builds[stream].items() if stream else ():
                if any([order(BUILD, fix) < 0 for fix in fixed]):
                    expected.add((problem, name, without_zero(version)))
            for problem in set(fixes[name]) | set(states[name]):
                said = {state for module, state in states[name].get(problem, ()) if module == stream}
                older = [order(without_zero(version), without_zero(fix)) < 0
                         for fix in fixes[name].get(problem, ())
                         if compared_with(fix, version, stream.partition(":")[2])]
                if "Not affected" not in said and (said or any(older)):
                    expected.add((problem, name, without_zero(version)))
        return expected

    expected = twice(order, evaluate)
    purls = [(name, version, purl("redhat", f"rhel-{major}.9", name, version, stream))
             for (name, version), stream in streams.items()]
    cyclonedx(TMP / "sbom" / "host.cdx.json", purls)
    update(records)
    found = {(p, n, without_zero(v)) for p, n, v in reported(scan(TMP / "sbom" / "host.cdx.json"))}
    Comparison(f"Red Hat {major}", expected, found, pairs_of(choice)).explain().judge()


def test_red_hat_8():
    red_hat(8)


def test_red_hat_9():
    red_hat(9)


if __name__ == "__main__":
    main()
