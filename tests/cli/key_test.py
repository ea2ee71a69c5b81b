"""azekura token and azekura key."""

import os
import sys

sys.path.insert(0, os.path.join(os.environ["AZEKURA_SOURCE"], "tests/cli"))
from cli_testing import *  # noqa: E402,F403

PAIRS = ("ec:p256", "ec:p384", "ec:p521", "ed25519", "rsa:2048")
SECRETS = ("aes:128", "aes:256", "hmac:256")
KEY_MEMBERS = {"token", "label", "id", "type", "kind", "usages", "extractable", "made_inside",
               "never_extractable", "unique_id", "handle"}


def test_tokens_are_made_and_listed():
    daemon = Daemon(token=None)
    assert data("token", "list") == {"tokens": []}
    daemon.create_token("one")
    daemon.create_token("two")
    tokens = data("token", "list")["tokens"]
    assert [token["label"] for token in tokens] == ["one", "two"]
    assert len({token["serial"] for token in tokens}) == 2
    assert all(token["pin_set"] and not token["pin_locked"] for token in tokens)
    expect(azekura("token", "list").stdout.decode(), "one", "two", "ready")
    pins = ["--so-pin-file", TMP / "so.pin", "--pin-file", TMP / "user.pin"]
    expect(refused("token", "create", "--label", "one", *pins), "already")
    refused("token", "create", "--label", "x" * 33, *pins)
    refused("token", "create", "--label", "", *pins)
    azekura("token", "create", "--label", "x" * 32, *pins)


def test_a_pin_that_is_too_short_leaves_no_half_made_token():
    Daemon(token=None)
    for size in (1, 3, 256):
        (TMP / "bad").write_text("1" * size)
        (TMP / "good").write_text("1234")
        refused("token", "create", "--label", "t", "--so-pin-file", TMP / "good", "--pin-file", TMP / "bad")
        refused("token", "create", "--label", "t", "--so-pin-file", TMP / "bad", "--pin-file", TMP / "good")
    assert data("token", "list") == {"tokens": []}


def test_pins_are_asked_on_the_terminal_and_not_shown():
    daemon = Daemon(token=None)
    shown = on_terminal(BIN / "azekura", "token", "create", "--label", "asked",
                        answers=["so-secret", "so-secret", "my-secret", "my-secret"])
    refuse(shown, "so-secret", "my-secret")
    shown = on_terminal(BIN / "azekura", "key", "generate", "--label", "k", "--type", "ec:p256", answers=["my-secret"])
    refuse(shown, "my-secret")
    expect(shown, "key k (ec:p256")
    on_terminal(BIN / "azekura", "key", "list", answers=["wrong pin"], ok=1)


def test_every_type_is_made_listed_shown_and_deleted():
    Daemon()
    for kind, types in (("pair", PAIRS), ("secret", SECRETS)):
        for type_ in types:
            made = data("key", "generate", "--label", type_, "--type", type_)
            assert made["type"] == type_ and made["kind"] == kind, made
            assert made["made_inside"] and made["never_extractable"] and not made["extractable"], made
            assert KEY_MEMBERS <= set(made), made
            shown = data("key", "show", "--label", type_)
            assert shown == made, (shown, made)
            assert data("key", "show", "--id", made["id"]) == made
    listed = data("key", "list")["keys"]
    assert [key["label"] for key in listed] == [*PAIRS, *SECRETS]
    for type_ in PAIRS + SECRETS:
        expect(refused("key", "delete", "--label", type_), "--yes")  # no terminal to ask
        azekura("key", "delete", "--label", type_, "--yes")
        expect(refused("key", "show", "--label", type_), "there is no key")
    assert data("key", "list") == {"keys": []}


def test_deleting_asks_first():
    Daemon()
    azekura("key", "generate", "--label", "k", "--type", "ec:p256")
    delete = (BIN / "azekura", "key", "delete", "--label", "k")
    on_terminal(*delete, answers=[PIN, "n"], ok=1)
    on_terminal(*delete, answers=[PIN, ""], ok=1)
    assert len(data("key", "list")["keys"]) == 1
    on_terminal(*delete, answers=[PIN, "y"])
    assert data("key", "list") == {"keys": []}


def test_usages_are_what_was_asked_for():
    Daemon()
    made = data("key", "generate", "--label", "a", "--type", "ec:p256", "--usage", "derive")
    assert made["usages"] == ["derive"], made
    made = data("key", "generate", "--label", "b", "--type", "aes:256", "--usage", "wrap,decrypt")
    assert made["usages"] == ["decrypt", "wrap"], made
    made = data("key", "generate", "--label", "c", "--type", "rsa:2048")
    assert made["usages"] == ["sign", "decrypt"], made
    made = data("key", "generate", "--label", "d", "--type", "aes:256", "--extractable")
    assert made["extractable"] and not made["never_extractable"], made
    for wrong in ("", "sing", "sign,", ",", "sign,,derive"):
        if wrong:
            refused("key", "generate", "--label", "e", "--type", "ec:p256", "--usage", wrong)
    refused("key", "generate", "--label", "e", "--type", "ec:p255")
    refused("key", "generate", "--label", "", "--type", "ec:p256")


def test_a_label_or_id_names_one_key():
    Daemon()
    azekura("key", "generate", "--label", "k", "--type", "ec:p256", "--id", "aA01")
    assert data("key", "show", "--id", "AA01")["label"] == "k"
    expect(refused("key", "generate", "--label", "k", "--type", "ec:p256"), "already")
    expect(refused("key", "generate", "--label", "l", "--type", "ec:p256", "--id", "aa01"), "already")
    for wrong in ("a", "xy", "0x01", "ab" * 65):
        refused("key", "generate", "--label", "l", "--type", "ec:p256", "--id", wrong)
    azekura("key", "generate", "--label", "l", "--type", "ec:p256", "--id", "ab" * 64)
    expect(refused("key", "show"), "--label or --id")
    expect(refused("key", "show", "--label", "none"), "there is no key none")


def test_several_tokens_need_a_name():
    daemon = Daemon(token="one")
    daemon.create_token("two")
    expect(refused("key", "list"), "--token")
    azekura("key", "generate", "--token", "two", "--label", "k", "--type", "aes:128")
    assert data("key", "list", "--token", "one") == {"keys": []}
    assert len(data("key", "list", "--token", "two")["keys"]) == 1
    expect(refused("key", "list", "--token", "three"), "three")


def test_a_wrong_pin_is_refused_and_locks_at_last():
    Daemon()
    for _ in range(10):
        expect(refused("key", "list", env={"AZEKURA_PIN": "wrong pin"}), "PIN is wrong")
    expect(refused("key", "list"), "locked")
    assert data("token", "list")["tokens"][0]["pin_locked"] is True


def test_public_halves_are_read_by_openssl_and_ssh():
    need("openssl")
    need("ssh-keygen")
    Daemon()
    for type_ in PAIRS:
        azekura("key", "generate", "--label", type_, "--type", type_)
        pem = azekura("key", "public", "--label", type_).stdout
        (TMP / "k.pem").write_bytes(pem)
        (TMP / "k.der").write_bytes(azekura("key", "public", "--label", type_, "--format", "der").stdout)
        from_pem = run("openssl", "pkey", "-pubin", "-in", "k.pem", "-noout", "-text")
        assert from_pem == run("openssl", "pkey", "-pubin", "-inform", "der", "-in", "k.der", "-noout", "-text")
        (TMP / "k.pub").write_bytes(azekura("key", "public", "--label", type_, "--format", "ssh").stdout)
        fingerprint = data("key", "show", "--label", type_)["fingerprint"]
        expect(run("ssh-keygen", "-l", "-f", "k.pub"), fingerprint)
        if type_ != "ed25519":  # ssh-keygen cannot write Ed25519 as PKCS#8
            assert run("ssh-keygen", "-e", "-m", "PKCS8", "-f", "k.pub") == pem.decode()
        assert data("key", "public", "--label", type_)["public_key"] == pem.decode()
        assert azekura("key", "public", "--label", type_, env={"AZEKURA_PIN": ""}).stdout == pem
    azekura("key", "generate", "--label", "s", "--type", "aes:128")
    expect(refused("key", "public", "--label", "s"), "no public half")
    refused("key", "public", "--label", "ec:p256", "--format", "xml", ok=2)


def test_keys_outlive_a_killed_daemon():
    daemon = Daemon()
    made = data("key", "generate", "--label", "k", "--type", "ec:p256")
    daemon.kill()
    daemon.start()
    assert data("key", "show", "--label", "k") == made


main()
