"""Every field of every answer but those of items, with the worst values: a run may fail, and never by a bug."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from photosync.testing.command import Sandbox
from photosync.testing.routes import Route
from photosync.testing.simulator import Simulator
from photosync.testing.user import ACCOUNT
from tests.test_hostile_values import LISTS, MARK, SIMULATORS, VALUES, paths

WORST = ("10^30", "lone surrogate", "object", "deep")
WAITS = "mediaItemsSet"
"""Without it a person has not finished to pick, and the run waits."""


class FieldSpoiler:
    """Replaces the value at one path of all answers of one route."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, tuple[str, ...]], None] = {}
        """All routes and paths that came by."""
        self.target: tuple[str, tuple[str, ...]] | None = None
        self.value = b""

    def __call__(self, route: Route, body: bytes) -> bytes:
        if route.kind == "content":
            return body
        lines = body.split(b"\n")
        return b"\n".join(self._line(route.label, line) for line in lines)

    def _line(self, label: str, line: bytes) -> bytes:
        try:
            content = json.loads(line)
        except ValueError:
            return line
        if not isinstance(content, dict):
            return line
        for path in paths({name: value for name, value in content.items() if name not in LISTS}):
            self.found[label, path] = None
        for name in set(LISTS) & content.keys():
            self.found[label, (name,)] = None
        if self.target is None or self.target[0] != label:
            return line
        *above, last = self.target[1]
        owner: object = content
        for name in above:
            owner = owner.get(name) if isinstance(owner, dict) else None
        if not isinstance(owner, dict) or last not in owner:
            return line
        owner[last] = MARK
        return json.dumps(content).encode().replace(json.dumps(MARK).encode(), self.value)


@pytest.mark.slow  # each value in each field of each service's other answers
@pytest.mark.parametrize("value", WORST)
@pytest.mark.parametrize("simulator_type", SIMULATORS)
def test_no_answer_is_a_bug(simulator_type: type[Simulator], value: str, tmp_path: Path) -> None:
    spoiler = FieldSpoiler()
    spoiler.value = VALUES[value]
    with simulator_type(items=4) as simulator:
        simulator.edit_answer = spoiler

        def run(name: str) -> None:
            sandbox = Sandbox(tmp_path / name)
            sandbox.folder.mkdir(exist_ok=True)
            sandbox.configure({ACCOUNT: simulator.account_settings()}, retry_budget="1s")
            result = sandbox.run(*simulator.command(ACCOUNT), timeout_s=60)
            assert result.exit != 1, (spoiler.target, result)

        run("first")
        for number, target in enumerate(target for target in list(spoiler.found) if WAITS not in target[1]):
            spoiler.target = target
            run(str(number))
