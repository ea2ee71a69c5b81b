"""Facts that people know by heart, each against the record as its publisher wrote it."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from oracle import TMP, cyclonedx, main, scan, unpacked, update  # noqa: E402


def found(report):
    """{(problem, version): finding}"""
    return {(each["problem"], each["component"]["version"]): each for each in report["findings"]}


def judged(records, *purls):
    """The findings of a bill of materials with these, on these records alone."""
    update(unpacked(*records))
    names = [(purl.split("/")[-1].split("@")[0], purl.split("@")[-1].split("?")[0], purl) for purl in purls]
    cyclonedx(TMP / "sbom" / "bom.cdx.json", names)
    return found(scan(TMP / "sbom" / "bom.cdx.json"))


def test_log4shell_is_fixed_in_log4j_2_15_0():
    name = "pkg:maven/org.apache.logging.log4j/log4j-core"
    findings = judged(["ghsa/maven/2021/12/GHSA-jfh8-c2jp-5v3q"], f"{name}@2.14.1", f"{name}@2.15.0",
                      f"{name}@2.17.1", f"{name}@2.12.2", f"{name}@2.0-beta9", f"{name}@2.0-beta8")
    assert set(findings) == {("CVE-2021-44228", "2.14.1"), ("CVE-2021-44228", "2.0-beta9")}, set(findings)
    assert findings[("CVE-2021-44228", "2.14.1")]["fixed_version"] == "2.15.0"


def test_lodash_is_fixed_in_4_17_21():
    findings = judged(["ghsa/npm/2021/05/GHSA-35jh-r3h4-6jhm"], "pkg:npm/lodash@4.17.20", "pkg:npm/lodash@4.17.21")
    assert set(findings) == {("CVE-2021-23337", "4.17.20")}, set(findings)
    assert findings[("CVE-2021-23337", "4.17.20")]["fixed_version"] == "4.17.21"


def test_django_has_a_fix_for_each_branch():
    findings = judged(["ghsa/pip/2022/08/GHSA-8x94-hmjh-97hq"], "pkg:pypi/django@3.2.14", "pkg:pypi/django@3.2.15",
                      "pkg:pypi/django@4.0.6", "pkg:pypi/django@4.0.7")
    assert {key: each["fixed_version"] for key, each in findings.items()} == {
        ("CVE-2022-36359", "3.2.14"): "3.2.15", ("CVE-2022-36359", "4.0.6"): "4.0.7"}, findings


def test_two_sources_of_one_go_problem_are_one_finding():
    records = ["ghsa/golang/2024/12/GHSA-v778-237x-gjrc", "go-vulndb/data/osv/GO-2024-3321.json"]
    update(unpacked(*records))
    cyclonedx(TMP / "sbom" / "bom.cdx.json", [("golang.org/x/crypto", version, f"pkg:golang/golang.org/x/crypto@{version}")
                                              for version in ("v0.30.0", "v0.31.0")])
    report = scan(TMP / "sbom" / "bom.cdx.json")
    assert len(report["findings"]) == 1, report["findings"]
    (finding,) = report["findings"]
    assert finding["problem"] == "CVE-2024-45337" and finding["fixed_version"].endswith("0.31.0"), finding
    assert {"GHSA-v778-237x-gjrc", "GO-2024-3321"} <= set(finding["aliases"]), finding["aliases"]


def deb(source, version, release="22.04"):
    root = TMP / "root"
    (root / "etc").mkdir(parents=True, exist_ok=True)
    (root / "var/lib/dpkg").mkdir(parents=True, exist_ok=True)
    (root / "etc/os-release").write_text(f'ID=ubuntu\nVERSION_ID="{release}"\n')
    (root / "var/lib/dpkg/status").write_text(
        f"Package: lib{source}\nStatus: install ok installed\nArchitecture: amd64\nSource: {source}\n"
        f"Version: {version}\n\n")
    return found(scan(root))


def test_openssl_of_jammy_is_fixed_by_a_backport():
    update(unpacked("ubuntu/2022/CVE-2022-3602.json"))
    findings = deb("openssl", "3.0.2-0ubuntu1.6")
    assert {key[0]: each["fixed_version"] for key, each in findings.items()} == {
        "CVE-2022-3602": "3.0.2-0ubuntu1.7"}, findings
    assert not deb("openssl", "3.0.2-0ubuntu1.7")
    assert not deb("openssl", "3.0.2-0ubuntu1.10"), "10 comes after 7"


def test_a_kernel_that_ubuntu_gave_up_is_at_the_end_of_its_life():
    update(unpacked("ubuntu/2022/CVE-2022-0171.json"))
    findings = deb("linux-riscv", "5.15.0-1008.8")
    assert [each["state"] for each in findings.values()] == ["end-of-life"], findings


def test_alpine_never_had_what_stands_under_0():
    update(unpacked("alpine-secdb/3.19"))
    root = TMP / "root"
    (root / "etc").mkdir(parents=True)
    (root / "lib/apk/db").mkdir(parents=True)
    (root / "etc/os-release").write_text("ID=alpine\nVERSION_ID=3.19.1\n")
    (root / "lib/apk/db/installed").write_text("P:libcurl\nV:7.50.1-r0\nA:x86_64\no:curl\n\n")
    problems = {problem for problem, _ in found(scan(root))}
    assert "CVE-2021-22897" not in problems and "CVE-2016-5419" not in problems, problems
    assert "CVE-2016-7141" in problems and "CVE-2016-8615" in problems, problems


def test_red_hat_says_that_rhel_8_never_had_the_back_door_of_xz():
    records = ["redhat-cve/2024/CVE-2024-3094.json", "redhat-cve/2024/CVE-2024-6387.json"]
    findings = judged(records, "pkg:rpm/redhat/xz@5.6.0-1.el8?distro=rhel-8.9",
                      "pkg:rpm/redhat/openssh@8.0p1-19.el8?distro=rhel-8.9")
    assert not findings, findings


def test_streams_of_nodejs_on_almalinux_8_are_kept_apart():
    folder = "almalinux/advisories/almalinux8"
    records = [f"{folder}/{each}.json" for each in ("ALSA-2023:5850", "ALSA-2023:5869", "ALSA-2023:7205")]
    package = "pkg:rpm/almalinux/nodejs@{}?distro=almalinux-8.9&epoch=1&modularitylabel=nodejs:{}:8080:abcdef"
    findings = judged(records, package.format("18.18.1-1.module_el8.8.0%2B3652%2B0e111ba0", 18),
                      package.format("18.18.2-1.module_el8.8.0%2B3652%2B0e111ba0", 18),
                      package.format("16.20.2-3.module_el8.8.0%2B3653%2Bc77a731f", 16))
    fixed = {(problem, version): each["fixed_version"] for (problem, version), each in findings.items()
             if problem == "CVE-2023-44487"}
    assert fixed == {("CVE-2023-44487", "1:18.18.1-1.module_el8.8.0+3652+0e111ba0"):
                     "1:18.18.2-1.module_el8.8.0+3652+0e111ba0"}, fixed


def test_nginx_that_is_declared_is_judged_by_bitnamis_record():
    update(unpacked("bitnami/data/nginx"))
    folder = TMP / "empty"
    folder.mkdir()

    def problems(version):
        return {each["problem"]: each for each in scan(folder, "--declare", f"nginx@{version}")["findings"]}

    before = problems("1.20.0")
    assert before["CVE-2021-23017"]["fixed_version"] == "1.20.1", before["CVE-2021-23017"]
    assert "CVE-2021-23017" not in problems("1.20.1")
    assert "CVE-2023-44487" in problems("1.25.2") and "CVE-2023-44487" not in problems("1.25.3")


if __name__ == "__main__":
    main()
