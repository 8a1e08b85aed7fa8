"""The documents say what the code does."""

import re
from pathlib import Path

from photosync.errors import Exit, Reason
from photosync.jobs.failures import ADVICE
from photosync.jobs.findings import FindingKind, FindingReason

DOCS = Path(__file__).parents[1] / "docs"
EXIT_STATUS = (DOCS / "exit-status.md").read_text(encoding="utf-8")


def test_every_exit_status_is_documented() -> None:
    rows = re.findall(r"^\| ([\d, ]+) \| (\w+) \|", EXIT_STATUS, re.MULTILINE)
    documented = {int(code): word for codes, word in rows for code in codes.split(",")}
    assert documented == {int(status): status.word for status in Exit}


def test_every_finding_and_its_reason_is_documented() -> None:
    page = (DOCS / "verify.md").read_text(encoding="utf-8")
    words = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert [word for word in words if word in set(FindingKind)] == [kind.value for kind in FindingKind]
    assert [word for word in words if word in set(FindingReason)] == [reason.value for reason in FindingReason]


def test_every_reason_is_documented_with_what_to_do() -> None:
    rows = re.findall(r"^\| `(\w+)` \| .* \| (.*) \|$", EXIT_STATUS, re.MULTILINE)
    assert dict(rows) == {reason.value: ADVICE[reason] for reason in Reason}
