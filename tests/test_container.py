"""What the container is made of, as far as that can be tested without building one."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
COPIED = [
    source
    for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE)
    for source in [word for word in line.split()[:-1] if not word.startswith("--")]
]


def test_the_package_can_be_built_of_what_is_copied(tmp_path: Path) -> None:
    for name in COPIED:
        source, target = ROOT / name, tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, target)
    build = "from hatchling import build; print(build.build_wheel('.'))"
    subprocess.run([sys.executable, "-c", build], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    assert list(tmp_path.glob("*.whl"))


def test_what_is_copied_is_not_ignored() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = {line[1:] for line in lines if line.startswith("!")}
    assert {Path(name).parts[0] for name in COPIED} == allowed


def test_it_does_not_run_as_root() -> None:
    last = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[-1]
    assert re.findall(r"^USER (\w+)$", last, re.MULTILINE) == ["photosync"]


def test_the_health_check_looks_at_the_last_good_run(tmp_path: Path) -> None:
    (command,) = re.findall(r"^HEALTHCHECK .* CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    program, *arguments = json.loads(command)
    assert program == "photosync"
    sandbox = Sandbox(tmp_path)
    with AmazonSimulator(items=1) as simulator:
        sandbox.configure({"amazon": simulator.account_settings()})
        assert sandbox.run(*arguments).exit == 5
        assert sandbox.run("pull").exit == 0
        assert sandbox.run(*arguments).exit == 0


def test_it_pulls_again_and_again_and_ends_when_it_is_stopped(tmp_path: Path) -> None:
    log, program = tmp_path / "log", tmp_path / "photosync"
    program.write_text(f"#!/bin/sh\necho $* >> {shlex.quote(str(log))}\necho ran\nexit 4\n")
    program.chmod(0o755)
    environment = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "PHOTOSYNC_EVERY": "0.1"}
    command = ["/bin/sh", str(ROOT / "container" / "pull-regularly.sh")]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as script:
        assert script.stdout is not None
        assert [script.stdout.readline() for _ in range(3)] == ["ran\n"] * 3
        script.send_signal(signal.SIGTERM)
        script.stdout.read()
    assert script.returncode == 0
    assert set(log.read_text().splitlines()) == {"pull"}
