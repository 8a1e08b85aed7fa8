"""The question that a command asks on a terminal before it changes anything."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from tests.jobs.change.conftest import Owner


def _answered(owner: Owner, answer: str, *arguments: str) -> tuple[int, str]:
    """The exit status of the command on a terminal whose user answers so, and what it said on standard error."""
    ours, theirs = pty.openpty()
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "photosync", *arguments, "--config", str(owner.sandbox.config)],
            stdin=theirs,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=owner.sandbox.environment(),
            text=True,
        )
        os.write(ours, answer.encode())
        _, said = process.communicate(timeout=60)
    finally:
        os.close(ours)
        os.close(theirs)
    return process.returncode, said


@pytest.mark.parametrize(("answer", "is_done"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_the_answer_decides(owner: Owner, answer: str, *, is_done: bool) -> None:
    owner.pull()
    first, *_ = owner.ids
    status, said = _answered(owner, answer, "trash", "amazon", first)
    assert (status, owner.trashed) == (0, {first} if is_done else set())
    assert "DSC_0000.JPG\nTrash 1 item of amazon? [y/N]: " in said
    assert ("nothing was changed" in said) is not is_done


def test_what_is_done_already_is_not_asked_for(owner: Owner) -> None:
    owner.pull()
    first, *_ = owner.ids
    owner.change("trash", first)
    assert _answered(owner, "", "trash", "amazon", first) == (0, "")
