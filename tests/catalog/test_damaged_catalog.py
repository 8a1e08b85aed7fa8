"""A damaged catalog: every command ends with exit 6, names the file and says what to do."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator

PAGE_BYTES = 4096
COMMANDS = (
    ("status",),
    ("list", "account"),
    ("list", "account", "--saved"),
    ("pull", "account"),
    ("pull", "account", "--dry-run"),
    ("push", "account", "{library}", "--dry-run"),
    ("fix", "{library}", "--dry-run"),
    ("why", "{photo}"),
    ("audit", "account"),
)


@pytest.fixture(scope="module")
def pulled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with AmazonSimulator(items=60) as simulator:
        sandbox = Sandbox(tmp_path_factory.mktemp("user"))
        sandbox.configure({"account": simulator.account_settings()})
        assert sandbox.run("pull", "account").exit == Exit.OK
        yield sandbox


@pytest.fixture
def catalog(pulled: Sandbox) -> Iterator[Path]:
    """The catalog's file, which is put back after the test."""
    path = pulled.library / ".photosync" / "catalog.db"
    good = path.read_bytes()
    yield path
    for each in path.parent.glob("catalog.db-*"):
        each.unlink()
    path.write_bytes(good)


def check_refused(sandbox: Sandbox, command: tuple[str, ...], catalog: Path) -> None:
    photo = next(iter(sandbox.files()))
    result = sandbox.run(*(word.format(library=sandbox.library, photo=photo) for word in command))
    assert result.exit == Exit.DESTINATION, result
    assert f"the catalog {catalog} cannot be used" in result.stderr
    assert "run: photosync rebuild" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_damaged_pages_end_each_command_in_plain_words(
    pulled: Sandbox, catalog: Path, command: tuple[str, ...]
) -> None:
    content = catalog.read_bytes()
    catalog.write_bytes(content[:PAGE_BYTES] + b"\x07" * (len(content) - PAGE_BYTES))
    check_refused(pulled, command, catalog)


@pytest.mark.parametrize(
    ("statement", "command"),
    [
        ("UPDATE items SET description = '{'", ("list", "account", "--saved")),
        ("UPDATE items SET description = '{\"id\": 1}'", ("fix", "{library}", "--dry-run")),
        ("UPDATE items SET description = x'ff00ff'", ("why", "{photo}")),
        ("UPDATE items SET reason = 'x', description = '[]'", ("pull", "account", "--dry-run")),
        ("UPDATE runs SET started_at = 'yesterday'", ("status",)),
        ("UPDATE runs SET exit = 99", ("status",)),
        ("UPDATE items SET proof = 'sworn'", ("status",)),
        ("UPDATE items SET proof = 'sworn'", ("why", "{photo}")),
        ("UPDATE items SET proof = 'sworn'", ("audit", "account")),
        ("UPDATE items SET reason = 'luck'", ("audit", "account")),
        ("UPDATE listings SET completed_at = ''", ("pull", "account")),
    ],
)
def test_damaged_values_do_too(pulled: Sandbox, catalog: Path, statement: str, command: tuple[str, ...]) -> None:
    with closing(sqlite3.connect(catalog)) as connection, connection:
        connection.execute(statement)
    check_refused(pulled, command, catalog)
