"""For test scripts in Python: a private stack that is gone when the block ends.

    import sys, pathlib
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
    from thidua_test import Stack, equal

    with Stack("--workers", "2") as stack:
        equal(stack.thidua("ping").returncode, 0)

Standard library only. Assertions raise AssertionError; on any exception the ends of the stack's logs
go to stderr. THIDUA_KEEP=1 keeps a failed stack's directory.
"""

import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(os.environ.get("THIDUA_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
LOG_TAIL_LINES = 15


def _end_by_exception(number, _frame):
    # An overdue test is ended with SIGTERM, by `timeout` even twice; the stack must go all the
    # same, so from the second on it is not listened to.
    signal.signal(signal.SIGTERM, lambda *_: None)
    raise SystemExit(128 + number)


class Stack:
    """A running stack; `env` is the environment of its administrator."""

    def __init__(self, *options):
        self.options = options
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="thidua-test."))
        self.directory = self.top / "stack"
        self.env = {}

    def __enter__(self):
        signal.signal(signal.SIGTERM, _end_by_exception)
        try:
            self.control("start", *self.options)
            self.env = self._read_env()
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, kind, _value, _traceback):
        if kind is not None:
            self.show_logs()
        if kind is not None and os.environ.get("THIDUA_KEEP"):
            self._control_if_there("stop")
            print("kept:", self.top, file=sys.stderr)
        else:
            self._control_if_there("remove")
            shutil.rmtree(self.top, ignore_errors=True)

    def control(self, command, *arguments):
        """scripts/stack COMMAND on this stack: stop, restart NAME, run NAME, kill NAME, ..."""
        subprocess.run([SOURCE / "scripts/stack", command, self.directory, *arguments], check=True)

    def _control_if_there(self, command):
        # The signal that is sent to the group of an overdue test may hit this, too: once more, then.
        while (self.directory / "run").is_dir():
            status = subprocess.run([SOURCE / "scripts/stack", command, self.directory], check=False).returncode
            if status != -signal.SIGTERM:
                break

    def _read_env(self):
        text = subprocess.run(
            ["bash", "-c", f". {shlex.quote(str(self.directory))}/env && env -0"],
            check=True, stdout=subprocess.PIPE).stdout
        return dict(line.split("=", 1) for line in text.decode().split("\0") if line)

    def run(self, *command, env=None, check=False, text=True, **options):
        """Runs a program as the administrator; its output is captured."""
        return subprocess.run([str(word) for word in command], env={**self.env, **(env or {})},
                              check=check, text=text, capture_output=True, **options)

    def thidua(self, *arguments, **options):
        return self.run("thidua", *arguments, **options)

    def sql(self, statement, role="postgres"):
        """Rows as lists of texts."""
        done = self.run("psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--field-separator=\x1f",
                        "--set=ON_ERROR_STOP=1", f"--username={role}", "--command", statement)
        if done.returncode != 0:
            raise AssertionError(f"psql: {done.stderr}")
        return [line.split("\x1f") for line in done.stdout.splitlines()]

    def show_logs(self):
        for log in sorted((self.directory / "log").glob("*.log")):
            lines = log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:]
            if lines:
                print(f"--- end of {log.name}", *lines, sep="\n", file=sys.stderr)


def equal(actual, expected, what="value"):
    if actual != expected:
        raise AssertionError(f"{what}: expected {expected!r}, got {actual!r}")


def succeeded(done):
    """The result of Stack.run, which must have exited with 0."""
    if done.returncode != 0:
        raise AssertionError(f"exit {done.returncode}: {shlex.join(done.args)}\n{done.stdout}{done.stderr}")
    return done


def wait_for(seconds, condition, what="condition"):
    """Polls condition() until it is true; a test never sleeps for luck."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)
