"""The documents say what the code does."""

import re
from pathlib import Path

import pytest

from fuzz.harnesses import HARNESSES
from photosync.errors import Exit, Reason
from photosync.jobs.failures import ADVICE
from photosync.jobs.findings import FindingKind, FindingReason
from tests.test_hostile_values import VALUES

DOCS = Path(__file__).parents[1] / "docs"
PROMISES = (DOCS / "promises.md").read_text(encoding="utf-8")
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


@pytest.mark.parametrize("page", [DOCS / "promises.md", DOCS.parent / "SECURITY.md"], ids=lambda page: page.name)
def test_every_file_that_a_promise_names_exists(page: Path) -> None:
    named = set(re.findall(r"`((?:tests|photosync|providers|fuzz)/[\w/.-]*)`", page.read_text(encoding="utf-8")))
    assert named
    assert [name for name in sorted(named) if not (DOCS.parent / name).exists()] == []


def test_the_figures_that_are_promised_are_those_of_the_tests() -> None:
    values = re.search(r"at each of four services \| (\d+) \|", PROMISES)
    assert values is not None
    assert int(values[1]) == len(VALUES)
    readers = re.search(r"in one night \| (\d+), ", PROMISES)
    assert readers is not None
    assert int(readers[1]) == len(HARNESSES)


def test_the_readme_says_that_nothing_is_deleted_and_names_the_pages_for_other_programs() -> None:
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    assert "photosync never deletes anything by itself." in readme
    assert {f"docs/{name}.md" for name in ("from-amazon-photos", "from-other-programs", "parity", "python")} <= set(
        re.findall(r"\]\(([\w/.-]+)\)", readme)
    )


def test_the_readme_fits_two_screens_and_leads_to_every_page() -> None:
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    assert len(readme.splitlines()) <= 105
    assert {"    make demo", "    make test"} <= set(readme.splitlines())
    named = set(re.findall(r"\]\(([\w/.-]+)\)", readme))
    assert [name for name in sorted(named) if not (DOCS.parent / name).exists()] == []
    # The site has pages that only include a file of the top folder, its index, and one that is made from the program.
    on_the_site_only = {"changelog", "commands", "contributing", "index", "security"}
    assert {f"docs/{page.name}" for page in DOCS.glob("*.md") if page.stem not in on_the_site_only} <= named


def test_the_recorded_terminal_shows_commands_and_no_place_of_the_computer() -> None:
    picture = (DOCS / "images/terminal.svg").read_text(encoding="utf-8").replace("&#160;", " ")
    assert all(f">photosync {command}" in picture for command in ("pull demo-amazon --year 2019", "verify", "status"))
    assert re.findall(r"(?<![\w.])/(?:tmp|home|root|Users|var)\b|127\.0\.0\.1|localhost|@font-face", picture) == []
