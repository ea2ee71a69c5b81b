"""What the tests of the command line share: azekura with its output and its errors apart, and a terminal."""

import json
import os
import pty
import select
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["AZEKURA_SOURCE"], "tests/harness"))
from azekura_testing import *  # noqa: E402,F403
from azekura_testing import BIN, PIN, TMP  # noqa: E402


def azekura(*arguments, ok=0, input=None, env=None, program="azekura", timeout=120):
    """Runs it in TMP, and expects this exit status. Bytes in, bytes out, text of errors."""
    done = subprocess.run(
        [str(BIN / program), *[str(each) for each in arguments]], input=input, cwd=TMP, timeout=timeout,
        stdin=subprocess.DEVNULL if input is None else None, capture_output=True, start_new_session=True,
        env={**os.environ, "AZEKURA_PIN": PIN, **(env or {})})
    done.stderr = done.stderr.decode()
    assert done.returncode == ok, (
        f"$ {program} {' '.join(str(each) for each in arguments)}\nended with {done.returncode}, not {ok}:\n"
        f"{done.stdout[-2000:]!r}\n{done.stderr}")
    return done


def data(*arguments, **options):
    """What a command prints with --json."""
    return json.loads(azekura(*arguments, "--json", **options).stdout)


def refused(*arguments, ok=1, **options):
    """The error of a command that must fail: nothing but JSON or nothing on stdout."""
    done = azekura(*arguments, ok=ok, **options)
    assert done.stdout == b"", done.stdout
    return done.stderr


def on_terminal(*command, answers, ok=0, env=None):
    """Runs a command on a terminal of its own and types an answer at each prompt that ends with ': ' or
    '] '. Returns all that the terminal showed."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(TMP)
        os.environ.pop("AZEKURA_PIN", None)
        os.environ.update(env or {})
        os.execv(str(command[0]), [str(each) for each in command])
    shown, since, answers = b"", b"", list(answers)
    while True:
        ready, _, _ = select.select([terminal], [], [], 60)
        assert ready, f"nothing came for a minute after {shown!r}"
        try:
            part = os.read(terminal, 4096)
        except OSError:  # the other end has gone
            break
        if not part:
            break
        shown += part
        since += part
        if answers and (since.endswith(b": ") or since.endswith(b"] ")):
            os.write(terminal, answers.pop(0).encode() + b"\n")
            since = b""
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code == ok, f"ended with {code}, not {ok}:\n{shown.decode()}"
    return shown.decode()
