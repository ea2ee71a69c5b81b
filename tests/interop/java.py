"""Java: keytool and jarsigner through SunPKCS11."""

import os
import sys

sys.path.insert(0, os.path.join(os.environ["AZEKURA_SOURCE"], "tests/harness"))
from azekura_testing import *  # noqa: E402,F403


def sun_pkcs11():
    need("keytool")
    (TMP / "java.cfg").write_text(
        f"name = Conf\nlibrary = {MODULE}\nslotListIndex = 0\n"
        "attributes(generate,*,*) = {\n CKA_TOKEN = true\n}\n"
        "attributes(generate,CKO_PRIVATE_KEY,*) = {\n CKA_PRIVATE = true\n CKA_SENSITIVE = true\n CKA_SIGN = true\n}\n")
    return ["-J-Duser.language=en", "-providerClass", "sun.security.pkcs11.SunPKCS11", "-providerArg", "java.cfg",
            "-keystore", "NONE", "-storetype", "PKCS11", "-storepass", PIN]


def test_signs_jars_with_rsa_and_elliptic_curve_keys():
    options = sun_pkcs11()
    need("jarsigner")
    Daemon()
    run("keytool", *options, "-genkeypair", "-alias", "j", "-keyalg", "RSA", "-keysize", "2048", "-sigalg",
        "SHA256withRSA", "-dname", "CN=j", "-validity", "30")
    run("keytool", *options, "-genkeypair", "-alias", "e", "-keyalg", "EC", "-groupname", "secp256r1", "-sigalg",
        "SHA256withECDSA", "-dname", "CN=e", "-validity", "30")
    expect(run("keytool", *options, "-list"), "PrivateKeyEntry", "j,", "e,")
    (TMP / "t.txt").write_text("content")
    for alias in ("j", "e"):
        run("jar", "cf", "t.jar", "t.txt")
        run("jarsigner", *options, "t.jar", alias)
        expect(run("jarsigner", "-verify", "t.jar"), "jar verified")
    run("keytool", *options, "-delete", "-alias", "j")
    refuse(run("keytool", *options, "-list"), "j,")


main()
