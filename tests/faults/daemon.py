"""What happens to applications when the daemon is killed, and to the daemon when applications are."""

import json
import os
import random
import select
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["AZEKURA_SOURCE"], "tests/harness"))
from azekura_testing import *  # noqa: E402,F403

CLIENT = BIN / "faults_client"
KILLS = int(os.environ.get("AZEKURA_KILLS", "200"))
os.environ["AZEKURA_PIN"] = PIN


def client(*arguments, **options):
    return subprocess.Popen([str(CLIENT), *map(str, arguments)], text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, **options)


def make_signing_key():
    run("pkcs11-tool", "--module", MODULE, "--login", "--pin", PIN, "--keypairgen", "--key-type", "EC:prime256v1",
        "--id", b"sign".hex(), "--label", "sign", "--usage-sign")


def read_until(process, wanted, deadline_s=60):
    """The lines up to the one that begins with `wanted`."""
    lines = []
    end = time.monotonic() + deadline_s
    while time.monotonic() < end:
        if select.select([process.stdout], [], [], 0.2)[0]:
            line = process.stdout.readline()
            if not line:
                break
            lines.append(line)
            if line.startswith(wanted):
                return lines
    raise AssertionError(f"no {wanted!r} from the client: {lines} {process.stderr.read() if process.poll() is not None else ''}")


def result_of(process, timeout=120):
    out, err = process.communicate(timeout=timeout)
    assert process.returncode == 0, f"the client ended with {process.returncode}: {out} {err}"
    return out


def test_no_acknowledged_key_is_lost_by_killing_the_daemon():
    """Keys are made by four threads; the daemon is killed at a random moment; KILLS times."""
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}, {KILLS} kills")
    chance = random.Random(seed)
    daemon = Daemon()
    made, next_number = [], 0
    for _ in range(KILLS):
        writer = client("create", next_number, 4)
        lines = read_until(writer, "made")
        time.sleep(chance.uniform(0, 0.03))  # the moment of death, which is the point
        daemon.kill()
        writer.kill()
        out, _ = writer.communicate(timeout=60)
        # A line that was cut off by our own kill was not a whole acknowledgement.
        text = "".join(lines) + out
        whole = text[:text.rfind("\n") + 1]
        made += [int(line.split()[1]) for line in whole.splitlines() if line.startswith("made")]
        next_number = max(made) + 100
        daemon.start()
    checker = client("present", stdin=subprocess.PIPE)
    out, err = checker.communicate("\n".join(map(str, made)), timeout=300)
    print(f"{len(made)} keys were acknowledged")
    assert len(made) >= KILLS
    expect(out, f"checked {len(made)}")
    refuse(out, "missing")


def test_an_application_signs_on_while_the_daemon_is_killed_and_restarted():
    daemon = Daemon()
    make_signing_key()
    for transport in ("ring", "socket"):
        signer = client("sign", "sign", 4, 8, env={**os.environ, "AZEKURA_TRANSPORT": transport})
        read_until(signer, "signing")
        for _ in range(5):
            time.sleep(0.7)
            daemon.kill()
            daemon.start()
        out = result_of(signer)
        print(transport, out)
        expect(out, "errors 0 ")
        assert int(out.split("longest_ms")[1].split()[0]) < 5000, out


def test_nothing_hangs_when_the_daemon_stays_away():
    daemon = Daemon()
    make_signing_key()
    signer = client("sign", "sign", 2, 3)
    read_until(signer, "signing")
    time.sleep(0.5)
    daemon.kill()
    out = result_of(signer, timeout=60)
    print(out)
    expect(out, "CKR_DEVICE_")
    refuse(out, "errors 0 ")
    assert int(out.split("longest_ms")[1].split()[0]) < 20000, out
    daemon.start()


def test_applications_that_are_killed_while_they_sign_harm_nobody():
    daemon = Daemon()
    make_signing_key()
    survivor = client("sign", "sign", 2, 12)
    read_until(survivor, "signing")
    for transport in ("ring", "socket"):
        env = {**os.environ, "AZEKURA_TRANSPORT": transport}
        for _ in range(10):
            victims = [client("sign", "sign", 8, 60, env=env) for _ in range(2)]
            for victim in victims:
                read_until(victim, "signing")
            time.sleep(random.uniform(0, 0.1))
            for victim in victims:
                victim.kill()
                victim.communicate()
    out = result_of(survivor)
    expect(out, "errors 0 ")
    # Whatever the dead ones held is given back.
    for _ in range(50):
        status = json.loads(run(BIN / "azekura", "hsm", "status", "--json"))
        if status["connections"] <= 1:
            break
        time.sleep(0.1)
    assert status["connections"] <= 1, status
    descriptors = len(os.listdir(f"/proc/{daemon.process.pid}/fd"))
    assert descriptors < 64, f"{descriptors} descriptors are open for one connection"


def test_a_stopped_daemon_ends_its_clean_shutdown_under_load():
    daemon = Daemon()
    make_signing_key()
    signers = [client("sign", "sign", 4, 4) for _ in range(3)]
    for signer in signers:
        read_until(signer, "signing")
    time.sleep(0.5)
    daemon.stop()
    daemon.start()
    for signer in signers:
        expect(result_of(signer), "errors 0 ")


main()
