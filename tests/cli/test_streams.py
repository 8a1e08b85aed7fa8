"""Standard streams that are closed, full or of another encoding, and the log file. The real command, from its start."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping

import pytest

from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator


@pytest.fixture(scope="module")
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=2) as running:
        yield running


def shell(
    sandbox: Sandbox, arguments: str, redirections: str = "", environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command as a shell does."""
    line = f'exec "$0" -m photosync {arguments} --config "$1" {redirections}'
    return subprocess.run(
        ["/bin/sh", "-c", line, sys.executable, str(sandbox.config)],
        cwd=sandbox.folder,
        env={**sandbox.environment(), **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("redirections", "option"),
    [
        *(("2>&-", ""), ("2>&-", "--json"), (">&-", ""), (">&-", "--json"), ("<&-", "-q"), ("<&- >&- 2>&-", "")),
        *(("<&- >&- 2>&-", "-vv"), ("2>/dev/full", "-vv"), (">&- 2>/dev/full", "")),
    ],
)
def test_a_run_does_its_work_without_streams(sandbox: Sandbox, redirections: str, option: str) -> None:
    done = shell(sandbox, f"pull amazon {option}", redirections)
    assert done.returncode == 0, done.stderr
    assert len(sandbox.files()) == 2


def test_a_reader_that_has_enough_ends_nothing(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    sandbox.configure(
        {"amazon": simulator.account_settings(), "b": {"provider": "amazon", **simulator.account_settings()}}
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "photosync", "pull", "--json", "--config", str(sandbox.config)],
        env=sandbox.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    _, stderr = process.communicate(timeout=60)
    assert (process.returncode, stderr) == (0, b"")
    assert len(sandbox.files()) == 4


@pytest.mark.parametrize(("arguments", "status"), [("pull amazon", 6), ("pull amazon --json", 6), ("pull nobody", 2)])
def test_output_that_is_lost_is_said(sandbox: Sandbox, arguments: str, status: int) -> None:
    done = shell(sandbox, arguments, ">/dev/full")
    assert done.returncode == status
    if status == 6:
        assert (
            done.stderr
            == "photosync: the output cannot be written: No space left on device; the work itself is done.\n"
        )
        assert len(sandbox.files()) == 2


@pytest.mark.parametrize(
    "locale",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "C"},
        {"LC_ALL": "xx_XX.no-charset", "LANG": ""},
    ],
    ids=str,
)
def test_names_are_utf_8_in_every_session(sandbox: Sandbox, locale: dict[str, str]) -> None:
    names = ("café.jpg", "\U0001f600.jpg", "日本.jpg")
    with AmazonSimulator(items=0) as simulator:
        for name in names:
            simulator.library.add(name=name)
        sandbox.configure({"amazon": simulator.account_settings()}, layout="flat")
        done = shell(sandbox, "pull amazon -vv", environment={"PYTHONUTF8": "", **locale})
        assert done.returncode == 0, done.stderr
        found = {os.fsencode(path.name) for path in sandbox.files()}
        assert found == {name.encode() for name in names}
        for line in (sandbox.library / "SHA256SUMS").read_bytes().decode().splitlines():
            sha256, path = line.split("  ")
            assert hashlib.sha256((sandbox.library / path).read_bytes()).hexdigest() == sha256
        assert shell(sandbox, "list amazon", environment={"PYTHONUTF8": "", **locale}).returncode == 0
        assert sandbox.run("pull", "amazon").number("saved") == 0


def test_files_whose_names_are_not_utf_8(sandbox: Sandbox) -> None:
    sandbox.run("pull", "amazon")
    photos = [path.read_bytes() for path in sandbox.files()]
    for folder in (sandbox.folder / "mine", sandbox.library / "amazon"):
        (folder / "d\udce9").mkdir(parents=True)
        for path, content in zip((folder / "caf\udce9.jpg", folder / "d\udce9" / "a.jpg"), photos, strict=True):
            path.write_bytes(content)
    for command in (
        *(["fix", "--dry-run"], ["fix"], ["fix", "--undo"], ["push", "amazon", "--dry-run"], ["push", "amazon"]),
        *(["push", "amazon"], ["push", "amazon", "--full"]),
    ):
        for folder in (sandbox.folder / "mine", sandbox.library):
            result = sandbox.run(*command, str(folder))
            assert result.exit == 0, result
    for path in (sandbox.folder / "mine" / "caf\udce9.jpg", sandbox.library / "amazon" / "caf\udce9.jpg"):
        assert sandbox.run("why", str(path)).exit == 0
    sandbox.run("pull", "amazon", "--full").check_complete()


def test_the_log_file_tells_the_run(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    log = sandbox.folder / "photosync.log"
    simulator.faults.not_found = Fault(items={simulator.library.id_of(0)})
    assert sandbox.run("pull", "amazon", "--log-file", str(log)).exit == 3
    text = log.read_text(encoding="utf-8")
    assert "photosync 0.1.0: pull amazon --log-file" in text
    assert "WARNING photosync.messages: amazon: failed: " in text
    assert "INFO photosync.messages: amazon: 2 listed: 1 saved" in text
    assert text.endswith("INFO photosync.messages: ends with exit 3 (partial)\n")
    assert sandbox.run("pull", "nobody", "--log-file", str(log), "-q").exit == 2
    added = log.read_text(encoding="utf-8").removeprefix(text)
    assert "ERROR photosync.messages: " in added
    assert "there is no account 'nobody'" in added


@pytest.mark.parametrize("name", ["missing/x.log", "folder"])
def test_a_log_file_that_cannot_be_opened_is_wrong_usage(sandbox: Sandbox, name: str) -> None:
    (sandbox.folder / "folder").mkdir()
    result = sandbox.run("pull", "amazon", "--log-file", name)
    assert result.exit == 2
    assert result.stderr.startswith(f"photosync: --log-file {name} cannot be opened: ")
    assert result.stderr.count("\n") == 1
    assert sandbox.files() == []
