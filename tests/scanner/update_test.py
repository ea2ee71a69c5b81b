"""`azekura scan update` over HTTP, from a server that does what servers and networks do."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.environ["AZEKURA_SOURCE"], "tests/scanner"))
from scan_testing import *  # noqa: E402,F403


def statuses(server):
    return {path: status for path, status, *_ in server.requests()}


def stale(ok=4):
    """The sources that a scan calls stale, with why."""
    done = azekura("scan", debian_root(), "--data", DATA, "--json", ok=ok)
    return {gap["subject"]: gap.get("detail", "") for gap in json.loads(done.stdout)["not_judged"]
            if gap["kind"] == "stale-source"}


def one_source(server, answer, name="debian", path="/all.zip", **more):
    server.answers[path] = answer
    write_sources(source(name, f"{server.url}{path}", **more))


def test_the_first_update_fetches_every_kind_of_source():
    server = Server()
    all_sources(server)
    document, talk = update()
    assert document["rebuilt"] and talk == "", talk
    assert {name: each["what"] for name, each in document["sources"].items()} == dict.fromkeys(
        ["debian", "alpine", "kev", "epss", "amazon"], "fetched"), document
    known = sources()
    assert {name: each["records"] for name, each in known.items()} == {
        "debian": 2, "alpine": 1, "kev": 1, "epss": 1, "amazon": 1}, known
    assert all(each["bad_records"] == 0 and "failure" not in each for each in known.values()), known
    assert known["debian"]["origin"] == f"{server.url}/debian/all.zip"
    assert set(statuses(server).values()) == {200}
    report = json.loads(azekura("scan", debian_root(), "--data", DATA, "--json", ok=3).stdout)
    assert {each["problem"] for each in report["findings"]} == {"CVE-2024-10001", "CVE-2024-10002"}
    assert stale(ok=3) == {}


def test_the_second_update_is_conditional_and_builds_nothing():
    server = Server()
    all_sources(server)
    update()
    database = (DATA / "advisories.db").stat()
    server.requests()
    document, _ = update()
    assert not document["rebuilt"]
    assert {each["what"] for each in document["sources"].values()} == {"unchanged"}, document
    seen = statuses(server)
    repository = seen.pop("/amazon/repodata/repomd.xml")
    assert repository == 200 and set(seen.values()) == {304}, seen
    assert (DATA / "advisories.db").stat().st_ino == database.st_ino
    expect(azekura("scan", "update", "--data", DATA).stdout, "nothing has changed")


def test_only_what_has_changed_is_fetched():
    server = Server()
    all_sources(server)
    update()
    server.requests()
    changed = DEBIAN + [osv("DEBIAN-CVE-2024-10003", "Debian:12", "zlib", None, aliases=["CVE-2024-10003"])]
    server.answers["/debian/all.zip"] = Answer(zipped(changed))
    document, _ = update()
    assert document["rebuilt"]
    assert [name for name, each in document["sources"].items() if each["what"] == "fetched"] == ["debian"]
    assert [path for path, status in statuses(server).items() if status == 200 and "repomd" not in path] == [
        "/debian/all.zip"]
    assert sources()["debian"]["records"] == 3


def big_zip(seed=b"a"):
    """Advisories that do not fit into one piece."""
    record = osv("DEBIAN-CVE-2024-10001", "Debian:12", "openssl", "3.0.15-1~deb12u1", aliases=["CVE-2024-10001"])
    record["details"] = (seed + os.urandom(400_000)).hex()
    return zipped([record])


def test_a_cut_connection_goes_on_where_it_was():
    server, octets = Server(), big_zip()
    one_source(server, Answer(octets, cut_at=150_000, cuts=1))
    document, _ = update()
    assert document["sources"]["debian"]["what"] == "fetched"
    seen = server.requests()
    assert [(status, sent) for _, status, sent, _ in seen] == [(200, 150_000), (206, len(octets) - 150_000)], seen
    assert seen[1][3]["Range"] == "bytes=150000-" and seen[1][3]["If-Range"] == Answer(octets).etag
    assert list((DATA / "downloads/debian/parts").iterdir()) == []
    assert (DATA / "downloads/debian/files/000-all.zip").read_bytes() == octets


def test_a_file_that_changed_in_between_is_fetched_whole():
    server, first, second = Server(), big_zip(b"a"), big_zip(b"b")
    paused = threading.Event()
    one_source(server, Answer(first, cut_at=150_000, pause=paused))
    process = subprocess.Popen([str(BIN / "azekura"), "scan", "update", "--data", str(DATA)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert server.reached.wait(30)
    part = DATA / "downloads/debian/parts/000-all.zip"
    while not part.exists() or part.stat().st_size < 100_000:
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    process.wait(10)
    paused.set()
    assert process.returncode != 0 and part.exists()
    server.requests()
    one_source(server, Answer(second))
    update()
    seen = server.requests()
    assert [(status, sent) for _, status, sent, _ in seen] == [(200, len(second))], seen
    assert "Range" in seen[0][3]
    assert (DATA / "downloads/debian/files/000-all.zip").read_bytes() == second


def test_a_server_without_ranges_is_asked_again():
    server, octets = Server(), big_zip()
    one_source(server, Answer(octets, cut_at=150_000, cuts=1, ranges=False))
    update()
    assert [status for _, status, *_ in server.requests()] == [200, 200]
    assert (DATA / "downloads/debian/files/000-all.zip").read_bytes() == octets


def test_a_server_that_is_busy_is_asked_again():
    server = Server()
    one_source(server, Answer(zipped(DEBIAN), failures=2))
    document, talk = update()
    assert document["sources"]["debian"]["what"] == "fetched", talk
    assert [status for _, status, *_ in server.requests()] == [503, 503, 200]


def keeps_what_it_had(server, answer, why, path="/all.zip", sources_text=None):
    """A good update, then one that fails for this reason: the data stays, and every place says why."""
    one_source(server, Answer(zipped(DEBIAN)))
    write_sources((DATA / "sources.toml").read_text() + source("kev", f"{server.url}/kev.json"))
    server.answers["/kev.json"] = Answer(KEV)
    update()
    if sources_text is not None:
        write_sources(sources_text)
    if answer is not None:
        server.answers[path] = answer
    document, talk = update(timeout=180)
    assert document["sources"]["debian"]["what"] == "kept", document
    assert document["rebuilt"], "the failure must be told"
    expect(document["sources"]["debian"]["why"], why)
    expect(talk, "debian", why)
    known = sources()["debian"]
    assert known["records"] == 2
    expect(known["failure"], why)
    expect(azekura("scan", "sources", "--data", DATA).stdout, why)
    expect(stale(ok=3)["debian"], why)
    # Nothing to find does not make it clean.
    fine = debian_root([("openssl", "openssl", "3.0.15-1~deb12u1")], folder="fine")
    expect(azekura("scan", fine, "--data", DATA, ok=4).stdout, "debian", why)
    # And it heals.
    one_source(server, Answer(zipped(DEBIAN)))
    document, _ = update()
    assert document["rebuilt"] and "failure" not in sources()["debian"]


def test_what_is_not_found_leaves_the_last_good_data():
    keeps_what_it_had(Server(), Answer(b"gone", status=404), "answered 404")


def test_a_login_page_leaves_the_last_good_data():
    keeps_what_it_had(Server(), Answer(b"<!DOCTYPE html><html><title>Log in</title></html>"), "a web page")


def test_an_answer_that_is_no_advisory_leaves_the_last_good_data():
    keeps_what_it_had(Server(), Answer(b'{"error": "try later"}'), "all.zip")


def test_an_empty_answer_leaves_the_last_good_data():
    keeps_what_it_had(Server(), Answer(b""), "no advisory")


def test_a_cut_archive_leaves_the_last_good_data():
    keeps_what_it_had(Server(), Answer(zipped(DEBIAN)[:200]), "all.zip")


def test_a_wrong_sum_leaves_the_last_good_data():
    server = Server()
    server.answers["/sums"] = Answer(f"{'0' * 64}  all.zip\n".encode())
    text = source("debian", f"{server.url}/all.zip", sha256_url=f"{server.url}/sums") + source(
        "kev", f"{server.url}/kev.json")
    keeps_what_it_had(server, Answer(zipped(DEBIAN[:1])), "SHA-256", sources_text=text)


def test_a_list_of_sums_without_end_leaves_the_last_good_data():
    server = Server()
    server.answers["/sums"] = Answer(b"0123456789abcdef" * 16, endless=True)
    text = source("debian", f"{server.url}/all.zip", sha256_url=f"{server.url}/sums") + source(
        "kev", f"{server.url}/kev.json")
    keeps_what_it_had(server, None, "larger than", sources_text=text)
    assert list(DATA.glob("index.tmp*")) == []


def test_a_refused_connection_leaves_the_last_good_data():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and nobody listens
        port = taken.getsockname()[1]
        server = Server()
        text = source("debian", f"http://127.0.0.1:{port}/all.zip") + source("kev", f"{server.url}/kev.json")
        keeps_what_it_had(server, None, "connect", sources_text=text)


def test_a_right_sum_is_accepted():
    server, octets = Server(), zipped(DEBIAN)
    server.answers["/sums"] = Answer(f"{sha256(b'x')}  other.zip\n{sha256(octets)} *all.zip\n".encode())
    one_source(server, Answer(octets), sha256_url=f"{server.url}/sums")
    assert update()[0]["sources"]["debian"]["what"] == "fetched"
    server.answers["/sums"] = Answer(f"{sha256(b'x')}  other.zip\n".encode())
    document, _ = update(ok=1)
    expect(document["sources"]["debian"]["why"], "has no sum of")


def test_a_repository_whose_sum_is_wrong_is_refused():
    server = Server()
    server.answers["/r/repodata/repomd.xml"] = Answer(repomd(UPDATEINFO, sum="0" * 64))
    server.answers[f"/r/repodata/{sha256(UPDATEINFO)[:8]}-updateinfo.xml.gz"] = Answer(UPDATEINFO)
    write_sources(source("amazon", yum=[f"{server.url}/r"]))
    _, talk = update(ok=1)
    expect(talk, "SHA-256", "hint:")


def test_a_source_that_was_never_fetched_is_told_by_every_scan():
    server = Server()
    one_source(server, Answer(zipped(DEBIAN)))
    write_sources((DATA / "sources.toml").read_text() + source("kev", f"{server.url}/missing"))
    document, _ = update()
    assert document["sources"]["kev"]["what"] == "failed"
    expect(sources()["kev"]["failure"], "404")
    expect(stale(ok=3)["kev"], "404")
    server.answers["/missing"] = Answer(KEV)
    update()
    assert stale(ok=3) == {}


def test_nothing_at_all_is_an_error_that_says_why():
    server = Server()
    write_sources(source("debian", f"{server.url}/a") + source("kev", f"{server.url}/b"))
    _, talk = update(ok=1)
    expect(talk, "debian", "404", "and 1 more", "hint:")
    assert not (DATA / "advisories.db").exists()


def test_a_redirection_is_followed_but_never_to_a_file():
    server = Server()
    server.answers["/real.zip"] = Answer(zipped(DEBIAN))
    one_source(server, Answer(b"", status=302, location="/real.zip"))
    assert update()[0]["sources"]["debian"]["what"] == "fetched"
    secret = TMP / "secret.json"
    secret.write_text(json.dumps(DEBIAN[0]))
    server.answers["/all.zip"] = Answer(b"", status=302, location=f"file://{secret}")
    document, _ = update(ok=1)
    assert document["sources"]["debian"]["what"] == "kept"
    expect(document["sources"]["debian"]["why"], "file")
    server.answers["/all.zip"] = Answer(b"", status=302, location="/all.zip")
    document, _ = update(ok=1)
    expect(document["sources"]["debian"]["why"], "redirects")


def test_a_mirror_takes_the_place_of_the_beginning_of_an_address():
    server = Server({"/copy/Debian/all.zip": Answer(zipped(DEBIAN))})
    write_sources(f'[[mirror]]\nfrom = "https://osv.example/"\nto = "{server.url}/copy/"\n' +
                  source("debian", "https://osv.example/Debian/all.zip"))
    assert update()[0]["sources"]["debian"]["what"] == "fetched"
    assert sources()["debian"]["origin"] == "https://osv.example/Debian/all.zip"


def test_a_proxy_is_used():
    proxy = Server({"proxy:osv.example/Debian/all.zip": Answer(zipped(DEBIAN))})
    write_sources(f'proxy = "{proxy.url}"\n' + source("debian", "http://osv.example/Debian/all.zip"))
    assert update()[0]["sources"]["debian"]["what"] == "fetched"
    assert [path for path, *_ in proxy.requests()] == ["http://osv.example/Debian/all.zip"]
    write_sources(source("debian", "http://osv.example/Debian/all.zip"))
    document, _ = update(env={"http_proxy": proxy.url})
    assert document["sources"]["debian"]["what"] == "unchanged"


def test_a_file_of_this_machine_is_a_source_and_a_folder_is_none():
    (TMP / "all.zip").write_bytes(zipped(DEBIAN))
    write_sources(source("debian", f"file://{TMP}/all.zip"))
    assert update()[0]["sources"]["debian"]["what"] == "fetched"
    document, _ = update()
    assert document["sources"]["debian"]["what"] == "unchanged" and not document["rebuilt"]
    (TMP / "all.zip").write_bytes(zipped(DEBIAN[:1]))
    assert update()[0]["rebuilt"] and sources()["debian"]["records"] == 1
    write_sources(source("debian", f"file://{TMP}"))
    expect(update(ok=1)[0]["sources"]["debian"]["why"], "is a folder")


def test_only_the_named_sources_are_asked():
    server = Server()
    all_sources(server)
    update()
    server.requests()
    document, _ = update("--only", "kev", "--only", "epss")
    assert set(statuses(server)) == {"/kev.json", "/epss.csv.gz"}
    assert not document["rebuilt"] and len(sources()) == 5
    _, talk = update("--only", "nobody", ok=1)
    expect(talk, "there is no source nobody")


def test_a_source_taken_out_of_the_list_is_gone_from_the_database():
    server = Server()
    server.answers |= {"/a.json": Answer(ALPINE), "/b.json": Answer(ALPINE.replace(b"busybox", b"musl"))}
    write_sources(source("alpine", f"{server.url}/a.json", f"{server.url}/b.json"))
    update()
    assert sources()["alpine"]["records"] == 2 or sources()["alpine"]["files"] == 2
    # The other file now has the first one's place: what is known of one is not said of the other.
    write_sources(source("alpine", f"{server.url}/b.json"))
    document, _ = update()
    assert document["rebuilt"] and sources()["alpine"]["files"] == 1
    assert [path.name for path in (DATA / "downloads/alpine/files").iterdir()] == ["000-b.json"]


def test_what_is_half_there_is_never_data():
    server, octets = Server(), zipped(DEBIAN)
    one_source(server, Answer(octets))
    update()
    server.answers["/all.zip"] = Answer(big_zip(), cut_at=50_000, cuts=99)
    document, talk = update(ok=1)
    expect(talk, "could not be refreshed", "hint:")
    assert document["sources"]["debian"]["what"] == "kept"
    assert sources()["debian"]["records"] == 2 and sources()["debian"]["files"] == 2
    assert (DATA / "downloads/debian/parts/000-all.zip").stat().st_size == 200_000
    assert [path.name for path in (DATA / "downloads/debian/files").iterdir()] == ["000-all.zip"]


def test_two_updates_at_once_are_one():
    server, paused = Server(), threading.Event()
    one_source(server, Answer(big_zip(), cut_at=150_000, pause=paused))
    first = subprocess.Popen([str(BIN / "azekura"), "scan", "update", "--data", str(DATA)],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert server.reached.wait(30)
    _, talk = update(ok=1)
    expect(talk, "another update", "hint:")
    first.kill()
    first.wait()
    paused.set()


def test_a_killed_download_leaves_the_old_database_and_goes_on():
    server = Server()
    one_source(server, Answer(zipped(DEBIAN)))
    update()
    octets, paused = big_zip(), threading.Event()
    server.answers["/all.zip"] = Answer(octets, cut_at=150_000, pause=paused)
    process = subprocess.Popen([str(BIN / "azekura"), "scan", "update", "--data", str(DATA)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert server.reached.wait(30)
    part = DATA / "downloads/debian/parts/000-all.zip"
    while not part.exists() or part.stat().st_size < 100_000:
        assert process.poll() is None
    process.kill()
    process.wait()
    paused.set()
    had = part.stat().st_size
    azekura("scan", debian_root(), "--data", DATA, ok=3)
    assert sources()["debian"]["records"] == 2
    server.answers["/all.zip"] = Answer(octets)
    server.requests()
    update()
    assert [(status, sent) for _, status, sent, _ in server.requests()] == [(206, len(octets) - had)]
    assert sources()["debian"]["records"] == 1


def test_a_killed_build_leaves_the_old_database():
    many = [osv(f"DEBIAN-CVE-2024-{at}", "Debian:12", f"package{at}", "1.0", aliases=[f"CVE-2024-{at}"])
            for at in range(20_000, 40_000)]
    folder = TMP / "from"
    folder.mkdir()
    (folder / "debian.zip").write_bytes(zipped(DEBIAN))
    azekura("scan", "update", "--data", DATA, "--from", folder)
    (folder / "debian.zip").write_bytes(zipped(many))
    killed = 0
    for patience_ms in (20, 100, 250, 500):
        process = subprocess.Popen([str(BIN / "azekura"), "scan", "update", "--data", str(DATA), "--from", str(folder)],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(patience_ms / 1000)
        except subprocess.TimeoutExpired:
            process.kill()
            killed += 1
        process.wait()
        azekura("scan", debian_root(), "--data", DATA, ok=3 if sources()["debian"]["records"] == 2 else 4)
    assert killed > 0
    azekura("scan", "update", "--data", DATA, "--from", folder)
    assert sources()["debian"]["records"] == 20_000
    assert sorted(path.name for path in DATA.iterdir() if path.name.startswith("advisories")) == ["advisories.db"]


def test_a_damaged_database_is_an_error_with_a_hint_and_is_built_anew():
    server = Server()
    all_sources(server)
    update()
    path = DATA / "advisories.db"
    whole = path.read_bytes()
    for damaged in (b"", b"x" * 1000, whole[:100], whole[:len(whole) // 2], b"\0" * len(whole)):
        path.write_bytes(damaged)
        talk = azekura("scan", debian_root(), "--data", DATA, ok=1).stderr
        expect(talk, "azekura: error:", "hint:", "scan update")
    # Octets inside: wrong answers at most, never a crash; an update sees it.
    for at in range(200, len(whole), max(1, len(whole) // 40)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xff]) + whole[at + 1:])
        done = subprocess.run([str(BIN / "azekura"), "scan", str(debian_root()), "--data", str(DATA)],
                              capture_output=True)
        assert done.returncode in (0, 1, 3, 4), (at, done)
    assert update()[0]["rebuilt"]
    azekura("scan", debian_root(), "--data", DATA, ok=3)


def test_a_folder_of_data_is_read_in_place_of_the_network():
    folder = TMP / "from"
    expect(azekura("scan", "update", "--data", DATA, "--from", folder, ok=1).stderr, "no folder")
    folder.mkdir()
    expect(azekura("scan", "update", "--data", DATA, "--from", folder, ok=1).stderr, "is empty")
    (folder / "letter.txt").write_text("dear reader")
    (folder / "photos").mkdir()
    (folder / "photos/a.jpg").write_bytes(b"\xff\xd8\xff")
    expect(azekura("scan", "update", "--data", DATA, "--from", folder, ok=1).stderr, "nothing in", "hint:")
    assert not (DATA / "advisories.db").exists()
    (folder / "debian.zip").write_bytes(zipped(DEBIAN))
    (folder / "alpine").mkdir()
    (folder / "alpine/main.json").write_bytes(ALPINE)
    (folder / "kev.json").write_bytes(KEV)
    (folder / "broken.zip").write_bytes(zipped(DEBIAN)[:150])
    document, talk = update("--from", folder)
    expect(talk, "letter", "photos", "broken")
    assert {name for name, each in document["sources"].items() if each["what"] == "fetched"} == {
        "debian", "alpine", "kev"}, document
    # What is no data at all is no source; what is broken is told.
    assert set(sources()) == {"debian", "alpine", "kev", "broken"}
    assert sources()["broken"]["failure"]


def test_an_unreadable_list_of_sources_names_its_mistake():
    for text, why in (("[[source]", "line"), ('[[source]]\nname = "A"\n', "name"), ("", "no [[source]]"),
                      ('at_once = 99\n' + source("kev", "https://a.example/"), "at_once"),
                      (source("kev", "ftp://a.example/"), "https://")):
        write_sources(text)
        _, talk = update(ok=1)
        expect(talk, "sources.toml", why)
    write_sources(source("kev", "https://a.example/", enabled=False))
    expect(update(ok=1)[1], "no source is enabled")


def test_an_import_takes_no_more_memory_than_is_promised():
    bundle = pathlib.Path(os.environ.get("AZEKURA_ADVISORIES", SOURCE / "../shared/advisories"))
    if not (bundle / "debian.tar.zst").exists():
        raise Skip("there is no bundle of advisories")
    process = subprocess.Popen([str(BIN / "azekura"), "scan", "update", "--data", str(DATA), "--from", str(bundle)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    print(f"peak memory: {usage.ru_maxrss // 1024} MiB")
    if os.environ.get("AZEKURA_SANITIZED") is None:
        assert usage.ru_maxrss <= 500 * 1000 * 1000 // 1024


main()
