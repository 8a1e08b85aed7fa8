"""Every field of a listing with every value that nobody expects, at all four services."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync.testing.command import Sandbox
from photosync.testing.routes import Route
from photosync.testing.simulator import Simulator
from photosync.testing.user import ACCOUNT, User
from photosync.transport import json_document
from photosync_amazon.simulator import AmazonSimulator
from photosync_aura.simulator import AuraSimulator
from photosync_clouddrive.simulator import CloudDriveSimulator
from photosync_google.simulator import GoogleSimulator

SIMULATORS = (AmazonSimulator, AuraSimulator, CloudDriveSimulator, GoogleSimulator)

VALUES = {
    "null": b"null",
    "true": b"true",
    "negative": b"-1",
    "zero": b"0",
    "fraction": b"1.5",
    "2^63-1": b"9223372036854775807",
    "2^63": b"9223372036854775808",
    "10^30": b"1" + b"0" * 30,
    "5000 digits": b"9" * 5000,
    "1e999": b"1e999",
    "1e308": b"1e308",
    "NaN": b"NaN",
    "Infinity": b"-Infinity",
    "number as text": b'"12"',
    "huge number as text": b'"' + b"9" * 5000 + b'"',
    "empty": b'""',
    "blank": b'" "',
    "lone surrogate": b'"a\\ud800b"',
    "not UTF-8": b'"a\xff\xfeb"',
    "NUL": b'"a\\u0000b"',
    "control characters": b'"a\\u001b[2J\\r\\n\\tb"',
    "marks": b'"a\\u202e\\u2028\\ufffeb"',
    "path": b'"../../../a"',
    "dot": b'".."',
    "address": b'"http://[::1"',
    "200 kB": b'"' + b"a" * 200_000 + b'"',
    "emoji": b'"' + "\N{GRINNING FACE}".encode() * 1000 + b'"',
    "year 0": b'"0000-00-00T00:00:00.000Z"',
    "year 1": b'"0001-01-01T00:00:00.000+14:00"',
    "year 9999": b'"9999-12-31T23:59:59.999-14:00"',
    "year 99999": b'"99999-01-01T00:00:00.000Z"',
    "list": b"[]",
    "list of lists": b'[[1], null, {"id": 1}, "a"]',
    "object": b'{"id": {"id": []}}',
    "deep": b"[" * 5_000 + b"]" * 5_000,
    "deep object": b'{"id":' * 5_000 + b"1" + b"}" * 5_000,
}
LISTS = ("data", "assets", "mediaItems", "nodes")
"""The names of the lists of items."""
MARK = "\N{REPLACEMENT CHARACTER}value\N{REPLACEMENT CHARACTER}"


class Spoiler:
    """Gives three of four items a spoilt field, each another one, as long as there are fields."""

    def __init__(self, values: list[bytes]) -> None:
        self.values = values
        self.changes: dict[str, tuple[tuple[str, ...], bytes]] = {}
        """What was done to each item, by its id."""
        self.ids = {json_document.parse(value) for value in values if value.startswith(b'"')}
        """The ids of items whose id was changed."""
        self._seen = 0
        self._done: set[tuple[tuple[str, ...], bytes]] = set()

    def __call__(self, route: Route, body: bytes) -> bytes:
        if route.kind != "list":
            return body
        return b"\n".join(self._line(line) for line in body.split(b"\n"))

    def _line(self, line: bytes) -> bytes:
        content = json.loads(line) if line.strip() else None
        if not isinstance(content, dict):
            return line
        used: list[bytes] = []
        for name in LISTS:
            for item in content.get(name) or ():
                used += self._spoil(item)
        parts = json.dumps(content).split(json.dumps(MARK))
        assert len(parts) == len(used) + 1
        return b"".join(part.encode() + value for part, value in zip(parts, [*used, b""], strict=True))

    def _spoil(self, item: dict[str, object]) -> list[bytes]:
        id_ = str(item["id"])
        if item.get("kind") == "FOLDER":
            return []
        if id_ not in self.changes:
            missing = (
                (path, value) for value in self.values for path in paths(item) if (path, value) not in self._done
            )
            found = next(missing, None)
            self._seen += 1
            if found is None or self._seen % 4 == 0:
                return []
            self._done.add(found)
            self.changes[id_] = found
        path, value = self.changes[id_]
        owner: object = item
        for name in path[:-1]:
            assert isinstance(owner, dict)
            owner = owner.get(name)
            if owner is None:  # another listing describes the item with fewer fields
                return []
        assert isinstance(owner, dict)
        owner[path[-1]] = MARK
        return [value]


def paths(content: dict[str, object], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, value in content.items():
        yield (*above, name)
        if isinstance(value, dict):
            yield from paths(value, (*above, name))


@pytest.mark.slow  # each value at each service; some of them are in the test below
@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("simulator_type", SIMULATORS)
def test_a_spoilt_field_costs_one_item_at_most(simulator_type: type[Simulator], value: str, tmp_path: Path) -> None:
    check(simulator_type, [VALUES[value]], tmp_path)


@pytest.mark.parametrize("simulator_type", SIMULATORS)
def test_worst_values(simulator_type: type[Simulator], tmp_path: Path) -> None:
    check(simulator_type, [VALUES[name] for name in ("10^30", "lone surrogate", "year 1", "deep")], tmp_path)


def check(simulator_type: type[Simulator], values: list[bytes], folder: Path) -> None:
    """All items with sound data come, the others if they can; nothing is taken for gone."""
    spoiler = Spoiler(values)
    with simulator_type(items=45 * len(values), gaps=False) as simulator:
        sandbox = Sandbox(folder)
        sandbox.configure({ACCOUNT: simulator.account_settings()})
        user = User(simulator, sandbox)
        simulator.edit_answer = spoiler
        result = user.pull()
        assert result.exit in (0, 3), result
        assert {error["id"] for error in result.errors} <= {*spoiler.changes, *spoiler.ids}, result
        there = sandbox.hashes()
        sound = [item.md5 for item in user.expected() if item.id not in spoiler.changes]
        assert sound
        assert all(there[md5] for md5 in sound), result
        again = user.pull("--full")
        assert (again.exit in (0, 3), again.number("gone")) == (True, 0), again
