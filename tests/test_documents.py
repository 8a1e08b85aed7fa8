"""The documents say what the code does."""

import re
from pathlib import Path

from photosync.errors import Exit, Reason
from photosync.jobs.failures import ADVICE

DOCS = Path(__file__).parents[1] / "docs"
EXIT_STATUS = (DOCS / "exit-status.md").read_text(encoding="utf-8")


def test_every_exit_status_is_documented() -> None:
    rows = re.findall(r"^\| ([\d, ]+) \| (\w+) \|", EXIT_STATUS, re.MULTILINE)
    documented = {int(code): word for codes, word in rows for code in codes.split(",")}
    assert documented == {int(status): status.word for status in Exit}


def test_the_status_for_damage_is_not_promised_before_a_command_has_it() -> None:
    (row,) = (line for line in EXIT_STATUS.splitlines() if line.startswith("| 10 |"))
    raised = [
        path
        for path in (DOCS.parent / "photosync").rglob("*.py")
        if path.name != "errors.py" and "Exit.DAMAGE" in path.read_text(encoding="utf-8")
    ]
    assert ("no command ends with it yet" in row) == (not raised)


def test_every_reason_is_documented_with_what_to_do() -> None:
    rows = re.findall(r"^\| `(\w+)` \| .* \| (.*) \|$", EXIT_STATUS, re.MULTILINE)
    assert dict(rows) == {reason.value: ADVICE[reason] for reason in Reason}
