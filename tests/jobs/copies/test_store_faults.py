"""A store that refuses, is not there or cannot be reached: the message names the copy, and the exit status the kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from photosync.errors import Exit
from photosync.testing.command import Sandbox
from tests.jobs.copies.places import NAME, SECRET, Place, copied

Settings = dict[str, str]
FAULTS: dict[str, tuple[Callable[[Settings], Settings], Exit, str]] = {
    "unknown key": (lambda all_: all_ | {"access_key_id": "nobody-knows-this-key"}, Exit.AUTH, "credentials"),
    "wrong secret": (lambda all_: all_ | {"secret_access_key": "another-secret-than-this"}, Exit.AUTH, "credentials"),
    "no bucket": (lambda all_: all_ | {"to": "s3://nowhere/photos"}, Exit.DESTINATION, "no such bucket"),
    "no server": (lambda all_: all_ | {"endpoint": "http://127.0.0.1:9"}, Exit.TEMPORARY, "Try again later"),
}


@pytest.mark.slow  # a real server; the engine tries again for some seconds
@pytest.mark.parametrize("place", ["s3"], indirect=True)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_store(sandbox: Sandbox, place: Place, fault: str) -> None:
    assert copied(sandbox).exit == 0
    change, status, words = FAULTS[fault]
    settings = place.settings
    assert isinstance(settings, dict)
    replace(place, settings=change(settings) | {"retry_budget": "10s"}).configure(sandbox)
    for command in (("copy",), ("verify", "--copy", NAME)):
        result = sandbox.run(*command)
        assert result.exit == status, result
        assert f"copy '{NAME}'" in result.stderr
        assert words in result.stderr
        assert SECRET not in result.stdout + result.stderr
        assert "another-secret" not in result.stdout + result.stderr
    place.configure(sandbox)
    assert copied(sandbox).number("saved") == 0
