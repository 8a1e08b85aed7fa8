"""Mistakes that people make, in `mistakes.yaml`: none is accepted in silence, and each is explained."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from photosync.testing.command import Sandbox
from photosync.testing.forked_command import start
from photosync_amazon.simulator import AmazonSimulator

TABLE: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "mistakes.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def service() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=2, seed=3) as running:
        yield running


@pytest.fixture
def user(tmp_path: Path, service: AmazonSimulator) -> Sandbox:
    sandbox = Sandbox(tmp_path)
    aura = {"email": "ann@example.com", "password": "x", "endpoints": {"api": "http://127.0.0.1:9"}}
    google = {"client_secret": "missing.json"}
    sandbox.configure({"amazon": service.account_settings(), "aura": aura, "google": google}, retry_budget="1s")
    return sandbox


def _prepare(user: Sandbox, row: Mapping[str, Any]) -> None:
    """Make the mistakes in the configuration."""
    (user.folder / "photo.jpg").write_bytes(b"no photo")
    if "whole" in row:
        user.config.write_text(row["whole"], encoding="utf-8")
    if "config" in row:
        old, new = row["config"]
        text = user.config.read_text(encoding="utf-8")
        assert old in text
        user.config.write_text(text.replace(old, new, 1), encoding="utf-8")
    account = shlex.split(row["run"])[-1]
    if "add" in row or "section" in row:
        content = yaml.safe_load(user.config.read_text(encoding="utf-8"))
        name = "amazon" if "add" in row else account
        content["accounts"][name] = row.get("section") or {**content["accounts"][name], **row["add"]}
        user.config.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def _files(user: Sandbox) -> list[Path]:
    """Everything but the home folder, which has the log."""
    return sorted(each for each in user.folder.rglob("*") if not each.is_relative_to(user.home))


def test_the_table_has_what_the_issue_asks_for() -> None:
    assert len(TABLE) >= 95
    assert all(len(row["says"]) >= 1 for row in TABLE)


@pytest.mark.parametrize("row", TABLE, ids=[f"{number} {row['run']}" for number, row in enumerate(TABLE, start=1)])
def test_a_mistake_is_explained(user: Sandbox, service: AmazonSimulator, row: Mapping[str, Any]) -> None:
    _prepare(user, row)
    config = () if row.get("own_config") else ("--config", str(user.config))
    service.forget()
    before = _files(user)
    environment = {**user.environment(), **row.get("set", {})}
    process = start((*shlex.split(row["run"]), *config), folder=user.folder, environment=environment)
    _, said = process.communicate(timeout=60)
    assert process.returncode == row.get("exit", 2), said
    message = " ".join(said.split())
    for part in row["says"]:
        assert part in message
    assert "Traceback" not in said
    assert "a bug" not in said
    if process.returncode == 2:
        assert _files(user) == before, "nothing is written"
        assert bool(service.requests) == row.get("asks", False), "nothing is sent"
