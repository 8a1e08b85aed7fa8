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
ONCE = ["/bin/sh", str(ROOT / "container" / "pull-once.sh")]


def _script(path: Path, *lines: str) -> None:
    path.write_text("\n".join(("#!/bin/sh", *lines, "")), encoding="utf-8")
    path.chmod(0o755)


def _path_with(folder: Path) -> str:
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


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
    log = tmp_path / "log"
    _script(tmp_path / "photosync", f"echo $* >> {shlex.quote(str(log))}", "echo ran", "exit 4")
    environment = {"PATH": _path_with(tmp_path), "PHOTOSYNC_EVERY": "0.1"}
    command = ["/bin/sh", str(ROOT / "container" / "pull-regularly.sh")]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as script:
        assert script.stdout is not None
        assert [script.stdout.readline() for _ in range(3)] == ["ran\n"] * 3
        script.send_signal(signal.SIGTERM)
        script.stdout.read()
    assert script.returncode == 0
    assert set(log.read_text().splitlines()) == {"pull"}


def _pulls_once(sandbox: Sandbox, folder: Path, **variables: str) -> int:
    """Run the script with the real program; its exit status."""
    _script(folder / "photosync", f'exec {shlex.quote(sys.executable)} -m photosync "$@"')
    own = {
        "PATH": _path_with(folder),
        "PHOTOSYNC_CONFIG": str(sandbox.config),
        "PHOTOSYNC_LIBRARY": str(sandbox.library),
    }
    return subprocess.run(ONCE, env=sandbox.environment() | own | variables, cwd=folder, check=False).returncode


def test_one_run_makes_a_lost_library_out_of_the_copy_and_downloads_nothing_again(tmp_path: Path) -> None:
    sandbox, copy = Sandbox(tmp_path / "user"), tmp_path / "copy"
    copy.mkdir()
    with AmazonSimulator(items=4) as simulator:
        sandbox.configure({"amazon": simulator.account_settings()})
        with sandbox.config.open("a", encoding="utf-8") as file:
            file.write(f"copies: {{offsite: {copy}}}\nafter: copy offsite\n")
        assert _pulls_once(sandbox, tmp_path, PHOTOSYNC_RESTORE_FROM="offsite") == 2  # a new account has no copy yet
        assert not (sandbox.library / "SHA256SUMS").exists()
        assert _pulls_once(sandbox, tmp_path) == 0
        saved, downloads = sandbox.hashes(), simulator.counts["content"]
        shutil.rmtree(sandbox.library)
        shutil.rmtree(sandbox.home)  # and the state with it
        sandbox.home.mkdir()
        for _ in range(2):
            assert _pulls_once(sandbox, tmp_path, PHOTOSYNC_RESTORE_FROM="offsite") == 0
        assert sandbox.hashes() == saved
        assert simulator.counts["content"] == downloads
        assert sandbox.run("audit", "amazon").exit == 0


def test_one_run_goes_on_with_a_restore_that_was_interrupted(tmp_path: Path) -> None:
    _script(
        tmp_path / "photosync",
        'echo "$2" >> log',
        "mkdir -p library/.photosync",
        "touch library/.photosync/library.json",
        "exit $STATUS",
    )
    environment = {"PATH": _path_with(tmp_path), "PHOTOSYNC_LIBRARY": "library", "PHOTOSYNC_RESTORE_FROM": "offsite"}
    for status, commands, ends_with in (
        (5, "restore", 5),
        (7, "restore", 0),  # another run is making the library
        (3, "restore pull", 3),  # a file is damaged in the copy, and fails in the pull as well
        (7, "pull", 0),
        (8, "pull", 0),
        (4, "pull", 4),
    ):
        done = subprocess.run(ONCE, env={**environment, "STATUS": str(status)}, cwd=tmp_path, check=False)
        assert (done.returncode, (tmp_path / "log").read_text().split()) == (ends_with, commands.split()), status
        (tmp_path / "log").unlink()


def test_one_run_ends_at_once_when_it_is_stopped_while_it_waits(tmp_path: Path) -> None:
    _script(tmp_path / "sleep", "echo waits", f'exec {shutil.which("sleep")} "$1"')
    environment = {"PATH": _path_with(tmp_path), "PHOTOSYNC_JITTER": "1000000"}
    with subprocess.Popen(ONCE, env=environment, stdout=subprocess.PIPE, text=True) as script:
        assert script.stdout is not None
        assert script.stdout.readline() == "waits\n"
        script.send_signal(signal.SIGTERM)
        script.stdout.read()
    assert script.returncode == 128 + signal.SIGTERM
