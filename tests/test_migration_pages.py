"""The pages for those who come from another program: their commands and their Python lines do what they say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from photosync.model import Kind
from photosync.testing.command import Sandbox
from photosync.testing.library import foreign_photos
from photosync_amazon.simulator import AmazonSimulator
from photosync_aura.simulator import AuraSimulator
from photosync_clouddrive.simulator import CloudDriveSimulator
from photosync_google.simulator import GoogleSimulator

DOCS = Path(__file__).parents[1] / "docs"
AMAZON_PHOTOS, OTHERS = "from-amazon-photos.md", "from-other-programs.md"
PICTURES = "path/to/files"

takes_time = pytest.mark.slow
"""Each command is a process of its own, as a user starts it."""


def blocks(page: str, chapter: str = "") -> list[tuple[str, str]]:
    """The blocks that are run, each with its language: of a page, or of the chapter whose heading begins so."""
    text = (DOCS / page).read_text(encoding="utf-8")
    if chapter:
        text = text.partition(f"\n## {chapter}")[2].partition("\n## ")[0]
    return re.findall(r"^```(console|python)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def run_blocks(found: list[tuple[str, str]], sandbox: Sandbox, **variables: str) -> str:
    """Run them one after the other, as a user of the sandbox; returns what was printed. Each has to succeed."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**sandbox.environment(), "PATH": path, "PHOTOSYNC_CONFIG": str(sandbox.config), **variables}
    printed = ""
    for language, content in found:
        if language == "python":
            commands = [[sys.executable, "-c", content]]
        else:
            commands = [["bash", "-c", line.removeprefix("$ ")] for line in content.splitlines()]
        for command in commands:
            done = subprocess.run(
                command,
                env=environment,
                cwd=sandbox.folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
            assert done.returncode == 0, f"{command[-1]}\n{done.stdout}{done.stderr}"
            printed += done.stdout + done.stderr
    return printed


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    """A user with three photos of their own."""
    made = Sandbox(tmp_path)
    folder = tmp_path / PICTURES
    folder.mkdir(parents=True)
    for number, content in enumerate(islice(foreign_photos(), 3)):
        (folder / f"{number}.jpg").write_bytes(content)
    return made


@pytest.fixture
def pictures(sandbox: Sandbox) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (sandbox.folder / PICTURES).iterdir()}


@takes_time
@pytest.mark.timeout(300)
def test_from_amazon_photos(sandbox: Sandbox, pictures: dict[str, bytes]) -> None:
    with AmazonSimulator(items=60, seed=6, gaps=False) as simulator:
        sandbox.configure({"amazon": simulator.account_settings()})
        photos = [item for item in simulator.library.expected() if item.kind is Kind.PHOTO]
        run_blocks(blocks(AMAZON_PHOTOS), sandbox, ID=photos[len(photos) // 2].id)
        left = list(simulator.library.expected())
        assert len(left) == 60 - 1 + len(pictures)  # one was deleted for good
        assert list(simulator.trash.nodes()) == []


@takes_time
@pytest.mark.timeout(300)
def test_from_acd_cli(sandbox: Sandbox, pictures: dict[str, bytes]) -> None:
    with CloudDriveSimulator(items=8, gaps=False) as simulator:
        sandbox.configure({"drive": simulator.account_settings()})
        file = next(simulator.library.expected())
        found = blocks(OTHERS, "acd_cli")
        run_blocks(found, sandbox, ID=file.id)
        tree = simulator.tree()
        assert tree["Best/best.jpg"] == file.md5
        assert (sandbox.folder / "copy.jpg").read_bytes() == simulator.library.content_of(file.id)
        assert len([path for path in tree if path.startswith("Uploads/")]) == len(pictures)
        assert len(list(simulator.library.expected())) == 8 + len(pictures)


@takes_time
@pytest.mark.timeout(300)
def test_from_the_aura_script(sandbox: Sandbox) -> None:
    (sandbox.folder / "credentials.ini").write_text(
        "[login]\nemail = me@example.com\npassword = mYpa$$w0rd-11\n\n"
        f"[myframe]\nfile_path = {sandbox.folder / 'frame'}\nframe_id = abf53be3-b73d-4de3-98cd-cfd289bd82df\n"
    )
    with AuraSimulator(items=30, seed=3, gaps=False) as simulator:
        sandbox.configure({"aura": simulator.account_settings()})
        first, *rest = blocks(OTHERS, "The Aura")
        run_blocks([first], sandbox, PHOTOSYNC_CONFIG="")
        made = next((sandbox.home / ".config").rglob("config.yaml")).read_text()
        assert "abf53be3-b73d-4de3-98cd-cfd289bd82df" in made
        run_blocks(rest, sandbox)
        assert set(sandbox.hashes()) == {item.md5 for item in simulator.library.expected()}


@takes_time
@pytest.mark.timeout(300)
def test_from_the_picker_program(sandbox: Sandbox, pictures: dict[str, bytes]) -> None:
    with GoogleSimulator(items=8, gaps=False) as simulator:
        sandbox.configure({"google": simulator.account_settings()})
        run_blocks(blocks(OTHERS, "The Google"), sandbox)
        assert set(sandbox.hashes()) == {item.md5 for item in simulator.library.expected()}
        assert simulator.picker.open_sessions == []
    assert {path.name: path.read_bytes() for path in (sandbox.folder / PICTURES).iterdir()} == pictures


def test_every_block_of_the_pages_is_run() -> None:
    run = [block for title in ("acd_cli", "The Aura", "The Google") for block in blocks(OTHERS, title)]
    assert run == blocks(OTHERS)
    for page in AMAZON_PHOTOS, OTHERS:
        text = (DOCS / page).read_text(encoding="utf-8")
        assert set(re.findall(r"^```(\w+)$", text, re.MULTILINE)) <= {"console", "python", "yaml"}
