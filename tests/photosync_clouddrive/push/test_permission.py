"""The permission to upload: when it is asked for, and what happens without it."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from photosync.errors import SignInError
from tests.photosync_clouddrive.conftest import Account
from tests.photosync_clouddrive.person import Person, consent, link_shown_by, start_login
from tests.photosync_clouddrive.push.drive_user import DriveUser

READ_ONLY = "clouddrive:read_all"


def test_a_token_that_may_not_write(user: DriveUser) -> None:
    """Its file does not say so: the service has to."""
    token = user.simulator.tokens.issue(scopes=READ_ONLY)
    user.simulator.token_file.write_text(json.dumps(token))
    user.lay("IMG_1.JPG")
    result = user.push()
    assert (result.exit, "photosync login drive --upload" in str(result.summary["message"])) == (4, True), result
    assert user.there() == {}


def test_permission_is_asked_for_once_and_pulls_go_on(user: DriveUser) -> None:
    user.configure(token=None)
    log_in(user)
    user.lay("IMG_1.JPG")
    user.simulator.forget()
    assert user.push("--dry-run").exit == 0
    assert user.simulator.counts["changes"] == 0
    result = user.push()
    assert (result.exit, "photosync login drive --upload" in str(result.summary["message"])) == (4, True), result
    assert user.simulator.counts["changes"] == 0, "it was known before that this would be refused"
    assert log_in(user, "--upload") == {"clouddrive:read_all", "clouddrive:write"}
    assert user.push().number("saved") == 1
    assert user.sandbox.run("pull", "drive", "--full").exit == 0
    user.simulator.tokens.end_access()
    user.lay("IMG_2.JPG")
    assert user.push().number("saved") == 1, "a refresh takes the permission away"
    assert log_in(user) == {"clouddrive:read_all", "clouddrive:write"}, "what was permitted is given up"


def log_in(user: DriveUser, *options: str) -> set[str]:
    """Sign in with a browser elsewhere; the scopes that were asked for."""
    process = start_login(user.sandbox, "--no-browser", *options)
    link = link_shown_by(process)
    _, stderr = process.communicate(f"{consent(link, follow=False)}\n", timeout=60)
    assert process.returncode == 0, stderr
    return set(parse_qs(urlsplit(link).query)["scope"][0].split())


def test_without_a_token_the_command_is_named(user: DriveUser) -> None:
    user.configure(token=None)
    user.lay("IMG_1.JPG")
    result = user.push()
    assert (result.exit, "photosync login drive --upload" in str(result.summary["message"])) == (4, True), result


def test_scopes_of_ones_own_are_asked_for_too(account: Account) -> None:
    person = Person(browser_allowed=False, answer=lambda url: consent(url, follow=False))
    provider = account.open(token=None, scopes="clouddrive:read clouddrive:write profile")
    assert provider.needs_upload_permission()
    assert "permits uploads" in provider.permit_upload(person)
    assert parse_qs(urlsplit(person.links[0]).query)["scope"] == ["clouddrive:read clouddrive:write profile"]
    assert not account.open(token=None).needs_upload_permission()


def test_a_relays_token_is_tried_as_it_is(account: Account, tmp_path: Path) -> None:
    saved = tmp_path / "download.json"
    saved.write_text(json.dumps(account.simulator.tokens.issue()))
    relay = {"client_id": None, "client_secret": None, "relay": f"{account.simulator.url}/relay", "token": None}
    provider = account.open(**relay)
    assert provider.needs_upload_permission()
    provider.permit_upload(Person(browser_allowed=False, answer=lambda _: str(saved)))
    assert not provider.needs_upload_permission()


def test_permission_without_anything_to_ask_with(account: Account) -> None:
    provider = account.open(client_id=None, client_secret=None)
    with pytest.raises(SignInError, match="nothing to sign in with"):
        provider.permit_upload(Person())
