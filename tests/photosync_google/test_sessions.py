"""`session`: looking at picking sessions, and ending one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.photosync_google.google_user import ACCOUNT, GoogleUser


@pytest.fixture
def someone(tmp_path: Path) -> Iterator[GoogleUser]:
    """A user with a session that was kept."""
    with GoogleUser.with_items(tmp_path, 4) as user:
        assert user.pick("--keep-session").exit == 0
        yield user


def sessions(someone: GoogleUser) -> list[dict[str, object]]:
    result = someone.run("session", "list", ACCOUNT, "--json")
    assert result.exit == 0, result
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_sessions_are_shown_and_ended(someone: GoogleUser) -> None:
    (open_session,) = someone.simulator.picker.open_sessions
    (shown,) = sessions(someone)
    assert list(shown) == ["account", "id", "begun", "state", "link"]
    assert str(shown["begun"]).startswith("20")
    assert (shown["id"], shown["state"]) == (open_session.id, "picked")
    one = someone.run("session", "show", ACCOUNT, open_session.id)
    assert json.loads(one.stdout) == shown

    assert someone.run("session", "delete", ACCOUNT, open_session.id).exit == 2  # nobody is there to agree
    tried = someone.run("session", "delete", ACCOUNT, open_session.id, "--dry-run", "--json")
    assert json.loads(tried.stdout)["result"] == "would_delete"
    assert someone.simulator.picker.open_sessions == [open_session]

    ended = someone.run("session", "delete", ACCOUNT, open_session.id, "--yes", "--json")
    assert (ended.exit, json.loads(ended.stdout)["result"]) == (0, "deleted")
    assert someone.simulator.picker.open_sessions == []
    assert sessions(someone) == []
    gone = someone.run("session", "delete", ACCOUNT, open_session.id, "--yes")
    assert gone.exit == 3
    assert "there is no picking session" in gone.stderr


def test_other_services_have_none(someone: GoogleUser) -> None:
    someone.configure(aura={"email": "me@example.com", "password": "x"})
    result = someone.run("session", "list", "aura")
    assert result.exit == 2
    assert "has no picking sessions" in result.stderr
