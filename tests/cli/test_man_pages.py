"""Manual pages have the text of the help."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from photosync.cli.app import COMMANDS, app, register

register([])  # all commands


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("man") / "man1"
    result = CliRunner().invoke(app, ["help", "--man", str(folder)])
    assert result.exit_code == 0, result.output
    return folder


def test_each_command_has_a_page(pages: Path) -> None:
    found = {each.name for each in pages.iterdir()}
    assert found >= {"photosync.1", *(f"photosync-{name}.1" for name in COMMANDS), "photosync-album-create.1"}


@pytest.mark.parametrize("command", ["pull", "fix", "album create"])
def test_a_page_has_all_that_the_help_has(pages: Path, command: str) -> None:
    page = (pages / f"photosync-{command.replace(' ', '-')}.1").read_text(encoding="utf-8")
    shown = re.sub(r"\\&", "", page).replace("\\-", "-").replace("\\e", "\\")
    words = re.sub(r"\s+", " ", shown)
    result = CliRunner().invoke(app, [*command.split(), "--help"]).stdout
    for option in re.findall(r"^  (?:-\w, )?(--[\w-]+)", result, flags=re.MULTILINE):
        assert option in words
    for heading in re.findall(r"^(\w.*):$", result, flags=re.MULTILINE):
        assert f".SH {heading.upper()}" in page
    assert result.splitlines()[-1].removeprefix("More: ") in words
    assert ".B \\-h, \\-\\-help\n" in page


def test_no_line_of_text_is_taken_for_a_request_of_roff(pages: Path) -> None:
    known = re.compile(r"\.(TH|ad|SH|TP|B|nf|fi)( .*)?")
    for page in pages.iterdir():
        for line in page.read_text(encoding="utf-8").splitlines():
            assert line[:1] not in (".", "'") or known.fullmatch(line), (page.name, line)


@pytest.mark.parametrize("program", [name for name in ("groff", "mandoc") if shutil.which(name)])
def test_the_pages_are_sound(pages: Path, program: str) -> None:
    command = {"groff": ["groff", "-ww", "-man", "-Tutf8", "-z"], "mandoc": ["mandoc", "-T", "lint", "-W", "error"]}
    done = subprocess.run([*command[program], *pages.iterdir()], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = CliRunner().invoke(app, ["help", "--man", str(tmp_path / "file" / "man")])
    assert result.exit_code == 6
    assert f"--man: {tmp_path / 'file' / 'man'} cannot be written" in result.stderr
