"""Starts `photosync` in a separate process, without the half second that Python needs to import it.

A server process imports the program once. For each run it forks: the new process gets the arguments, environment,
working folder and standard streams of that run, and from then on is the command, until it ends by itself or by a
signal. `python -m photosync` does the same work from the beginning, and tests of the start itself use that.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from photosync.testing import disk_faults

_STREAMS = 3
_MESSAGE_BYTES = 1 << 16


class ForkedCommand:
    """A run of the command: the subset of `subprocess.Popen` that tests use. One that nobody refers to is killed."""

    def __init__(self, pid: int, status: socket.socket, streams: Sequence[TextIO]) -> None:
        self.pid = pid
        self._exit: int | None = None
        self.stdin, self.stdout, self.stderr = streams
        self._status = status
        self._output = ["", ""]
        self._readers: list[threading.Thread] = []
        weakref.finalize(self, _end, pid, status, streams)

    def poll(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self._exit

    @property
    def returncode(self) -> int:
        """The exit status of a run that has ended."""
        assert self._exit is not None, "it still runs"
        return self._exit

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end. Raises `subprocess.TimeoutExpired`."""
        if self._exit is None:
            if not select.select([self._status], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("photosync", timeout or 0)
            self._exit = int(self._status.recv(_MESSAGE_BYTES) or b"-9")
            self._status.close()
        return self._exit

    def communicate(self, text: str | None = None, timeout: float | None = None) -> tuple[str, str]:
        """Write `text`, read standard output and error to their ends, and wait. After a time-out, call it again."""
        end = None if timeout is None else time.monotonic() + timeout
        if not self._readers:
            with contextlib.suppress(BrokenPipeError, ValueError):
                self.stdin.write(text or "")
                self.stdin.close()
            self._readers = [threading.Thread(target=self._read, args=(number,), daemon=True) for number in (0, 1)]
            for reader in self._readers:
                reader.start()
        for reader in self._readers:
            reader.join(None if end is None else max(0.0, end - time.monotonic()))
            if reader.is_alive():
                raise subprocess.TimeoutExpired("photosync", timeout or 0)
        self.wait(None if end is None else max(0.0, end - time.monotonic()))
        return self._output[0], self._output[1]

    def _read(self, number: int) -> None:
        with (self.stdout, self.stderr)[number] as stream:
            self._output[number] = stream.read()

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def _end(pid: int, status: socket.socket, streams: Sequence[TextIO]) -> None:
    """End a run that a failed test has left, and close what it has open."""
    with status:
        if status.fileno() >= 0 and not select.select([status], [], [], 0)[0]:
            os.kill(pid, signal.SIGKILL)
    for stream in streams:
        with contextlib.suppress(BrokenPipeError):
            stream.close()


def start(arguments: Sequence[str], *, folder: Path, environment: Mapping[str, str]) -> ForkedCommand:
    """Start `photosync ARGUMENTS` in `folder`."""
    message = {"arguments": list(arguments), "folder": str(folder), "environment": dict(environment)}
    ours, theirs = socket.socketpair()
    pipes = [os.pipe() for _ in range(_STREAMS)]
    given = [pipes[0][0], pipes[1][1], pipes[2][1]]
    with theirs:
        socket.send_fds(_server(), [json.dumps(message).encode() + b"\n"], [*given, theirs.fileno()])
    for number in given:
        os.close(number)
    kept = (open(pipes[0][1], "w", encoding="utf-8"), *(open(pipe[0], encoding="utf-8") for pipe in pipes[1:]))  # noqa: PTH123, SIM115
    answer = ours.recv(8, socket.MSG_WAITALL)
    if not answer:
        raise RuntimeError("the server that starts the command has ended")
    return ForkedCommand(int(answer), ours, kept)


@functools.cache
def _server() -> socket.socket:
    """The connection to this process's server, which ends with it."""
    ours, theirs = socket.socketpair()
    with theirs:
        server = subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-m", __name__, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PYTHONUTF8": "1"},
        )

    def stop() -> None:
        ours.close()
        server.wait()

    atexit.register(stop)
    return ours


def _serve(requests: socket.socket) -> None:
    """Fork for each request, and report the exit status of each command. Returns in the forked processes only."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # the number of the signal goes to the socket, and ends `select`
    ends, wakeup = socket.socketpair()
    wakeup.setblocking(False)
    signal.set_wakeup_fd(wakeup.fileno(), warn_on_full_buffer=False)
    running: dict[int, socket.socket] = {}
    while True:
        ready, _, _ = select.select([requests, ends], [], [])
        if ends in ready:
            ends.recv(_MESSAGE_BYTES)
            _tell_ends(running)
            continue
        message, received, _, _ = socket.recv_fds(requests, _MESSAGE_BYTES, _STREAMS + 1)
        while message and not message.endswith(b"\n"):
            message += requests.recv(_MESSAGE_BYTES)
        if not message:
            os._exit(0)
        *streams, status = received
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            for each in (requests, ends, wakeup, *running.values()):
                each.close()
            os.close(status)
            _become(json.loads(message), streams)
            return
        for number in streams:
            os.close(number)
        running[pid] = socket.socket(fileno=status)
        running[pid].sendall(b"%8d" % pid)


def _tell_ends(running: dict[int, socket.socket]) -> None:
    while running:
        pid, how = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        with running.pop(pid) as status, contextlib.suppress(OSError):  # the client may have closed its connection
            status.sendall(b"%d" % os.waitstatus_to_exitcode(how))


def _become(request: Mapping[str, object], streams: Sequence[int]) -> None:
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    folder, environment, arguments = request["folder"], request["environment"], request["arguments"]
    assert isinstance(folder, str)
    assert isinstance(environment, dict)
    assert isinstance(arguments, list)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    if disk := os.environ.pop(disk_faults.VARIABLE, ""):
        disk_faults.install(disk)
    sys.argv = ["photosync", *arguments]


def _run(main: Callable[[], object]) -> None:
    """Run the command, with the usual work at exit except freeing all memory, which takes as long as a run:
    each object that is freed is a write to a page that is still shared with the server."""
    try:
        main()
    except SystemExit as end:
        if not isinstance(end.code, int):
            raise
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code)


def _import_the_program() -> None:
    """Everything that a command may import, so that no run has to."""
    import pkgutil  # noqa: PLC0415

    import photosync  # noqa: PLC0415
    from photosync.plugins import plugins  # noqa: PLC0415

    for module in pkgutil.walk_packages(photosync.__path__, "photosync."):
        if not module.name.startswith(("photosync.__main__", "photosync.testing")):
            __import__(module.name)
    for plugin in plugins().values():
        plugin.load()
    gc.freeze()  # so that no collection in a run writes to the pages that it shares with the server


if __name__ == "__main__":
    from importlib.metadata import entry_points

    (program,) = entry_points(group="console_scripts", name="photosync")
    __package__ = ""  # usage messages name the program by this module otherwise
    _import_the_program()
    _serve(socket.socket(fileno=int(sys.argv[1])))
    _run(program.load())
