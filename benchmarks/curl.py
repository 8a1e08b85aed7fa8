"""curl: downloads with 50 connections, writes files, and proves nothing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from benchmarks.measuring import Measured, run
from benchmarks.service import Service

CONNECTIONS = 50


def is_installed() -> bool:
    """Whether there is one."""
    return shutil.which("curl") is not None


def download(service: Service, count: int, folder: Path) -> Measured:
    """Download the contents of the first `count` items to `folder`/files, each through its redirect."""
    files = folder / "files"
    files.mkdir(parents=True)
    settings = folder / "curl.txt"
    settings.write_text(
        "".join(f'url = "{service.redirect_url(number)}"\noutput = "{files}/{number}"\n' for number in range(count))
    )
    parallel = ["--parallel", "--parallel-max", str(CONNECTIONS)]
    command = ["curl", "-sS", "-f", "-L", "--cacert", service.certificate, *parallel, "-K", str(settings)]
    return run(command, folder, {"PATH": os.environ["PATH"]})
