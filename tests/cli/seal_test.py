"""azekura seal and azekura unseal."""

import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["AZEKURA_SOURCE"], "tests/cli"))
from cli_testing import *  # noqa: E402,F403

CHUNK = 65536
TAG = 16


def plain(size, name="note"):
    path = TMP / name
    path.write_bytes(os.urandom(size))
    return path


def leftovers():
    return [path.name for path in TMP.iterdir() if path.name.startswith(".")]


def header_size(sealed):
    return 18 + int.from_bytes(sealed[14:18], "little")


def test_files_of_every_size_come_back():
    Daemon()
    for size in (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 20_000_000):
        note = plain(size)
        azekura("seal", note)
        sealed = TMP / "note.sealed"
        assert note.exists() and sealed.stat().st_size > size
        before = note.read_bytes()
        if size > 64:
            assert before[:64] not in sealed.read_bytes()
        note.unlink()
        azekura("unseal", sealed)
        assert note.read_bytes() == before, size
        sealed.unlink()
    assert leftovers() == []


def test_the_key_that_seals_is_made_once_and_cannot_leave():
    Daemon()
    for name in ("one", "two"):
        azekura("seal", plain(10, name))
    keys = data("key", "list")["keys"]
    assert [(key["label"], key["type"], key["usages"], key["never_extractable"]) for key in keys] == [
        ("seal", "aes:256", ["decrypt"], True)], keys
    expect(refused("seal", TMP / "one", "--key", "other", "--force"), "there is no AES key other")
    azekura("key", "generate", "--label", "other", "--type", "aes:256")
    assert data("seal", TMP / "one", "--key", "other", "--force")["key"] == "other of token conf"
    azekura("unseal", TMP / "one.sealed", "--force")
    azekura("key", "generate", "--label", "ec", "--type", "ec:p256")
    refused("seal", TMP / "two", "--key", "ec", "--force")


def test_pipes_on_both_ends():
    Daemon()
    text = b"a line\n" * 100_000
    sealed = azekura("seal", "-", input=text).stdout
    assert sealed.startswith(b"azekura-seal")
    assert azekura("unseal", "-", input=sealed).stdout == text
    azekura("seal", "-", "-o", "out", input=text)
    assert azekura("unseal", "out", "-o", "-").stdout == text


def test_an_existing_file_is_never_replaced_without_force():
    Daemon()
    note = plain(100)
    azekura("seal", note)
    sealed = (TMP / "note.sealed").read_bytes()
    expect(refused("seal", note), "exists already", "--force")
    assert (TMP / "note.sealed").read_bytes() == sealed
    note.write_bytes(b"changed since")
    expect(refused("unseal", TMP / "note.sealed"), "exists already")
    assert note.read_bytes() == b"changed since"
    azekura("unseal", TMP / "note.sealed", "--force")
    assert note.stat().st_size == 100
    azekura("seal", note, "--force")
    assert (TMP / "note.sealed").read_bytes() != sealed


def test_modes_are_kept_or_private():
    Daemon()
    note = plain(10)
    note.chmod(0o640)
    azekura("seal", note)
    assert (TMP / "note.sealed").stat().st_mode & 0o777 == 0o640
    note.unlink()
    azekura("unseal", TMP / "note.sealed")
    assert note.stat().st_mode & 0o777 == 0o600


def test_cut_edited_and_longer_files_are_refused_and_leave_nothing():
    Daemon()
    note = plain(2 * CHUNK + 100)
    azekura("seal", note)
    good = (TMP / "note.sealed").read_bytes()
    head = header_size(good)
    chunks = [good[head + i * (CHUNK + TAG): head + (i + 1) * (CHUNK + TAG)] for i in range(3)]
    bad = {
        "empty": b"",
        "cut in the header": good[: head - 1],
        "header only": good[:head],
        "cut in a chunk": good[: head + 1000],
        "cut between chunks": good[: head + 2 * (CHUNK + TAG)],
        "cut by one": good[:-1],
        "longer by one": good + b"\0",
        "exchanged": good[:head] + chunks[1] + chunks[0] + chunks[2],
        "repeated": good[:head] + chunks[0] + chunks[0] + chunks[1] + chunks[2],
        "dropped": good[:head] + chunks[0] + chunks[2],
    }
    for at in (0, 12, 14, 20, 40, 100, head - 1, head, head + CHUNK, head + CHUNK + TAG, len(good) - 1):
        bad[f"edited at {at}"] = good[:at] + bytes([good[at] ^ 1]) + good[at + 1:]
    for name, octets in bad.items():
        (TMP / "bad.sealed").write_bytes(octets)
        expect(refused("unseal", TMP / "bad.sealed"), "azekura: error: ")
        assert not (TMP / "bad").exists(), name
        # Into a pipe only what is a true beginning of the original.
        done = azekura("unseal", TMP / "bad.sealed", "-o", "-", ok=1)
        assert note.read_bytes().startswith(done.stdout) and len(done.stdout) <= 2 * CHUNK, name
        assert len(done.stdout) % CHUNK == 0, name
    assert leftovers() == []
    azekura("unseal", TMP / "note.sealed", "-o", "again")


def test_a_file_of_another_hsm_or_a_destroyed_key_says_so():
    first = Daemon("first")
    azekura("seal", plain(10))
    azekura("key", "delete", "--label", "seal", "--yes")
    expect(refused("unseal", TMP / "note.sealed", "-o", "x"), "no longer in token conf")
    first.stop()
    Daemon("second")
    expect(refused("unseal", TMP / "note.sealed", "-o", "x"), "not here")


def test_what_is_not_a_sealed_file_is_named():
    Daemon()
    (TMP / "text.sealed").write_text("hello, this is a text of mine\n" * 10)
    expect(refused("unseal", TMP / "text.sealed"), "not a sealed file")
    newer = b"azekura-seal" + (2).to_bytes(2, "little") + bytes(100)
    (TMP / "newer.sealed").write_bytes(newer)
    expect(refused("unseal", TMP / "newer.sealed"), "newer")
    expect(refused("unseal", plain(5, "name")), "-o FILE")
    (TMP / "folder").mkdir()
    expect(refused("seal", TMP / "folder"), "is a folder")
    refused("seal", TMP / "missing")
    refused("seal", plain(5, "a"), "-o", TMP / "no-such-folder" / "x")


def test_without_a_pin_nothing_is_sealed():
    Daemon()
    note = plain(10)
    expect(refused("seal", note, env={"AZEKURA_PIN": ""}), "--pin-file")
    refused("seal", note, env={"AZEKURA_PIN": "wrong pin"})
    assert not (TMP / "note.sealed").exists() and leftovers() == []
    (TMP / "pin").write_text(PIN + "\n")
    azekura("seal", note, "--pin-file", TMP / "pin", env={"AZEKURA_PIN": ""})


def test_an_interrupted_seal_leaves_nothing():
    Daemon()
    for number in (signal.SIGINT, signal.SIGTERM):
        process = subprocess.Popen([str(BIN / "azekura"), "seal", "-", "-o", "out"], cwd=TMP, stdin=subprocess.PIPE,
                                   env={**os.environ, "AZEKURA_PIN": PIN})
        # More than a pipe holds: when this returns, it reads, and so its hidden file is there.
        process.stdin.write(bytes(4 << 20))
        process.stdin.flush()
        assert len(leftovers()) == 1
        process.send_signal(number)
        assert process.wait(30) == -number
        process.stdin.close()
        assert leftovers() == [] and not (TMP / "out").exists()


def test_a_full_disk_is_an_error_and_leaves_nothing():
    Daemon()
    note = plain(3_000_000)
    done = subprocess.run(
        ["bash", "-c", 'ulimit -f 1000; trap "" XFSZ; exec "$0" seal note', str(BIN / "azekura")], cwd=TMP,
        env={**os.environ, "AZEKURA_PIN": PIN}, capture_output=True, text=True)
    assert done.returncode == 1, done
    expect(done.stderr, "cannot write")
    assert note.exists() and not (TMP / "note.sealed").exists() and leftovers() == []


main()
