"""GnuTLS's p11tool and certtool."""

import os
import sys

sys.path.insert(0, os.path.join(os.environ["AZEKURA_SOURCE"], "tests/harness"))
from azekura_testing import *  # noqa: E402,F403

P11TOOL = ["p11tool", "--provider", MODULE]


def test_makes_lists_and_uses_keys():
    need("p11tool")
    Daemon()
    env = {"GNUTLS_PIN": PIN}
    run(*P11TOOL, "--login", "--generate-privkey=rsa", "--bits=2048", "--label=web", "--outfile=web.pub",
        "pkcs11:token=conf", env=env)
    run(*P11TOOL, "--login", "--generate-privkey=ecdsa", "--curve=secp256r1", "--label=ec", "--outfile=ec.pub",
        "pkcs11:token=conf", env=env)
    text = run(*P11TOOL, "--login", "--list-all", "pkcs11:token=conf", env=env)
    expect(text, "Label: web", "Label: ec", "Type: Private key")
    for label in ("web", "ec"):
        text = run(*P11TOOL, "--login", "--test-sign", f"pkcs11:token=conf;object={label};type=private", env=env)
        assert text.count("ok") >= 2, text
        refuse(text, "failed", "error")


def test_issues_a_certificate():
    need("certtool")
    Daemon()
    env = {"GNUTLS_PIN": PIN}
    run(*P11TOOL, "--login", "--generate-privkey=ecdsa", "--curve=secp384r1", "--label=ca", "--outfile=ca.pub",
        "pkcs11:token=conf", env=env)
    (TMP / "template").write_text('cn = "Test CA"\nca\ncert_signing_key\nexpiration_days = 2\n')
    run("certtool", "--generate-self-signed", "--provider", MODULE, "--load-privkey",
        "pkcs11:token=conf;object=ca;type=private", "--load-pubkey", "ca.pub", "--template", "template", "--outfile",
        "ca.pem", env=env)
    expect(run("openssl", "verify", "-CAfile", "ca.pem", "ca.pem"), "OK")
    run(*P11TOOL, "--login", "--write", "--load-certificate", "ca.pem", "--label=ca", "pkcs11:token=conf", env=env)
    expect(run(*P11TOOL, "--list-all-certs", "pkcs11:token=conf"), "Label: ca")


main()
