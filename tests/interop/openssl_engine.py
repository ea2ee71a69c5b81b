"""OpenSSL 3.0's command line through libp11's engine_pkcs11."""

import glob
import os
import sys

sys.path.insert(0, os.path.join(os.environ["AZEKURA_SOURCE"], "tests/harness"))
from azekura_testing import *  # noqa: E402,F403

WEB = "pkcs11:token=conf;object=web;type=private"


def with_engine():
    engines = glob.glob("/usr/lib/*/engines-3/pkcs11.so")
    if not engines:
        raise Skip("libengine-pkcs11-openssl is not installed")
    (TMP / "engine.cnf").write_text(
        f"openssl_conf=i\n[i]\nengines=e\n[e]\npkcs11=p\n[p]\nengine_id=pkcs11\ndynamic_path={engines[0]}\n"
        f"MODULE_PATH={MODULE}\nPIN={PIN}\ninit=0\n[req]\ndistinguished_name=dn\n[dn]\n")
    return {"OPENSSL_CONF": str(TMP / "engine.cnf")}


def test_certificate_digest_and_cms():
    env = with_engine()
    Daemon()
    run("pkcs11-tool", "--module", MODULE, "--token-label", "conf", "--login", "--pin", PIN, "--keypairgen", "--key-type",
        "rsa:2048", "--id", "01", "--label", "web", "--usage-sign", "--usage-decrypt")
    engine = ["-engine", "pkcs11", "-keyform", "engine"]
    run("openssl", "req", *engine, "-key", WEB, "-new", "-x509", "-subj", "/CN=localhost", "-days", "30", "-out", "web.pem", env=env)
    expect(run("openssl", "verify", "-CAfile", "web.pem", "web.pem"), "OK")
    (TMP / "m").write_text("a message\n")
    run("openssl", "dgst", *engine, "-sign", WEB, "-sha256", "-out", "s.bin", "m", env=env)
    run("openssl", "x509", "-in", "web.pem", "-pubkey", "-noout", "-out", "pub.pem")
    run("openssl", "x509", "-in", "web.pem", "-noout", "-pubkey")
    (TMP / "pub.pem").write_text(run("openssl", "x509", "-in", "web.pem", "-pubkey", "-noout"))
    expect(run("openssl", "dgst", "-sha256", "-verify", "pub.pem", "-signature", "s.bin", "m"), "Verified OK")
    run("openssl", "cms", "-sign", *engine, "-inkey", WEB, "-signer", "web.pem", "-in", "m", "-out", "m.cms", env=env)
    run("openssl", "cms", "-verify", "-CAfile", "web.pem", "-purpose", "any", "-in", "m.cms", "-out", "m.out")
    assert (TMP / "m.out").read_text().strip() == "a message"
    run("openssl", "cms", "-encrypt", "-aes-256-cbc", "-in", "m", "-out", "m.enc", "web.pem")
    run("openssl", "cms", "-decrypt", *engine, "-inkey", WEB, "-recip", "web.pem", "-in", "m.enc", "-out", "m.dec", env=env)
    assert (TMP / "m.dec").read_text().strip() == "a message"


def test_elliptic_curve_certificate():
    env = with_engine()
    Daemon()
    run("pkcs11-tool", "--module", MODULE, "--token-label", "conf", "--login", "--pin", PIN, "--keypairgen", "--key-type",
        "EC:secp384r1", "--id", "02", "--label", "ec", "--usage-sign")
    run("openssl", "req", "-engine", "pkcs11", "-keyform", "engine", "-key", "pkcs11:token=conf;object=ec;type=private", "-new",
        "-x509", "-sha384", "-subj", "/CN=ec", "-days", "30", "-out", "ec.pem", env=env)
    expect(run("openssl", "verify", "-CAfile", "ec.pem", "ec.pem"), "OK")


main()
