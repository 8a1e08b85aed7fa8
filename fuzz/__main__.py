"""Runs harnesses under atheris, one after the other.

    python -m fuzz [HARNESS…] [--seconds N]

Seeds and what was learned from them are in `fuzz/corpus/`. An input that breaks a property is written to
`fuzz/found/HARNESS-…`, the exit status is 1 then, and `python -m fuzz HARNESS --input FILE` tries it again.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from fuzz.harness import Harness
from fuzz.harnesses import HARNESSES, MODULES

_HERE = Path(__file__).parent
_CORPUS, _FOUND = _HERE / "corpus", _HERE / "found"
_IN_MEMORY = Path("/dev/shm")
_SLOWEST_INPUT_S = 20
_MOST_MEMORY_MB = 1024
_MOST_SHOWN = 8000


def main() -> int:
    """Print a line for each harness."""
    parser = argparse.ArgumentParser(prog="fuzz")
    parser.add_argument("harness", nargs="*", help=f"one of {', '.join(HARNESSES)}; by default all")
    parser.add_argument("--seconds", type=int, default=10, help="for each harness")
    parser.add_argument("--input", type=Path, help="try this file alone, without atheris")
    arguments = parser.parse_args()
    unknown = set(arguments.harness) - HARNESSES.keys()
    if unknown or (arguments.input and len(arguments.harness) != 1):
        parser.error(f"unknown: {', '.join(unknown)}" if unknown else "--input needs one harness")
    if arguments.input:
        HARNESSES[arguments.harness[0]].check(arguments.input.read_bytes())
        return 0
    outcomes = [_run(HARNESSES[name], arguments.seconds) for name in arguments.harness or HARNESSES]
    return 0 if all(outcomes) else 1


def _run(harness: Harness, seconds: int) -> bool:
    """Fuzz one harness; returns whether its properties held."""
    corpus = _CORPUS / harness.name
    corpus.mkdir(parents=True, exist_ok=True)
    _FOUND.mkdir(exist_ok=True)
    for seed in harness.seeds():
        (corpus / hashlib.sha1(seed, usedforsecurity=False).hexdigest()).write_bytes(seed)
    began, before = time.monotonic(), set(_FOUND.iterdir())
    command = [
        *(sys.executable, "-m", "fuzz.target", MODULES[harness.name], harness.name, f"-max_total_time={seconds}"),
        *(f"-timeout={_SLOWEST_INPUT_S}", f"-rss_limit_mb={_MOST_MEMORY_MB}", f"-max_len={harness.longest}"),
        *(f"-artifact_prefix={_FOUND / harness.name}-", str(corpus)),
    ]
    environment = {**os.environ, "PHOTOSYNC_CLOCK_SPEED": "100"}
    if _IN_MEMORY.is_dir():  # files are written for each input: in memory that takes a third of the time
        environment["TMPDIR"] = str(_IN_MEMORY)
    done = subprocess.run(
        command, cwd=_HERE.parent, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    found = sorted(set(_FOUND.iterdir()) - before)
    print(f"{harness.name:20} {_runs(done.stdout):>9} inputs in {time.monotonic() - began:4.0f} s", flush=True)
    if done.returncode == 0 and not found:
        return True
    said = [line for line in done.stdout.splitlines() if not line.startswith((b"INFO:", b"WARNING:", b"#"))]
    print(b"\n".join(said).decode("utf-8", "replace")[-_MOST_SHOWN:])
    for each in found:
        print(f"Try it again with: python -m fuzz {harness.name} --input {each}")
    return False


def _runs(output: bytes) -> str:
    """The number of tried inputs, from the last line of libFuzzer's that has it."""
    numbers = re.findall(rb"^(?:#|Done )(\d+)\s", output, re.MULTILINE)
    return f"{int(numbers[-1]):,}" if numbers else "no"


if __name__ == "__main__":
    sys.exit(main())
