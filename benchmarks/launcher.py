"""Runs one command and writes what it used: `python launcher.py RESULT STDOUT STDERR COMMAND…`.

A process of its own, because the kernel counts the memory of the process that starts a command to that command's peak.
"""

import json
import os
import sys
import time


def main() -> None:
    """Write exit status, seconds, CPU seconds and peak memory as JSON."""
    result, output, errors, *command = sys.argv[1:]
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    began = time.perf_counter()
    pid = os.posix_spawnp(
        command[0],
        command,
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, output, flags, 0o600),
            (os.POSIX_SPAWN_OPEN, 2, errors, flags, 0o600),
        ],
    )
    _, status, used = os.wait4(pid, 0)
    measured = {
        "exit": os.waitstatus_to_exitcode(status),
        "seconds": time.perf_counter() - began,
        "cpu_s": used.ru_utime + used.ru_stime,
        "peak_mb": used.ru_maxrss / (1_000_000 if sys.platform == "darwin" else 1000),
    }
    with open(result, "w", encoding="utf-8") as file:  # noqa: PTH123 - pathlib takes memory and time
        json.dump(measured, file)


if __name__ == "__main__":
    main()
