"""The findings for Debian against debsecan's, on the same data: the published OSV records of Debian.

debsecan gets a feed in its own form, which this test makes out of the records by itself. The sets of
(problem, binary package) must be equal; what differs is put into a table with its reason, and a row without a
reason fails the test."""

import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import zlib

sys.path.insert(0, os.environ["AZEKURA_SOURCE"] + "/tests/harness")
from azekura_testing import BIN, SOURCE, TMP, Skip, main, need  # noqa: E402

BUNDLE = pathlib.Path(os.environ.get("AZEKURA_ADVISORIES", SOURCE / "../shared/advisories"))
RELEASE = "Debian:12"
FINDINGS = 3  # the exit status that says so


def archive():
    path = BUNDLE / "debian.tar.zst"
    if not path.exists():
        raise Skip(f"no {path} (set AZEKURA_ADVISORIES)")
    need("debsecan")
    return path


def unpacked(path):
    folder = TMP / "records"
    folder.mkdir()
    subprocess.run(["tar", "-I", "zstd -d --long=27", "-xf", path, "-C", folder], check=True)
    return folder


def read_records(folder):
    """CVE rows as {package: {cve: fixed or ""}}, the CVEs that advisories (DSA, DLA) name for a package, and
    the CVEs that were withdrawn
    or rejected."""
    rows = collections.defaultdict(dict)
    withdrawn = set()
    advisories = collections.defaultdict(set)
    for path in folder.rglob("*.json"):
        record = json.loads(path.read_bytes())
        if "withdrawn" in record or record.get("details", "").startswith("Rejected reason:"):
            withdrawn.add(record["id"])
        for affected in record["affected"]:
            package = affected.get("package", {})
            if package.get("ecosystem") != RELEASE:
                continue
            if not record["id"].startswith("CVE-"):
                advisories[package["name"]].update(record.get("related", []))
                continue
            events = [event for a_range in affected["ranges"] for event in a_range["events"]]
            assert [e for e in events if "introduced" in e] == [{"introduced": "0"}], path
            fixed = [event["fixed"] for event in events if "fixed" in event]
            rows[package["name"]][record["id"]] = fixed[0] if fixed else ""
    return rows, advisories, withdrawn


def write_feed(rows):
    """debsecan's feed, version 1: names, packages, and no binary packages."""
    names = sorted({cve for row in rows.values() for cve in row})
    number = {name: index for index, name in enumerate(names)}
    lines = ["VERSION 1"] + [f"{name},, " for name in names] + [""]
    for package, row in sorted(rows.items()):
        for cve, fixed in sorted(row.items()):
            lines.append(f"{package},{number[cve]},S {' '}{'F' if fixed else ' '},{fixed},")
    lines += ["", ""]
    feed = TMP / "feed"
    feed.mkdir()
    (feed / "GENERIC").write_bytes(zlib.compress("\n".join(lines).encode()))
    return feed


def debsecan(feed, status):
    done = subprocess.run(
        ["debsecan", "--config", "/dev/null", "--source", feed.as_uri(), "--format", "simple",
         "--status", status],
        stdout=subprocess.PIPE, text=True, check=True)
    return {tuple(line.split()[:2]) for line in done.stdout.splitlines() if line.startswith("CVE-")}


def root_with(status):
    root = TMP / "root"
    (root / "etc").mkdir(parents=True)
    (root / "var/lib/dpkg").mkdir(parents=True)
    (root / "etc/os-release").write_text('ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n')
    (root / "var/lib/dpkg/status").write_text(status)
    return root


def azekura(folder, root):
    """The set, read as the report comes: a mirror's has 260,000 findings."""
    data = TMP / "data"
    subprocess.run([BIN / "azekura", "scan", "update", "--from", folder, "--data", data],
                   stdout=subprocess.DEVNULL, check=True)
    report = TMP / "report.json"
    with open(report, "wb") as out:
        done = subprocess.run([BIN / "azekura", "scan", root, "--data", data, "--json"], stdout=out)
    assert done.returncode == FINDINGS, done.returncode
    found, advisory = set(), {}
    member = re.compile(r'^ +"(problem|advisory|name)": "(.*)",?$')
    section, fields = None, {}
    for line in open(report, encoding="utf-8"):
        if re.match(r'^  "', line):
            section = line.split('"')[1]
        if section != "findings":
            continue
        if line == "    {\n":
            fields = {}
        elif line.startswith("    }"):
            found.add((fields["problem"], fields["name"]))
            advisory[(fields["problem"], fields["name"])] = fields.get("advisory", "")
        elif match := member.match(line):
            fields.setdefault(match[1], match[2])
    return found, advisory


def compare(status):
    folder = unpacked(archive())
    rows, advisories, withdrawn = read_records(folder)
    status_file = TMP / "status"
    status_file.write_text(status)
    theirs = debsecan(write_feed(rows), status_file)
    ours, advisory = azekura(folder, root_with(status))
    sources = dict(source_packages(status))
    third_party = {name for name, maintainer in maintainers(status) if "nodesource" in maintainer}

    unexplained = []
    reasons = collections.Counter()
    for cve, package in sorted(ours - theirs):
        source = sources[package]
        if cve not in rows[source] and cve in advisories[source]:
            reasons["only an advisory (DSA, DLA) speaks of it, which debsecan's feed leaves out"] += 1
        elif source.startswith("linux-signed-") and cve in rows["linux"]:
            reasons["a signed kernel, which debsecan does not know to be built from linux"] += 1
        else:
            unexplained.append(f"only azekura: {cve} {package} ({advisory[(cve, package)]})")
    for cve, package in sorted(theirs - ours):
        if cve in withdrawn:
            reasons["the CVE was withdrawn or rejected, which debsecan's feed cannot say"] += 1
        elif package in third_party:
            reasons["a third party made the package, which the distribution's feed does not judge"] += 1
        else:
            unexplained.append(f"only debsecan: {cve} {package}")
    print(f"{len(theirs)} findings of debsecan, {len(ours)} of azekura, {len(ours & theirs)} the same")
    for reason, count in reasons.items():
        print(f"  {count:6}  {reason}")
    assert theirs, "debsecan found nothing: the comparison would prove nothing"
    assert not unexplained, f"{len(unexplained)} without a reason:\n" + "\n".join(unexplained[:50])


def stanzas(status):
    for stanza in status.split("\n\n"):
        fields = dict(re.findall(r"^([A-Za-z-]+): (.*)$", stanza, re.MULTILINE))
        if "Package" in fields and "Version" in fields:
            yield fields


def source_packages(status):
    for fields in stanzas(status):
        yield fields["Package"], fields.get("Source", fields["Package"]).split()[0]


def maintainers(status):
    for fields in stanzas(status):
        yield fields["Package"], fields.get("Maintainer", "").lower()


def test_installed_packages_give_debsecans_findings():
    status = pathlib.Path("/var/lib/dpkg/status").read_text(encoding="utf-8", errors="replace")
    compare(status)


def test_all_of_bookworm_gives_debsecans_findings():
    need("apt-cache")
    dump = subprocess.run(["apt-cache", "dumpavail"], stdout=subprocess.PIPE, check=True).stdout
    status, seen = [], set()
    for stanza in dump.decode("utf-8", "replace").split("\n\n"):
        name = re.search(r"^Package: (.*)$", stanza, re.MULTILINE)
        if not name or name[1] in seen:
            continue
        seen.add(name[1])
        kept = [line for line in stanza.splitlines()
                if re.match(r"(Package|Version|Source|Architecture|Maintainer|Section|Priority): ", line)]
        status.append("\n".join([kept[0], "Status: install ok installed"] + kept[1:]))
    if len(status) < 30000:
        raise Skip(f"apt knows only {len(status)} packages here: no lists of bookworm's main")
    print(f"{len(status)} packages")
    compare("\n\n".join(status) + "\n")


main()
