#!/usr/bin/python3
"""The systemd units: understood by systemd, as closed as docs/operations.md says, and the programs speak
the words that Type=notify and the watchdog wait for.
"""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile

TOP = pathlib.Path(os.environ.get("THIDUA_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
BUILD = pathlib.Path(os.environ.get("THIDUA_BUILD_DIR", TOP / "build/dev"))
EXPOSURE_MOST = 1.5

if shutil.which("systemd-analyze") is None:
    print("skipped: no systemd-analyze")
    sys.exit(77)

problems = []


def analyze(*arguments):
    done = subprocess.run(["systemd-analyze", "--no-pager", *arguments], capture_output=True, text=True, check=False,
                          env={**os.environ, "SYSTEMD_COLORS": "0"})
    return done.returncode, done.stdout + done.stderr


def check_unit(directory, program):
    name = f"thidua-{program}.service"
    text = (TOP / "systemd" / name).read_text()
    binary = BUILD / "bin" / f"thidua-{program}"
    if not binary.exists():
        print("skipped:", binary, "is not built")
        sys.exit(77)
    path = directory / name
    path.write_text(text.replace(f"/usr/bin/thidua-{program}", str(binary)))
    code, said = analyze("verify", "--man=no", path)
    if code != 0 or name in said:
        problems.append(f"{name}: {said.strip()}")
    code, said = analyze("security", "--offline=true", path)
    level = re.search(r"exposure level for \S+: ([0-9.]+)", said)
    if level is None or float(level[1]) > EXPOSURE_MOST:
        problems.append(f"{name}: exposure {level[1] if level else said}, at most {EXPOSURE_MOST}")
    if f"exposure of {EXPOSURE_MOST}" not in (TOP / "docs/operations.md").read_text():
        problems.append("docs/operations.md gives another exposure")
    for wanted in ("Type=notify", "WatchdogSec=", "NoNewPrivileges=yes", "ProtectSystem=strict", "MemoryMax=",
                   "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6", "SystemCallFilter=@system-service", "LimitNOFILE=",
                   "LoadCredential=", "LimitCORE=0"):
        if f"\n{wanted}" not in text:
            problems.append(f"{name} lacks {wanted}")


def words_of(directory, abstract):
    """What a worker says to systemd while it lives: it needs no server for that, and no database."""
    key = directory / "worker.key"
    if not key.exists():
        subprocess.run([BUILD / "bin/thidua", "key", "new", "--file", key], check=True, capture_output=True)
    public = subprocess.run(["grep", "curve_public", key], check=True, capture_output=True, text=True).stdout.split()[1]
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    address = "\0thidua-test-%d" % os.getpid() if abstract else str(directory / "notify")
    listener.bind(address)
    listener.settimeout(20)
    worker = subprocess.Popen(
        [BUILD / "bin/thidua-worker"], stderr=subprocess.DEVNULL,
        env={"NOTIFY_SOCKET": address.replace("\0", "@"), "WATCHDOG_USEC": "400000", "THIDUA_SERVERS": "tcp://127.0.0.1:9",
             "THIDUA_SERVER_KEY": public, "THIDUA_KEY_FILE": str(key), "THIDUA_DATABASE": "dbname=none"})
    heard = []
    try:
        while heard.count("WATCHDOG=1") < 3:
            heard.append(listener.recv(200).decode())
        worker.terminate()
        while heard[-1] != "STOPPING=1":
            heard.append(listener.recv(200).decode())
    except TimeoutError:
        problems.append(f"systemd heard only {heard}")
    finally:
        worker.kill()
        worker.wait()
        listener.close()
    if heard and heard[0] != "READY=1":
        problems.append(f"systemd heard first {heard[0]}")


with tempfile.TemporaryDirectory() as temporary:
    for which in ("server", "worker"):
        check_unit(pathlib.Path(temporary), which)
    words_of(pathlib.Path(temporary), False)
    words_of(pathlib.Path(temporary), True)
print(*problems, sep="\n", end="\n" if problems else "")
sys.exit(1 if problems else 0)
