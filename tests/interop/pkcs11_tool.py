"""OpenSC's pkcs11-tool. Its exit status is not a verdict, so its words are read."""

import os
import sys

sys.path.insert(0, os.path.join(os.environ["AZEKURA_SOURCE"], "tests/harness"))
from azekura_testing import *  # noqa: E402,F403

TOOL = ["pkcs11-tool", "--module", MODULE, "--token-label", "conf"]
LOGGED_IN = TOOL + ["--login", "--pin", PIN]


def generate(kind, id, label, *usage):
    return run(*LOGGED_IN, "--keypairgen", "--key-type", kind, "--id", id, "--label", label, *usage)


def public_key_pem(id):
    run(*TOOL, "--read-object", "--type", "pubkey", "--id", id, "-o", "pub.der")
    run("openssl", "pkey", "-pubin", "-inform", "DER", "-in", "pub.der", "-out", "pub.pem")


def test_says_what_the_slot_and_token_are():
    need("pkcs11-tool")
    Daemon()
    text = run("pkcs11-tool", "--module", MODULE, "--show-info", "--list-slots")
    expect(text, "Cryptoki version", "Azekura", "conf", "token initialized", "login required",
           "PIN initialized")
    text = run("pkcs11-tool", "--module", MODULE, "--list-mechanisms", "--token-label", "conf")
    expect(text, "ECDSA", "RSA-PKCS-PSS", "AES-GCM", "SHA256-HMAC", "ECDH1-DERIVE")


def test_rsa_signature_verifies_outside():
    need("pkcs11-tool")
    Daemon()
    generate("rsa:2048", "01", "web", "--usage-sign", "--usage-decrypt")
    public_key_pem("01")
    (TMP / "m").write_text("to be signed")
    run(*LOGGED_IN, "--sign", "--mechanism", "SHA256-RSA-PKCS", "--id", "01", "-i", "m", "-o", "m.sig")
    expect(run("openssl", "dgst", "-sha256", "-verify", "pub.pem", "-signature", "m.sig", "m"), "Verified OK")
    run(*LOGGED_IN, "--sign", "--mechanism", "SHA384-RSA-PKCS-PSS", "--mgf", "MGF1-SHA384", "--id", "01", "-i", "m", "-o", "m.pss")
    expect(run("openssl", "dgst", "-sha384", "-verify", "pub.pem", "-sigopt", "rsa_padding_mode:pss",
               "-signature", "m.pss", "m"), "Verified OK")
    (TMP / "m").write_text("to be signee")
    expect(run("openssl", "dgst", "-sha256", "-verify", "pub.pem", "-signature", "m.sig", "m", ok=(1,)),
           "Verification failure")


def test_rsa_ciphertext_from_outside_is_decrypted():
    need("pkcs11-tool")
    Daemon()
    generate("rsa:3072", "02", "mail", "--usage-sign", "--usage-decrypt")
    public_key_pem("02")
    (TMP / "m").write_text("a letter")
    for padding, mechanism, more in [
            ("pkcs1", "RSA-PKCS", []),
            ("oaep", "RSA-PKCS-OAEP", ["--hash-algorithm", "SHA256", "--mgf", "MGF1-SHA256"])]:
        options = ["-pkeyopt", f"rsa_padding_mode:{padding}"]
        if padding == "oaep":
            options += ["-pkeyopt", "rsa_oaep_md:sha256", "-pkeyopt", "rsa_mgf1_md:sha256"]
        run("openssl", "pkeyutl", "-encrypt", "-pubin", "-inkey", "pub.pem", "-in", "m", "-out", "m.enc", *options)
        run(*LOGGED_IN, "--decrypt", "--mechanism", mechanism, *more, "--id", "02", "-i", "m.enc", "-o", "m.dec")
        assert (TMP / "m.dec").read_text() == "a letter"


def test_ec_signatures_verify_outside():
    need("pkcs11-tool")
    Daemon()
    (TMP / "m").write_text("to be signed")
    for number, (curve, digest) in enumerate([("prime256v1", "256"), ("secp384r1", "384"), ("secp521r1", "512")]):
        id = f"1{number}"
        generate(f"EC:{curve}", id, curve, "--usage-sign")
        # The tool itself writes no public key but P-256's.
        (TMP / "pub.pem").write_text(
            run(BIN / "azekura", "key", "public", "--token", "conf", "--label", curve, "--format", "pem"))
        run(*LOGGED_IN, "--sign", "--mechanism", f"ECDSA-SHA{digest}", "--signature-format", "openssl", "--id", id,
            "-i", "m", "-o", "m.sig")
        expect(run("openssl", "dgst", f"-sha{digest}", "-verify", "pub.pem", "-signature", "m.sig", "m"), "Verified OK")


def test_ecdh_agrees_with_openssl():
    need("pkcs11-tool")
    Daemon()
    generate("EC:prime256v1", "20", "ecdh", "--usage-derive")
    public_key_pem("20")
    run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "peer.pem")
    run("openssl", "pkey", "-in", "peer.pem", "-pubout", "-outform", "DER", "-out", "peer.der")
    run("openssl", "pkeyutl", "-derive", "-inkey", "peer.pem", "-peerkey", "pub.pem", "-out", "theirs")
    run(*LOGGED_IN, "--derive", "--mechanism", "ECDH1-DERIVE", "--id", "20", "-i", "peer.der", "-o", "ours")
    assert (TMP / "ours").read_bytes() == (TMP / "theirs").read_bytes()


def test_wrapped_key_is_unwrapped_and_means_the_same():
    need("pkcs11-tool")
    Daemon()
    run(*LOGGED_IN, "--keygen", "--key-type", "AES:32", "--id", "30", "--label", "kek", "--usage-wrap")
    run(*LOGGED_IN, "--keygen", "--key-type", "AES:16", "--id", "31", "--label", "dek", "--usage-decrypt", "--extractable")
    run(*LOGGED_IN, "--wrap", "--mechanism", "AES-KEY-WRAP", "--id", "30", "--application-id", "31", "-o", "blob")
    assert (TMP / "blob").stat().st_size == 24
    unwrap = [*LOGGED_IN, "--unwrap", "--mechanism", "AES-KEY-WRAP", "--id", "30", "--application-id", "32",
              "--key-type", "AES:", "--application-label", "dek again", "--usage-decrypt", "-i", "blob"]
    # The tool asks for a key that is not sensitive unless it is told otherwise; unwrapping never loosens.
    expect(run(*unwrap, ok=(1,)), "CKR_TEMPLATE_INCONSISTENT")
    run(*unwrap, "--sensitive")
    (TMP / "m").write_text("sixteen octets!!")
    iv = "00112233445566778899aabbccddeeff"
    for id in ("31", "32"):
        run(*LOGGED_IN, "--encrypt", "--mechanism", "AES-CBC-PAD", "--iv", iv, "--id", id, "-i", "m", "-o", f"m.{id}")
    assert (TMP / "m.31").read_bytes() == (TMP / "m.32").read_bytes()


def test_its_own_test_suite():
    need("pkcs11-tool")
    Daemon()
    generate("rsa:2048", "01", "web", "--usage-sign", "--usage-decrypt")
    text = run(*LOGGED_IN, "--test", ok=None)
    expect(text, "No errors")
    refuse(text, "ERR:", "error:")
    text = run(*LOGGED_IN, "--session-rw", "--test-ec", "--key-type", "EC:prime256v1", "--id", "77", "--label", "t")
    refuse(text, "ERR:", "error:")
    run("pkcs11-tool", "--module", MODULE, "--test-fork")


def test_wrong_pins_are_counted_told_and_lock():
    need("pkcs11-tool")
    Daemon()
    for attempt in range(10):
        text = run(*TOOL, "--login", "--pin", "not-the-pin", "--list-objects", ok=(1,))
        expect(text, "CKR_PIN_INCORRECT")
        if attempt == 0:
            expect(run("pkcs11-tool", "--module", MODULE, "--list-slots"), "user PIN count low")
    expect(run("pkcs11-tool", "--module", MODULE, "--list-slots"), "user PIN locked")
    expect(run(*TOOL, "--login", "--pin", PIN, "--list-objects", ok=(1,)), "CKR_PIN_LOCKED")
    # The security officer gives the user a new PIN.
    run(*TOOL, "--login", "--login-type", "so", "--so-pin", SO_PIN, "--init-pin", "--new-pin", "a-new-pin-99")
    run(*TOOL, "--login", "--pin", "a-new-pin-99", "--list-objects")


def test_pin_is_changed():
    need("pkcs11-tool")
    Daemon()
    run(*LOGGED_IN, "--change-pin", "--new-pin", "another-pin-5")
    expect(run(*LOGGED_IN, "--list-objects", ok=(1,)), "CKR_PIN_INCORRECT")
    run(*TOOL, "--login", "--pin", "another-pin-5", "--list-objects")


def test_certificate_and_data_come_back_as_they_went_in():
    need("pkcs11-tool")
    Daemon()
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "k.pem", "-subj", "/CN=test", "-days", "2",
        "-outform", "DER", "-out", "c.der")
    run(*LOGGED_IN, "--write-object", "c.der", "--type", "cert", "--id", "40", "--label", "certificate")
    run(*TOOL, "--read-object", "--type", "cert", "--id", "40", "-o", "c2.der")
    assert (TMP / "c.der").read_bytes() == (TMP / "c2.der").read_bytes()
    (TMP / "d").write_bytes(bytes(range(250)) * 20)  # the most that the tool writes
    run(*LOGGED_IN, "--write-object", "d", "--type", "data", "--label", "data", "--private")
    run(*LOGGED_IN, "--read-object", "--type", "data", "--label", "data", "-o", "d2")
    assert (TMP / "d").read_bytes() == (TMP / "d2").read_bytes()
    # A private object is nobody's who has not logged in.
    refuse(run(*TOOL, "--list-objects"), "label:          'data'")


def test_private_key_is_imported_and_never_told():
    need("pkcs11-tool")
    Daemon()
    run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "k.pem")
    run("openssl", "pkey", "-in", "k.pem", "-pubout", "-out", "pub.pem")
    run("openssl", "pkey", "-in", "k.pem", "-outform", "DER", "-out", "k.der")
    run(*LOGGED_IN, "--write-object", "k.der", "--type", "privkey", "--id", "50", "--label", "imported", "--usage-sign")
    (TMP / "m").write_text("signed inside")
    run(*LOGGED_IN, "--sign", "--mechanism", "ECDSA-SHA256", "--signature-format", "openssl", "--id", "50", "-i", "m", "-o", "m.sig")
    expect(run("openssl", "dgst", "-sha256", "-verify", "pub.pem", "-signature", "m.sig", "m"), "Verified OK")
    text = run(*LOGGED_IN, "--list-objects", "--type", "privkey")
    expect(text, "imported", "sensitive")
    refuse(text, "always sensitive", "local")
    expect(run(*LOGGED_IN, "--delete-object", "--type", "privkey", "--id", "50"), "")
    refuse(run(*LOGGED_IN, "--list-objects"), "imported")


main()
