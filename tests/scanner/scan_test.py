"""`azekura scan` as a person and a script see it."""

import copy
import json
import os
import pty
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["AZEKURA_SOURCE"], "tests/scanner"))
from scan_testing import *  # noqa: E402,F403

NOW = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime())


def database(records=None, **files):
    """Compiles a database of today out of these records and files."""
    folder = TMP / "from"
    folder.mkdir(exist_ok=True)
    (folder / "osv.zip").write_bytes(zipped(records if records is not None else fresh(DEBIAN)))
    for name, octets in files.items():
        (folder / name.replace("_", ".")).write_bytes(octets)
    azekura("scan", "update", "--data", DATA, "--from", folder)


def fresh(records):
    return [{**record, "modified": NOW} for record in records]


def scan(*arguments, ok, **options):
    return azekura("scan", *arguments, "--data", DATA, ok=ok, **options)


def report(*arguments, ok, **options):
    return json.loads(scan(*arguments, "--json", ok=ok, **options).stdout)


def npm_project(folder="app", packages=(("lodash", "4.17.20"),), development=()):
    root = TMP / folder
    root.mkdir(parents=True, exist_ok=True)
    locked = {"": {"name": "app", "version": "1.0.0", "dependencies": {name: version for name, version in packages},
                   "devDependencies": {name: version for name, version in development}}}
    for name, version in packages:
        locked[f"node_modules/{name}"] = {"version": version}
    for name, version in development:
        locked[f"node_modules/{name}"] = {"version": version, "dev": True}
    (root / "package-lock.json").write_text(json.dumps(
        {"name": "app", "version": "1.0.0", "lockfileVersion": 3, "packages": locked}))
    return root


NPM = [osv("GHSA-aaaa-bbbb-cccc", "npm", "lodash", "4.17.21", aliases=["CVE-2021-23337"], modified=NOW),
       osv("GHSA-dddd-eeee-ffff", "npm", "minimist", "1.2.6", aliases=["CVE-2021-44906"], modified=NOW)]


def test_exit_statuses_tell_clean_findings_not_judged_errors_and_wrong_usage():
    database(NPM)
    clean = scan(npm_project("clean", [("lodash", "4.17.21")]), ok=0)
    expect(clean.stdout, "Clean:")
    scan(npm_project("dirty"), ok=3)
    unknown = npm_project("unknown", [("lodash", "4.17.21")])
    (unknown / "Cargo.lock").write_text('version = 3\n[[package]]\nname = "a"\nversion = "1.0.0"\n'
                                        'source = "registry+https://github.com/rust-lang/crates.io-index"\n')
    done = scan(unknown, ok=4)
    expect(done.stdout, "no source speaks of crates.io (1 component)", "not everything was judged")
    refuse(done.stdout, "Clean")
    (TMP / "empty").mkdir()
    expect(scan(TMP / "empty", ok=4).stdout, "nothing was found that could be judged")
    expect(scan(TMP / "missing", ok=1).stderr, "azekura: error:", "missing")
    azekura("scan", "--no-such-option", ok=2)
    azekura("scan", "explain", ok=2)
    scan(npm_project("dirty"), "--lang", "tlh", ok=1)


def test_without_a_database_the_error_says_how_to_get_one():
    done = scan(npm_project(), ok=1)
    assert done.stdout == ""
    expect(done.stderr, "azekura: error: there are no advisories", "hint: azekura scan update")
    done = azekura("scan", "sources", "--data", DATA, "--lang", "ja", ok=1)
    expect(done.stderr, "脆弱性情報がまだありません")


def test_a_path_that_is_no_file_is_an_error():
    database(NPM)
    os.mkfifo(TMP / "pipe")
    expect(scan(TMP / "pipe", ok=1).stderr, "azekura: error:")
    expect(scan("/dev/zero", ok=1).stderr, "azekura: error:")


def strict(schema):
    """The schema, with every member that it does not describe forbidden."""
    if isinstance(schema, dict):
        if schema.get("type") == "object" and "properties" in schema:
            schema["additionalProperties"] = False
        for value in schema.values():
            strict(value)
    if isinstance(schema, list):
        for value in schema:
            strict(value)
    return schema


def validator():
    try:
        import jsonschema
    except ImportError:
        raise Skip("python3-jsonschema is not installed")
    schema = json.loads((SOURCE / "docs/scan-report.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(strict(copy.deepcopy(schema)))


def described(schema, path="$"):
    """Every member has a description, its own or that of what it refers to."""
    for name, member in schema.get("properties", {}).items():
        assert member.get("description") or "$ref" in member or "const" in member or path.endswith("reasons"), (
            f"{path}.{name} is not described")
        described(member, f"{path}.{name}")
    if isinstance(schema.get("items"), dict):
        described(schema["items"], path + "[]")
    for name, member in schema.get("definitions", {}).items():
        assert member.get("description"), name
        described(member, name)


def test_json_is_as_its_schema_says():
    check = validator()
    described(json.loads((SOURCE / "docs/scan-report.schema.json").read_text()))
    cve = {"dataType": "CVE_RECORD", "dataVersion": "5.1",
           "cveMetadata": {"cveId": "CVE-2024-10001", "state": "PUBLISHED", "datePublished": NOW, "dateUpdated": NOW},
           "containers": {"cna": {"affected": [], "descriptions": [{"lang": "en", "value": "wrong"}],
                                  "problemTypes": [{"descriptions": [{"lang": "en", "cweId": "CWE-79",
                                                                      "description": "x", "type": "CWE"}]}],
                                  "metrics": [{"cvssV3_1": {"version": "3.1", "baseScore": 9.8, "vectorString":
                                               "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}]},
                          "adp": [{"title": "CISA ADP Vulnrichment", "metrics": [{"other": {
                              "type": "ssvc", "content": {"options": [
                                  {"Exploitation": "active"}, {"Automatable": "yes"},
                                  {"Technical Impact": "total"}]}}}]}]}}
    database(fresh(DEBIAN) + NPM, kev_json=KEV, epss_csv_gz=EPSS, cve_json=json.dumps(cve).encode())
    root = debian_root()
    document = report(root, ok=3)
    errors = [f"{list(error.path)}: {error.message}" for error in check.iter_errors(document)]
    assert errors == [], "\n".join(errors[:10])
    worst = document["findings"][0]
    assert worst["problem"] == "CVE-2024-10001" and worst["known_exploited"][0]["ransomware"]
    assert worst["epss"]["probability"] == 0.25 and worst["ssvc"]["exploitation"] == "active", worst
    assert worst["scores"] and worst["cwes"] == ["CWE-79"]
    assert worst["priority"]["points"] == min(1000, sum(worst["priority"]["reasons"].values()))
    assert document["verdict"] == "findings" and document["actions"][0]["upgrade_to"] == "3.0.15-1~deb12u1"
    # Every finding is in exactly one action.
    gathered = sorted(id for action in document["actions"] for id in action["findings"])
    assert gathered == sorted(each["id"] for each in document["findings"])
    ignore = TMP / ".trivyignore"
    ignore.write_text("CVE-2024-10002\nCVE-1999-0001\n")
    # Old knowledge is a gap.
    for options, ok in (((npm_project(),), 3), ((npm_project("clean", [("lodash", "4.17.21")]),), 4),
                        ((root, "--rules", ignore), 3), ((root, "--lang", "ja"), 3)):
        document = report(*options, ok=ok)
        errors = [f"{list(error.path)}: {error.message}" for error in check.iter_errors(document)]
        assert errors == [], "\n".join(errors[:10])


def told(text):
    """The report without what changes from day to day and from folder to folder."""
    return text.replace(str(TMP), "TMP").replace(NOW[:10], "TODAY")


def fixed_report(*options):
    records = fresh([
        osv("DEBIAN-CVE-2024-10001", "Debian:12", "openssl", "3.0.15-1~deb12u1", aliases=["CVE-2024-10001"],
            severity=[{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]),
        osv("DEBIAN-CVE-2024-10004", "Debian:12", "openssl", "3.0.13-1~deb12u1", aliases=["CVE-2024-10004"]),
        osv("DEBIAN-CVE-2024-10002", "Debian:12", "zlib", None, aliases=["CVE-2024-10002"]),
        osv("DEBIAN-CVE-2024-10005", "Debian:12", "bash", None, aliases=["CVE-2024-10005"])])
    old = [osv("GHSA-aaaa-bbbb-cccc", "npm", "lodash", "4.17.21", aliases=["CVE-2021-23337"])]
    database(records + [dict(old[0], modified=NOW)], kev_json=KEV)
    root = debian_root([("libssl3", "openssl", "3.0.11-1~deb12u2"), ("openssl", "openssl", "3.0.11-1~deb12u2"),
                        ("zlib1g", "zlib", "1:1.2.13.dfsg-1"), ("bash", "bash", "5.2.15-2+b2")])
    (root / "srv/app").mkdir(parents=True, exist_ok=True)
    npm_project("root/srv/app")
    (root / "srv/Cargo.lock").write_text('version = 3\n[[package]]\nname = "a"\nversion = "1.0.0"\n'
                                         'source = "registry+https://github.com/rust-lang/crates.io-index"\n')
    rules = TMP / "ignore.txt.trivyignore"
    rules.write_text("CVE-2024-10005\nCVE-1999-0001\nCVE-1999-0002 exp:2020-01-01\n")
    return told(scan(root, "--rules", rules, *options, ok=3).stdout)


def as_reviewed(name, text):
    expected = SOURCE / "tests/scanner/expected" / name
    if os.environ.get("AZEKURA_REVIEW"):
        expected.write_text(text)
    assert text == expected.read_text(), f"{name} differs:\n{text}"


def test_the_report_in_english_is_as_reviewed():
    as_reviewed("report.en.txt", fixed_report())


def test_the_report_in_japanese_is_as_reviewed():
    text = fixed_report("--lang", "ja")
    as_reviewed("report.ja.txt", text)
    root = TMP / "root"
    assert told(scan(root, "--rules", TMP / "ignore.txt.trivyignore", ok=3,
                     env={"LANG": "ja_JP.UTF-8"}).stdout) == text
    # Every line is said in Japanese, or is a name.
    for line in text.splitlines():
        japanese = any(ord(character) > 0x3000 for character in line)
        assert japanese or line == "" or line.startswith("TMP/root"), line


RULES = {
    "a.trivyignore": "CVE-2021-23337\nCVE-1999-0001\n",
    "trivyignore.yaml": "vulnerabilities:\n  - id: CVE-2021-23337\n    statement: not reachable\n  - id: CVE-1999-0001\n",
    "grype.yaml": "ignore:\n  - vulnerability: CVE-2021-23337\n  - vulnerability: CVE-1999-0001\n",
    "osv-scanner.toml": '[[IgnoredVulns]]\nid = "GHSA-aaaa-bbbb-cccc"\nreason = "not reachable"\n'
                        '[[IgnoredVulns]]\nid = "CVE-1999-0001"\n',
    "suppression.xml": '<?xml version="1.0"?><suppressions xmlns="https://jeremylong.github.io/DependencyCheck/'
                       'dependency-suppression.1.3.xsd"><suppress><notes>n</notes><cve>CVE-2021-23337</cve></suppress>'
                       '<suppress><cve>CVE-1999-0001</cve></suppress></suppressions>',
    "openvex.json": json.dumps({
        "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://a.example/1", "author": "me",
        "timestamp": "2025-01-01T00:00:00Z", "version": 1, "statements": [
            {"vulnerability": {"name": name}, "products": [{"@id": "pkg:npm/lodash@4.17.20"}],
             "status": "not_affected", "justification": "vulnerable_code_not_present"}
            for name in ("CVE-2021-23337", "CVE-1999-0001")]}),
    "cyclonedx.json": json.dumps({
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "components": [{"type": "library", "bom-ref": "l", "name": "lodash", "version": "4.17.20",
                        "purl": "pkg:npm/lodash@4.17.20"}],
        "vulnerabilities": [{"id": name, "analysis": {"state": "not_affected", "justification": "code_not_present"},
                             "affects": [{"ref": "l"}]} for name in ("CVE-2021-23337", "CVE-1999-0001")]}),
    "csaf.json": json.dumps({
        "document": {"category": "csaf_vex", "csaf_version": "2.0", "title": "t", "lang": "en",
                     "publisher": {"category": "vendor", "name": "me", "namespace": "https://a.example"},
                     "tracking": {"id": "1", "status": "final", "version": "1", "current_release_date":
                                  "2025-01-01T00:00:00Z", "initial_release_date": "2025-01-01T00:00:00Z",
                                  "revision_history": []}},
        "product_tree": {"full_product_names": [{"product_id": "P", "name": "lodash",
                         "product_identification_helper": {"purl": "pkg:npm/lodash@4.17.20"}}]},
        "vulnerabilities": [{"cve": name, "product_status": {"known_not_affected": ["P"]},
                             "flags": [{"label": "vulnerable_code_not_present", "product_ids": ["P"]}]}
                            for name in ("CVE-2021-23337", "CVE-1999-0001")]}),
}


def test_rules_of_every_format_reduce_the_findings_and_unused_ones_are_said():
    database(NPM)
    app = npm_project(packages=[("lodash", "4.17.20"), ("minimist", "1.2.5")])
    assert {each["problem"] for each in report(app, ok=3)["findings"]} == {"CVE-2021-23337", "CVE-2021-44906"}
    for name, text in RULES.items():
        (TMP / name).write_text(text)
        document = report(app, "--rules", TMP / name, ok=3)
        assert [each["problem"] for each in document["findings"]] == ["CVE-2021-44906"], name
        assert [each["problem"] for each in document["ignored"]] == ["CVE-2021-23337"], name
        assert len(document["unused_rules"]) == 1 and name in document["unused_rules"][0], (name, document)
        expect(scan(app, "--rules", TMP / name, ok=3).stdout, "Taken away by rules: 1", "held for nothing:")
    (TMP / "old.trivyignore").write_text("CVE-2021-23337 exp:2020-01-01\n")
    document = report(app, "--rules", TMP / "old.trivyignore", ok=3)
    assert len(document["findings"]) == 2 and len(document["expired_rules"]) == 1
    (TMP / "nothing.json").write_text("{}")
    expect(scan(app, "--rules", TMP / "nothing.json", ok=1).stderr, "nothing.json")
    expect(scan(app, "--rules", TMP / "gone", ok=1).stderr, "gone")


def test_a_path_may_follow_every_option_and_a_word_too_many_is_named():
    database(NPM)
    app = npm_project()
    (TMP / "one.trivyignore").write_text("CVE-2021-23337\n")
    assert report("--rules", TMP / "one.trivyignore", app, ok=0)["ignored"]
    assert report("--declare", "pkg:npm/minimist@1.2.5", app, ok=3)["components"] == 2
    expect(scan("explain", "CVE-2021-23337", app, ok=0).stdout, "affects lodash 4.17.20")
    expect(scan(app, "one-more", ok=2).stderr, "one-more", "azekura scan --help")
    expect(scan(app, "--rules", ok=2).stderr, "azekura scan --help")


def test_osv_scanners_rules_hold_for_their_own_folder():
    database(NPM)
    npm_project("tree/one")
    npm_project("tree/two")
    (TMP / "tree/one/osv-scanner.toml").write_text('[[IgnoredVulns]]\nid = "CVE-2021-23337"\n')
    document = report(TMP / "tree", ok=3)
    assert [each["component"]["location"] for each in document["findings"]] == ["two/package-lock.json"], document
    assert [each["component"]["location"] for each in document["ignored"]] == ["one/package-lock.json"]
    (TMP / "tree/.trivyignore").write_text("CVE-2021-23337\n")
    assert report(TMP / "tree", ok=0)["findings"] == []


def test_rules_found_in_the_tree_may_be_a_strangers():
    database(NPM)
    root = npm_project("strange")
    (root / "node_modules").mkdir()
    (root / "node_modules/osv-scanner.toml").write_text("[[[")
    (TMP / "outside").write_text("CVE-2021-23337\n")
    (root / ".trivyignore").symlink_to(TMP / "outside")
    expect(scan(root, ok=3).stderr, "node_modules/osv-scanner.toml: not taken over")


def test_vex_out_is_openvex_that_has_the_same_effect_when_it_is_read():
    record = osv("DEBIAN-CVE-2024-10009", "Debian:12", "zlib", None, aliases=["CVE-2024-10009"])
    database(NPM)
    app = npm_project()
    (TMP / "a.trivyignore").write_text("CVE-2021-23337\n")
    done = scan(app, "--rules", TMP / "a.trivyignore", "--vex-out", TMP / "out.json", ok=0)
    expect(done.stderr, "1 statement written to")
    document = json.loads((TMP / "out.json").read_text())
    assert document["@context"].startswith("https://openvex.dev/ns"), document
    statement = document["statements"][0]
    assert statement["vulnerability"]["name"] == "CVE-2021-23337" and statement["status"] == "not_affected"
    assert statement["products"][0]["@id"] == "pkg:npm/lodash@4.17.20", document
    assert statement["impact_statement"], document
    assert report(app, "--rules", TMP / "out.json", ok=0)["findings"] == []
    done = scan(app, "--vex-out", TMP / "none.json", ok=3)
    expect(done.stderr, "nothing to state")
    assert not (TMP / "none.json").exists()
    expect(scan(app, "--rules", TMP / "a.trivyignore", "--vex-out", TMP / "no/such/folder.json", ok=1).stderr, "error")


def test_what_is_declared_is_judged():
    bitnami = osv("BIT-nginx-2024-7347", "Bitnami", "nginx", "1.26.2", aliases=["CVE-2024-7347"], modified=NOW)
    bitnami["affected"][0]["ranges"][0]["type"] = "SEMVER"
    database(NPM + [bitnami])
    clean = npm_project("clean", [("lodash", "4.17.21")])
    document = report(clean, "--declare", "nginx@1.25.3", ok=3)
    assert [(each["problem"], each["route"]) for each in document["findings"]] == [("CVE-2024-7347", "bitnami")]
    report(clean, "--declare", "nginx@1.26.2", ok=0)
    report(clean, "--declare", "pkg:npm/lodash@4.17.20", ok=3)
    expect(scan(clean, "--declare", "nginx", ok=1).stderr, "needs a name and a version", "hint:")
    (TMP / "declared.toml").write_text('[[declare]]\nname = "nginx"\nversion = "1.25.3"\nlocation = "/opt/nginx"\n')
    document = report(clean, "--declared", TMP / "declared.toml", ok=3)
    assert document["findings"][0]["component"]["location"] == "/opt/nginx"
    (clean / "azekura-scan.toml").write_text('[[declare]]\nname = "nginx"\nversion = "1.25.3"\n')
    report(clean, ok=3)
    (clean / "azekura-scan.toml").write_text('[[declare]]\nname = "nginx"\n')
    expect(scan(clean, ok=1).stderr, "azekura-scan.toml", "number 1")


def test_every_finding_can_be_explained():
    database(fresh(DEBIAN))
    root = debian_root()
    finding = report(root, ok=3)["findings"][0]
    def explain(*what, ok=0):
        return azekura("scan", "explain", *what, "--path", root, "--data", DATA, ok=ok)
    by_id = explain(finding["id"]).stdout
    expect(by_id, "3.0.11-1~deb12u2 < 3.0.15-1~deb12u1 (dpkg)", "holds", "osv")
    expect(explain("CVE-2024-10001@openssl").stdout, "affects libssl3", "affects openssl")
    refuse(explain("CVE-2024-10001@libssl3").stdout, "affects openssl")
    expect(explain("CVE-2024-10001", "--not").stdout, "is reported")
    expect(explain("CVE-2024-10001@bash", ok=1).stderr, "not among the findings", "--not says why")
    expect(explain("CVE-1999-9999", "--not", ok=1).stderr, "not known to any source")
    expect(explain("CVE-2024-10001", "--lang", "ja").stdout, "影響を受けます", "該当")
    fixed = debian_root([("openssl", "openssl", "3.0.15-1~deb12u1")], "fixed")
    done = azekura("scan", "explain", "CVE-2024-10001", "--not", "--path", fixed, "--data", DATA)
    expect(done.stdout, "no row holds", "3.0.15-1~deb12u1 = 3.0.15-1~deb12u1 (dpkg)", "does not hold")
    proof = json.loads(azekura("scan", "explain", "CVE-2024-10001", "--not", "--path", fixed, "--data", DATA,
                               "--json").stdout)
    assert proof[0]["conclusion"] == "no-row-holds" and proof[0]["steps"][0]["comparisons"][0]["order"] == "="
    (TMP / "a.trivyignore").write_text("CVE-2024-10002\n")
    expect(explain("CVE-2024-10002", "--not", "--rules", TMP / "a.trivyignore").stdout, "a rule takes it away")


def test_what_only_builds_and_tests_need_is_left_out_for_production():
    database(NPM)
    app = npm_project(packages=[("lodash", "4.17.21")], development=[("minimist", "1.2.5")])
    report(app, ok=3)
    assert report(app, "--production", ok=0)["findings"] == []


def test_a_process_that_runs_a_package_raises_its_priority():
    if os.geteuid() != 0 or not os.path.exists("/var/lib/dpkg/status"):
        raise Skip("only as root on a system with dpkg")
    release = dict(line.split("=", 1) for line in open("/etc/os-release").read().splitlines() if "=" in line)
    if release.get("ID") != "debian":
        raise Skip("this is no Debian")
    place = "Debian:" + release["VERSION_ID"].strip('"')
    database([osv("DEBIAN-CVE-2024-10001", place, "coreutils", None, aliases=["CVE-2024-10001"], modified=NOW),
              osv("DEBIAN-CVE-2024-10002", place, "grep", None, aliases=["CVE-2024-10002"], modified=NOW)])
    with subprocess.Popen(["sleep", "60"]) as process:
        try:
            document = json.loads(azekura("scan", "--data", DATA, "--processes", "--json", ok=3).stdout)
        finally:
            process.kill()
    running = {each["problem"]: each["running"] for each in document["findings"]}
    asleep = [each for each in document["processes"] if each["pid"] == process.pid]
    assert asleep and asleep[0]["name"] == "sleep" and asleep[0]["packages"] == ["coreutils"], document["processes"]
    assert running["CVE-2024-10001"] and "running" in document["findings"][0]["priority"]["reasons"], running
    document = json.loads(azekura("scan", "--data", DATA, "--json", ok=3).stdout)
    assert not any(each["running"] for each in document["findings"] if each["problem"] == "CVE-2024-10001")


def test_hostile_names_do_not_drive_the_terminal():
    database(NPM)
    app = npm_project("ev\x1bil/a\x1b[31mb\x07/" + "n" * 200 + "/" + "m" * 200).parents[2]
    npm_project("ev\x1bil/\x1b]0;x", [("a\x1b[31mb", "1.0.0\r\n")])
    for options in ((), ("--all",), ("--lang", "ja")):
        done = scan(app, *options, ok=3)
        for text in (done.stdout, done.stderr):
            assert not [character for character in text if character < " " and character != "\n"], repr(text)
        assert max(len(line) for line in done.stdout.splitlines()) < 400
    done = scan(TMP / "no\x1b[2J", ok=1)
    assert "\x1b" not in done.stderr
    json.loads(scan(app, "--json", ok=3).stdout)


def test_a_narrow_terminal_gets_narrow_tables():
    database([osv("GHSA-aaaa-bbbb-cccc", "npm", "a-package-with-a-rather-long-name-indeed", "4.17.21",
                  aliases=["CVE-2021-23337"], modified=NOW)])
    app = npm_project("a-folder-with-a-rather-long-name-indeed/lib",
                      [("a-package-with-a-rather-long-name-indeed", "1.0.0")]).parent
    main_end, other_end = pty.openpty()
    import fcntl
    import struct
    import termios
    fcntl.ioctl(other_end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    process = subprocess.Popen([str(BIN / "azekura"), "scan", str(app), "--data", str(DATA)], stdout=other_end,
                               stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    os.close(other_end)
    shown = b""
    while True:
        try:
            part = os.read(main_end, 4096)
        except OSError:
            break
        if not part:
            break
        shown += part
    assert process.wait() == 3
    lines = shown.decode().splitlines()
    row = next(line for line in lines if "4.17.21" in line)
    assert len(row) <= 100 and "…" in row, row
    # Into a pipe it is whole.
    expect(scan(app, ok=3).stdout, "a-package-with-a-rather-long-name-indeed")


def test_a_reader_that_goes_ends_it_quietly():
    many = [osv(f"GHSA-{at}", "npm", "lodash", "4.17.21", aliases=[f"CVE-2021-{at}"], modified=NOW)
            for at in range(10_000, 14_000)]
    database(many)
    app = npm_project()
    for options in (["--json"], ["--all"]):
        process = subprocess.Popen([str(BIN / "azekura"), "scan", str(app), "--data", str(DATA), *options],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.read(10)
        process.stdout.close()
        errors = process.stderr.read().decode()
        process.wait()
        assert errors == "" and process.returncode in (3, -signal.SIGPIPE), (options, process.returncode, errors)
    full = os.open("/dev/full", os.O_WRONLY)
    done = subprocess.run([str(BIN / "azekura"), "scan", str(app), "--data", str(DATA)], stdout=full,
                          stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and "cannot write" in done.stderr, done


def test_the_list_of_sources_can_be_printed_and_used():
    text = azekura("scan", "sources", "--print").stdout
    expect(text, "[[source]]", 'name = "debian"')
    write_sources(text)
    expect(azekura("scan", "update", "--data", DATA, "--only", "nobody", ok=1).stderr, "there is no source nobody")


main()
