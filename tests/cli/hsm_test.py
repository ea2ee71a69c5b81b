"""azekura hsm and azekura-hsmd: making, opening, refusing, ending."""

import os
import signal
import sys

sys.path.insert(0, os.path.join(os.environ["AZEKURA_SOURCE"], "tests/cli"))
from cli_testing import *  # noqa: E402,F403

SOCKET = TMP / "own.sock"
DIR = TMP / "own"


def key_file(name="own.key"):
    path = TMP / name
    path.write_bytes(os.urandom(32))
    path.chmod(0o600)
    return path


def contents():
    """What is worth keeping of the folder."""
    return {name: (DIR / name).read_bytes() for name in ("master.key", "store.db")}


def in_background(*unlock):
    os.environ["AZEKURA_SOCKET"] = str(SOCKET)
    return data("hsm", "start", "--dir", DIR, "--socket", SOCKET, *unlock)


def test_every_command_has_help_with_an_example():
    commands = [["hsm", each] for each in ("init", "start", "stop", "status", "change-passphrase", "destroy-token")]
    commands += [["token", each] for each in ("create", "list")]
    commands += [["key", each] for each in ("generate", "list", "show", "delete", "public")]
    commands += [["seal"], ["unseal"]]
    for command in commands:
        done = azekura(*command, "--help")
        expect(done.stdout.decode(), "Example:", "azekura " + " ".join(command))
    expect(azekura("--help", program="azekura-hsmd").stdout.decode(), "Example:", "Exit status")
    expect(azekura("--version").stdout.decode(), "azekura ")


def test_wrong_usage_is_status_2():
    for wrong in ([], ["hsm"], ["nothing"], ["hsm", "init", "--bogus"], ["key", "generate"], ["seal"],
                  ["hsm", "init", "--key-file", "a", "--passphrase-file", "b"]):
        expect(refused(*wrong, ok=2), "azekura: error: ", "hint: ")
    expect(refused("key", "nothing", ok=2), "there is no command azekura key nothing", "azekura key --help")
    expect(refused("key", "--bogus", ok=2), "azekura key has no option --bogus")
    expect(refused("key", ok=2), "azekura key needs a command")
    refused("--bogus", ok=2, program="azekura-hsmd")
    refused("--workers", "0", ok=2, program="azekura-hsmd")


def test_without_a_daemon_commands_say_so():
    env = {"AZEKURA_SOCKET": str(TMP / "nobody.sock")}
    for command in (["token", "list"], ["key", "list"], ["hsm", "stop"], ["hsm", "status"]):
        expect(refused(*command, env=env), "azekura: error: ", "nobody.sock", "hint: ")
    done = azekura("hsm", "status", "--json", env=env, ok=1)
    assert json.loads(done.stdout)["running"] is False


def test_init_refuses_what_exists_and_changes_nothing():
    key = key_file()
    assert data("hsm", "init", "--dir", DIR, "--key-file", key)["unlocked_by"] == "key-file"
    assert DIR.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o077 == 0 for path in DIR.iterdir())
    before = contents()
    expect(refused("hsm", "init", "--dir", DIR, "--key-file", key), "already")
    assert contents() == before


def test_init_refuses_weak_secrets():
    short = TMP / "short"
    short.write_bytes(b"k" * 31)
    short.chmod(0o600)
    expect(refused("hsm", "init", "--dir", DIR, "--key-file", short), "31 octets")
    open_key = key_file()
    open_key.chmod(0o644)
    expect(refused("hsm", "init", "--dir", DIR, "--key-file", open_key), "chmod 600")
    short.write_text("1234567\n")
    refused("hsm", "init", "--dir", DIR, "--passphrase-file", short)
    refused("hsm", "init", "--dir", DIR)  # no terminal to ask
    assert not (DIR / "master.key").exists()


def test_init_in_a_folder_that_others_may_write_to_is_refused_and_leaves_nothing():
    DIR.mkdir()
    DIR.chmod(0o777)
    key = key_file()
    refused("hsm", "init", "--dir", DIR, "--key-file", key)
    assert not (DIR / "master.key").exists()
    DIR.chmod(0o700)
    azekura("hsm", "init", "--dir", DIR, "--key-file", key)


def test_start_status_stop():
    key = key_file()
    azekura("hsm", "init", "--dir", DIR, "--key-file", key)
    assert in_background("--key-file", key)["socket"] == str(SOCKET)
    facts = data("hsm", "status")
    assert facts["running"] is True and facts["tokens"] == 0 and facts["dir"] == str(DIR), facts
    expect(refused("hsm", "start", "--dir", DIR, "--socket", SOCKET, "--key-file", key), "already")
    azekura("hsm", "stop")
    assert not SOCKET.exists()
    refused("hsm", "status")


def test_two_daemons_never_share_a_folder():
    key = key_file()
    azekura("hsm", "init", "--dir", DIR, "--key-file", key)
    in_background("--key-file", key)
    try:
        error = refused("--dir", DIR, "--socket", TMP / "second.sock", "--key-file", key, program="azekura-hsmd")
        expect(error, "in use")
        expect(refused("hsm", "start", "--dir", DIR, "--socket", TMP / "second.sock", "--key-file", key), "in use")
    finally:
        azekura("hsm", "stop")


def test_the_daemon_refuses_a_wrong_key_with_status_3():
    key, other = key_file(), key_file("other.key")
    azekura("hsm", "init", "--dir", DIR, "--key-file", key)
    before = contents()
    refused("--dir", DIR, "--socket", SOCKET, "--key-file", other, program="azekura-hsmd", ok=3)
    expect(refused("hsm", "start", "--dir", DIR, "--socket", SOCKET, "--key-file", other), "key file")
    refused("--dir", DIR, "--socket", SOCKET, program="azekura-hsmd", ok=1)  # none given
    assert contents() == before


def test_a_damaged_folder_is_refused_with_status_3_and_left_alone():
    key = key_file()
    azekura("hsm", "init", "--dir", DIR, "--key-file", key)
    for name in ("master.key", "store.db"):
        good = (DIR / name).read_bytes()
        for damage in (b"", good[: len(good) // 2], b"\0" * len(good), good[:20] + b"\xff" + good[21:]):
            (DIR / name).write_bytes(damage)
            before = contents()
            done = azekura("--dir", DIR, "--socket", SOCKET, "--key-file", key, "--check", program="azekura-hsmd",
                           ok=3 if damage != good else 0)
            expect(done.stderr, "error")
            assert contents() == before, (name, damage[:40])
        (DIR / name).write_bytes(good)
    expect(azekura("--dir", DIR, "--key-file", key, "--check", program="azekura-hsmd").stdout.decode(), "verified")


def test_a_passphrase_is_asked_twice_and_never_shown():
    phrase = "correct horse battery staple"
    shown = on_terminal(BIN / "azekura", "hsm", "init", "--dir", DIR, answers=[phrase, phrase])
    refuse(shown, phrase, "horse")
    expect(shown, "an HSM was made")
    os.environ["AZEKURA_SOCKET"] = str(SOCKET)
    shown = on_terminal(BIN / "azekura", "hsm", "start", "--dir", DIR, "--socket", SOCKET, answers=[phrase])
    refuse(shown, "horse")
    azekura("hsm", "status")
    azekura("hsm", "stop")
    on_terminal(BIN / "azekura", "hsm", "start", "--dir", DIR, "--socket", SOCKET, answers=["wrong passphrase"], ok=1)
    on_terminal(BIN / "azekura", "hsm", "init", "--dir", TMP / "other", ok=1,
                answers=["passphrase one", "passphrase two"] * 3)
    assert not (TMP / "other").exists()


def test_changing_the_passphrase_keeps_the_keys_and_ends_the_old_one():
    old, new = TMP / "old", TMP / "new"
    for path, text in ((old, "the old passphrase"), (new, "the new passphrase")):
        path.write_text(text + "\n")
        path.chmod(0o600)
    key = key_file()
    azekura("hsm", "init", "--dir", DIR, "--passphrase-file", old)
    change = ["hsm", "change-passphrase", "--dir", DIR]
    refused(*change, "--passphrase-file", new, "--new-passphrase-file", new)
    azekura(*change, "--passphrase-file", old, "--new-passphrase-file", new)
    check = ["--dir", DIR, "--check"]
    azekura(*check, "--passphrase-file", old, program="azekura-hsmd", ok=3)
    azekura(*check, "--passphrase-file", new, program="azekura-hsmd")
    assert data(*change, "--passphrase-file", new, "--new-key-file", key)["unlocked_by"] == "key-file"
    azekura(*check, "--passphrase-file", new, program="azekura-hsmd", ok=3)
    azekura(*check, "--key-file", key, program="azekura-hsmd")
    expect(refused(*change, "--new-passphrase-file", old), "key file")


def test_the_configuration_file_is_read_strictly():
    key = key_file()
    azekura("hsm", "init", "--dir", DIR, "--key-file", key)
    config = DIR / "hsmd.toml"
    for wrong in ("sockt = 'x'", "workers = 0", "workers = 'two'", "socket = 1", "key_file = ''", "= =",
                  "key_file = 'a'\npassphrase_file = 'b'"):
        config.write_text(wrong + "\n")
        expect(refused("--dir", DIR, "--check", program="azekura-hsmd", ok=2), "hsmd.toml")
    config.write_text(f"key_file = '{key}'\nsocket = '{SOCKET}'\nworkers = 1\n")
    expect(azekura("--dir", DIR, "--check", program="azekura-hsmd").stdout.decode(), "verified")
    # The command line goes first.
    refused("--dir", DIR, "--check", "--key-file", key_file("other.key"), program="azekura-hsmd", ok=3)


def test_the_credential_of_a_service_manager_opens_the_hsm():
    folder = TMP / "credentials"
    folder.mkdir()
    key = key_file("credentials/azekura-hsm-key")
    key.chmod(0o440)  # how an access list's mask looks
    os.environ["CREDENTIALS_DIRECTORY"] = str(folder)
    azekura("hsm", "init", "--dir", DIR, "--key-file", key)
    expect(azekura("--dir", DIR, "--check", program="azekura-hsmd").stdout.decode(), "verified")


def test_the_daemon_gives_up_what_it_does_not_need():
    daemon = Daemon(token=None)
    status = pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text()
    expect(status, "NoNewPrivs:\t1", "Seccomp:\t2")
    facts = data("hsm", "status")
    assert facts["sandboxed"] is True, daemon.log()
    limits = pathlib.Path(f"/proc/{daemon.process.pid}/limits").read_text()
    core = [line.split() for line in limits.splitlines() if line.startswith("Max core")][0]
    assert core[4] == "0", core


def test_sigterm_ends_well_and_sighup_is_ignored():
    daemon = Daemon()
    daemon.process.send_signal(signal.SIGHUP)
    assert data("hsm", "status")["pid"] == daemon.process.pid
    daemon.process.send_signal(signal.SIGINT)
    assert daemon.process.wait(timeout=30) == 0
    expect(daemon.log(), "ends on signal 2")
    assert not daemon.socket.exists()
    daemon.start()
    assert [token["label"] for token in data("token", "list")["tokens"]] == ["conf"]


def test_a_token_whose_officer_is_locked_out_is_ended_by_the_master_key():
    daemon = Daemon()
    daemon.create_token("other")
    azekura("key", "generate", "--token", "conf", "--label", "k", "--type", "aes:256")
    command = ["hsm", "destroy-token", "--dir", daemon.dir, "--slot", "0", "--key-file", daemon.key_file]
    expect(refused(*command, "--yes"), "in use", "azekura hsm stop")
    daemon.stop()
    wrong = TMP / "wrong.key"
    wrong.write_bytes(os.urandom(32))
    wrong.chmod(0o600)
    refused(*command[:-1], wrong, "--yes")
    refused(*command)  # there is nobody to answer the question
    daemon.start()
    assert len(data("key", "list", "--token", "conf")["keys"]) == 1
    daemon.stop()
    assert data(*command, "--yes") == {"destroyed": True, "slot": 0}
    refused(*command, "--yes")
    daemon.start()
    assert [token["label"] for token in data("token", "list")["tokens"]] == ["other"]


def test_the_log_holds_no_pins_and_no_forged_lines():
    daemon = Daemon(token="two\nlines", token_pin="a secret pin")
    refused("key", "list", env={"AZEKURA_PIN": "another secret"})
    log = daemon.log()
    refuse(log, "a secret pin", "another secret", SO_PIN)
    assert all(line[:4].isdigit() for line in log.splitlines()), log
    expect(log, "CKR_PIN_INCORRECT")


main()
