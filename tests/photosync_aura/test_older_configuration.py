"""The older script's `credentials.ini` becomes a configuration."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
import yaml

from photosync.config import load
from photosync.testing.command import Sandbox
from photosync_aura.settings import AuraSettings

PASSWORD = "50% of $HOME: \"a'b\\ # é"
INI = f"""# the older script's
[login]
email = me@example.com
password = {PASSWORD}

[My Frame]
file_path = /photos/my frame
frame_id = abf53be3-b73d-4de3-98cd-cfd289bd82df
[grandma]
file_path = ~/Pictures/grandma
frame_id = b69ddd8d-bcad-483f-adf4-e15ff9a48c47
[here]
file_path = images
frame_id = c0000000-0000-4000-8000-000000000000
[again]
frame_id = b69ddd8d-bcad-483f-adf4-e15ff9a48c47
[empty]
"""


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    made = Sandbox(tmp_path)
    made.home.mkdir()
    return made


def written(sandbox: Sandbox, text: str) -> Path:
    path = sandbox.folder / "credentials.ini"
    path.write_text(text, encoding="utf-8")
    return path


def test_it_is_converted_whole(sandbox: Sandbox) -> None:
    source, target = written(sandbox, INI), sandbox.folder / "new" / "config.yaml"
    before = os.umask(0)
    try:
        result = sandbox.run("init", "--from", str(source), "--to", str(target))
    finally:
        os.umask(before)
    assert result.exit == 0, result
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    settings = load(target).account("aura").settings()
    assert isinstance(settings, AuraSettings)
    assert (settings.email, settings.password) == ("me@example.com", PASSWORD)
    paths = {name: (frame.id[:1], frame.path) for name, frame in settings.frames.items()}
    assert paths == {
        "My Frame": ("a", Path("/photos/my frame")),
        "grandma": ("b", Path("~/Pictures/grandma").expanduser()),
        "here": ("c", source.parent / "images"),
    }
    text = target.read_text(encoding="utf-8")
    assert "# [again] is the frame of [grandma] again" in text
    assert "# [empty] has no frame_id" in text


def test_names_may_have_any_character(sandbox: Sandbox) -> None:
    name, folder, password = "Oma 😀", "/photos/é\x7f\x85x😀", "p\u2028ä\ufeff😀\xa0s"
    source = written(
        sandbox, f"[login]\nemail=a@b.example\npassword={password}\n[{name}]\nframe_id=1\nfile_path={folder}\n"
    )
    target = sandbox.folder / "my config.yaml"
    shown = sandbox.text("init", "--from", str(source), "--to", str(target))
    assert f"photosync pull aura 'Oma 😀' --count --config '{target}'" in shown
    settings = load(target).account("aura").settings()
    assert isinstance(settings, AuraSettings)
    assert settings.password == password
    assert {each: frame.path for each, frame in settings.frames.items()} == {name: Path(folder)}


def test_by_default_it_becomes_the_usual_configuration_and_never_replaces_one(sandbox: Sandbox) -> None:
    source = written(sandbox, INI)
    usual = sandbox.home / ".config" / "photosync" / "config.yaml"
    assert sandbox.run("init", "--from", str(source)).exit == 0
    assert list(yaml.safe_load(usual.read_text(encoding="utf-8"))["accounts"]) == ["aura"]
    usual.write_text("mine")
    again = sandbox.run("init", "--from", str(source))
    assert (again.exit, usual.read_text()) == (2, "mine")
    assert f"{usual} exists, and is not changed" in again.stderr
    link = sandbox.folder / "link.yaml"
    link.symlink_to(sandbox.folder / "nowhere.yaml")
    assert sandbox.run("init", "--from", str(source), "--to", str(link)).exit == 2
    assert sorted(usual.parent.iterdir()) == [usual]


@pytest.mark.parametrize("password", ["${HOME}", "keyring:mine", "a${B}c"])
def test_a_password_that_would_be_a_reference_goes_to_the_environment(sandbox: Sandbox, password: str) -> None:
    source, target = written(sandbox, f"[login]\nemail=a@b.example\npassword={password}\n"), sandbox.folder / "c.yaml"
    assert sandbox.run("init", "--from", str(source), "--to", str(target)).exit == 0
    account = yaml.safe_load(target.read_text())["accounts"]["aura"]
    assert account == {"email": "a@b.example", "password": "${AURA_PASSWORD}"}
    assert "set this variable to the password" in target.read_text()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[login]\nemail = a@b.example\n", "has no password in [login]"),
        ("[login]\nemail =\npassword = x\n", "has no email in [login]"),
        ("[frame]\nframe_id = 1\n", "is no configuration of a program that is known here"),
        ("library: x\n", "is no configuration of a program that is known here"),
        ("", "is no configuration of a program that is known here"),
    ],
)
def test_what_cannot_be_converted_is_named(sandbox: Sandbox, text: str, words: str) -> None:
    source, target = written(sandbox, text), sandbox.folder / "c.yaml"
    result = sandbox.run("init", "--from", str(source), "--to", str(target))
    assert (result.exit, target.exists()) == (2, False)
    assert f"{source} {words}" in result.stderr


def test_without_a_file_it_says_what_it_can_do(sandbox: Sandbox) -> None:
    result = sandbox.run("init")
    assert result.exit == 2
    assert "photosync init --from credentials.ini" in result.stderr
    missing = sandbox.run("init", "--from", "nowhere.ini")
    assert (missing.exit, "nowhere.ini cannot be read" in missing.stderr) == (2, True)


@pytest.mark.parametrize("beginning", ["", "\n; a comment\n# another\n\n", "\ufeff"])
def test_as_a_configuration_it_is_an_error_with_the_way_out(sandbox: Sandbox, beginning: str) -> None:
    source = written(sandbox, beginning + INI.removeprefix("# the older script's\n"))
    shown = sandbox.folder / "config.yaml"
    shown.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    result = sandbox.run("pull", "aura")
    assert result.exit == 2
    assert "is an INI file, as the older script for Aura has, and no YAML" in result.stderr
    assert f"photosync init --from {shown}" in result.stderr
    assert PASSWORD not in result.stderr
