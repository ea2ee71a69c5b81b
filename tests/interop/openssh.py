"""OpenSSH: keys listed, an agent, signatures, and a login at a real sshd."""

import os
import pwd
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["AZEKURA_SOURCE"], "tests/harness"))
from azekura_testing import *  # noqa: E402,F403


def make_keys():
    tool = ["pkcs11-tool", "--module", MODULE, "--token-label", "conf", "--login", "--pin", PIN]
    run(*tool, "--keypairgen", "--key-type", "EC:prime256v1", "--id", "01", "--label", "ec", "--usage-sign")
    run(*tool, "--keypairgen", "--key-type", "rsa:3072", "--id", "02", "--label", "rsa", "--usage-sign")
    keys = [line for line in run("ssh-keygen", "-D", MODULE).splitlines() if line.startswith(("ssh-", "ecdsa-"))]
    assert len(keys) == 2, keys
    return sorted(keys)  # ecdsa before ssh-rsa


def askpass():
    script = TMP / "askpass.sh"
    script.write_text(f"#!/bin/sh\necho '{PIN}'\n")
    script.chmod(0o700)
    return {"SSH_ASKPASS": str(script), "SSH_ASKPASS_REQUIRE": "force"}


class Agent:
    def __enter__(self):
        self.path = TMP / "agent.sock"
        self.process = subprocess.Popen(["ssh-agent", "-D", "-a", str(self.path), "-P", MODULE],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            if self.path.exists():
                break
            try:
                self.process.wait(0.05)
            except subprocess.TimeoutExpired:
                pass
        os.environ["SSH_AUTH_SOCK"] = str(self.path)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def test_agent_signs_files():
    need("ssh-agent")
    Daemon()
    keys = make_keys()
    with Agent():
        run("ssh-add", "-s", MODULE, env=askpass())
        expect(run("ssh-add", "-l"), "ECDSA", "RSA")
        for key in keys:
            (TMP / "k.pub").write_text(key + "\n")
            (TMP / "allowed").write_text(f"me {key}\n")
            (TMP / "m").write_text("a release")
            (TMP / "m.sig").unlink(missing_ok=True)
            run("ssh-keygen", "-Y", "sign", "-n", "file", "-f", "k.pub", "m")
            expect(run("ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "me", "-n", "file", "-s", "m.sig",
                       input="a release"), "Good")
            run("ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "me", "-n", "file", "-s", "m.sig",
                input="a releese", ok=(255,))


def test_login_at_a_real_sshd():
    need("/usr/sbin/sshd")
    Daemon()
    keys = make_keys()
    user = pwd.getpwuid(os.getuid()).pw_name
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "host_key")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (TMP / "authorized_keys").write_text(keys[0] + "\n")
    (TMP / "sshd_config").write_text(
        f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {TMP}/host_key\nPidFile none\nUsePAM no\nStrictModes no\n"
        f"AuthorizedKeysFile {TMP}/authorized_keys\nPasswordAuthentication no\nPermitRootLogin yes\n")
    if os.getuid() == 0:
        os.makedirs("/run/sshd", exist_ok=True)
    sshd = subprocess.Popen(["/usr/sbin/sshd", "-D", "-e", "-f", str(TMP / "sshd_config")],
                            stdout=subprocess.DEVNULL, stderr=open(TMP / "sshd.log", "wb"))
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            try:
                sshd.wait(0.1)
            except subprocess.TimeoutExpired:
                pass
        text = run("ssh", "-F", "none", "-o", f"PKCS11Provider={MODULE}", "-o", "StrictHostKeyChecking=no", "-o",
                   f"UserKnownHostsFile={TMP}/known", "-o", "IdentitiesOnly=no", "-o", "PreferredAuthentications=publickey",
                   "-p", str(port), f"{user}@127.0.0.1", "echo logged in", env=askpass())
        expect(text, "logged in")
    finally:
        sshd.terminate()
        sshd.wait()


main()
