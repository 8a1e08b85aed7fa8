"""What a person is shown and asked."""

from __future__ import annotations

import io

import pytest

from photosync.api.pull import Unattended
from photosync.cli.terminal import Terminal, has_desktop
from photosync.provider import Interaction

ADDRESS = "https://example.com/sign-in?state=1"


@pytest.fixture(autouse=True)
def without_a_desktop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 50000 10.0.0.2 22")
    monkeypatch.setenv("DISPLAY", ":0")


def test_over_ssh_no_browser_is_opened() -> None:
    assert not has_desktop()
    assert not Terminal(browser=True).browser_allowed


@pytest.mark.parametrize("quiet", [False, True])
def test_an_address_is_on_a_line_of_its_own_even_when_quiet(quiet: bool, capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal(quiet=quiet)
    terminal.show("Welcome.")
    terminal.show_link(ADDRESS, "sign in")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert f"    {ADDRESS}" in captured.err.splitlines()
    assert ("Welcome." in captured.err) is not quiet


def test_a_port_comes_with_the_ssh_command_that_connects_it(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal(port=8080).show_link(ADDRESS, "sign in")
    assert "ssh -L 8080:127.0.0.1:8080 " in capsys.readouterr().err
    Terminal(port=8080).show_link(ADDRESS, "pick", qr_code=True)
    assert "ssh" not in capsys.readouterr().err


@pytest.mark.parametrize(("text", "answer"), [("yes \n", "yes"), ("\n", ""), ("", None)])
def test_an_answer_is_a_line_or_none_at_the_end_of_the_input(
    text: str, answer: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    terminal = Terminal()
    assert not terminal.can_answer
    assert terminal.ask("Continue?") == answer
    assert capsys.readouterr().err == "Continue?: "


def test_no_question_is_asked_and_messages_are_passed_on(capsys: pytest.CaptureFixture[str]) -> None:
    messages: list[str] = []
    nobody: Interaction = Unattended(messages.append)
    nobody.show("Going on.")
    nobody.show_link(ADDRESS, "sign in")
    assert nobody.ask("Continue?") is None
    assert (messages, capsys.readouterr().err) == (["Going on."], "")
