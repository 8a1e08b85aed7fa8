"""`demo --keep`: the simulated services stay, with a configuration for them, until `demo --stop`."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from photosync.testing.command import Result, Sandbox


@dataclass(frozen=True, slots=True)
class Visitor:
    """A user who tries the program."""

    sandbox: Sandbox

    @property
    def folder(self) -> Path:
        return self.sandbox.home / ".local" / "state" / "photosync" / "demo"

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    def __call__(self, *arguments: str) -> Result:
        return self.sandbox.run(*arguments)

    def with_the_configuration(self, *arguments: str) -> Result:
        self.sandbox.config.write_bytes(self.config.read_bytes())
        return self.sandbox.run(*arguments)


@pytest.fixture
def visitor(tmp_path: Path) -> Iterator[Visitor]:
    made = Visitor(Sandbox(tmp_path))
    made.sandbox.home.mkdir()
    yield made
    made("demo", "--stop")


def test_the_services_stay_until_they_are_stopped(visitor: Visitor) -> None:
    kept = visitor("demo", "--keep")
    assert kept.exit == 0
    assert kept.objects[0]["config"] == str(visitor.config)
    assert stat.S_IMODE(visitor.folder.stat().st_mode) == 0o700
    private = [path for path in visitor.folder.rglob("*.*") if path.is_file() and path.suffix in (".yaml", ".json")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}
    written = yaml.safe_load(visitor.config.read_text())
    assert written["library"] == str(visitor.sandbox.folder / "photosync-demo")
    names = ["demo-amazon", "demo-aura", "demo-clouddrive", "demo-google"]
    assert list(written["accounts"]) == names

    again = visitor("demo", "--keep", "--library", "elsewhere")
    assert again.objects == kept.objects
    assert yaml.safe_load(visitor.config.read_text()) == written

    for name in names[:3]:
        found = visitor.with_the_configuration("list", name, "--limit", "2")
        assert (found.exit, len(found.objects)) == (0, 2)
    assert visitor.with_the_configuration("session", "list", "demo-google").exit == 0

    assert visitor("demo", "--stop").objects == [{"stopped": True}]
    assert visitor.with_the_configuration("list", "demo-amazon").exit == 5
    assert visitor("demo", "--stop").objects == [{"stopped": False}]


def test_what_to_do_next_is_said(visitor: Visitor) -> None:
    said = visitor.sandbox.text("demo", "--keep")
    assert f"export PHOTOSYNC_CONFIG={visitor.config}" in said
    for line in ("photosync pull demo-amazon --year 2023", "photosync init", "photosync demo --stop"):
        assert line in said


def test_keeping_and_stopping_contradict_each_other(visitor: Visitor) -> None:
    assert visitor("demo", "--keep", "--stop").exit == 2
    assert not visitor.folder.exists()
