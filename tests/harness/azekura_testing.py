"""What tests that look at Azekura from outside share: a daemon in a folder of its own, a token in it,
and commands whose output a person reads when they fail.

A test file defines functions named test_*, and ends with `main()`. ctest runs each function in a
process of its own (cmake/AzekuraTest.cmake, azekura_python_tests), by tests/run, which provides
AZEKURA_BIN, AZEKURA_MODULE and AZEKURA_TMP."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import traceback

BIN = pathlib.Path(os.environ["AZEKURA_BIN"])
MODULE = os.environ["AZEKURA_MODULE"]
TMP = pathlib.Path(os.environ["AZEKURA_TMP"])
SOURCE = pathlib.Path(os.environ["AZEKURA_SOURCE"])

SO_PIN = "so-pin-8765"
PIN = "user-pin-1234"
READY_S = 60


class Skip(Exception):
    """Raised with the reason when something that a test needs is not on this machine."""


def need(program):
    if shutil.which(program) is None:
        raise Skip(f"{program} is not installed")


def run(*command, input=None, ok=(0,), env=None, timeout=180, cwd=None):
    """Runs a command and returns its stdout and stderr as one text; any exit status but `ok` fails."""
    done = subprocess.run(
        [str(part) for part in command], input=input, text=True, cwd=cwd or TMP, timeout=timeout,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, **(env or {})})
    if ok is not None and done.returncode not in ok:
        raise AssertionError(
            f"$ {' '.join(str(part) for part in command)}\nended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def expect(text, *parts):
    for part in parts:
        assert part in text, f"no {part!r} in:\n{text}"


def refuse(text, *parts):
    for part in parts:
        assert part not in text, f"{part!r} in:\n{text}"


class Daemon:
    """azekura-hsmd on a folder below TMP, with the environment that clients need."""

    def __init__(self, name="hsm", token="conf", token_pin=PIN):
        self.dir = TMP / name
        self.socket = TMP / f"{name}.sock"
        self.key_file = TMP / f"{name}.key"
        self.log_path = TMP / f"{name}.log"
        self.process = None
        self.env = {"AZEKURA_SOCKET": str(self.socket)}
        os.environ.update(self.env)
        if not self.key_file.exists():
            self.key_file.write_bytes(os.urandom(32))
            self.key_file.chmod(0o600)
            run(BIN / "azekura", "hsm", "init", "--dir", self.dir, "--key-file", self.key_file)
        self.start()
        if token:
            self.create_token(token, token_pin)

    def start(self):
        """Starts the daemon and returns when it says that it is ready."""
        notify_path = TMP / "notify.sock"
        notify_path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(str(notify_path))
            notify.settimeout(0.2)
            with open(self.log_path, "ab") as log:
                self.process = subprocess.Popen(
                    [str(BIN / "azekura-hsmd"), "--dir", str(self.dir), "--socket", str(self.socket),
                     "--key-file", str(self.key_file)],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    env={**os.environ, "NOTIFY_SOCKET": str(notify_path)})
            for _ in range(READY_S * 5):
                try:
                    if b"READY=1" in notify.recv(4096):
                        return
                except TimeoutError:
                    if self.process.poll() is not None:
                        raise AssertionError(f"the daemon ended with {self.process.returncode}:\n{self.log()}")
            raise AssertionError(f"the daemon was not ready in {READY_S} s:\n{self.log()}")

    def log(self):
        return self.log_path.read_text(errors="replace")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """Asks it to end, and expects that it ends well."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=30)
        assert status == 0, f"the daemon ended with {status} after SIGTERM:\n{self.log()}"

    def alive(self):
        return self.process.poll() is None

    def create_token(self, label, pin=PIN, so_pin=SO_PIN):
        so_file, pin_file = TMP / "so.pin", TMP / "user.pin"
        so_file.write_text(so_pin)
        pin_file.write_text(pin)
        run(BIN / "azekura", "token", "create", "--label", label, "--so-pin-file", so_file,
            "--pin-file", pin_file)


def main():
    """Runs the test that is named on the command line, or all of the file's."""
    file = sys.modules["__main__"]
    names = sys.argv[1:] or [name for name in vars(file) if name.startswith("test_")]
    started = []
    original_start = Daemon.start

    def remember(self):
        if self not in started:
            started.append(self)
        original_start(self)

    Daemon.start = remember
    for name in names:
        try:
            getattr(file, name)()
            for daemon in started:
                assert daemon.alive() or daemon.process.returncode == 0, \
                    f"the daemon died with {daemon.process.returncode}:\n{daemon.log()}"
                daemon.stop()
        except Skip as reason:
            print(f"skipped: {name}: {reason}")
            sys.exit(77)
        except BaseException:  # a timeout of a command too
            traceback.print_exc(file=sys.stdout)
            for daemon in started:
                print(f"--- {daemon.log_path.name}\n{daemon.log()[-4000:]}")
                if daemon.alive():
                    daemon.kill()
            sys.exit(1)
        started.clear()
        print(f"passed: {name}")
