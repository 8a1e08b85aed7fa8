"""What amazon-photos does, with our command: rows of docs/parity.md that no other test holds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from photosync.model import Kind
from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync.testing.forked_command import start
from photosync.testing.library import foreign_photos
from photosync_amazon.simulator import AmazonSimulator

README_QUERY = """type:(PHOTOS OR VIDEOS)
    AND things:(plant AND beach OR moon)
    AND timeYear:(2023)
    AND timeMonth:(8)
    AND timeDay:(14)
    AND location:(CAN#BC#Vancouver)
    AND people:(CyChdySYdfj7DHsjdSHdy)"""
"""The structure of its README's example."""


@pytest.fixture
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=60, seed=6, market="acbca", gaps=False) as running:
        yield running


def configured(folder: Path, simulator: AmazonSimulator, **settings: object) -> Sandbox:
    sandbox = Sandbox(folder)
    account = {**simulator.account_settings(), **settings}
    sandbox.configure({"amazon": {key: value for key, value in account.items() if value is not None}})
    return sandbox


def sent_filters(simulator: AmazonSimulator) -> list[str]:
    """The filters of the listings that the service was asked for."""
    queries = (parse_qs(urlsplit(each.path).query) for each in simulator.requests if each.kind == "list")
    return [query["filters"][0] for query in queries if "filters" in query]


@pytest.mark.parametrize("separator", ["-", "_"])
def test_cookies_in_either_spelling_sign_in(tmp_path: Path, simulator: AmazonSimulator, separator: str) -> None:
    cookies = {name.replace("-", separator): value for name, value in simulator.cookies.items()}
    sandbox = configured(tmp_path, simulator, cookies=cookies)
    assert sandbox.run("pull", "amazon", "--limit", "3").number("saved") == 3
    assert simulator.counts["content"] == 3
    assert all(each.status < 400 for each in simulator.requests)
    (status,) = [each for each in sandbox.run("status").objects if each.get("account") == "amazon"]
    assert "amazon.ca" in str(status["sign_in"])


def test_cookies_in_the_environment_sign_in(tmp_path: Path, simulator: AmazonSimulator) -> None:
    sandbox = configured(tmp_path, simulator, cookies=None)
    variables = {name.replace("-", "_"): value for name, value in simulator.cookies.items()}
    process = start(
        ("pull", "amazon", "--limit", "3", "--config", str(sandbox.config)),
        folder=sandbox.folder,
        environment=sandbox.environment() | variables,
    )
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    assert simulator.counts["content"] == 3


def test_queries_are_sent_as_they_are_written(tmp_path: Path, simulator: AmazonSimulator) -> None:
    sandbox = configured(tmp_path, simulator)
    one_line = " ".join(README_QUERY.split())
    for query in (README_QUERY, one_line, "things:(plant AND beach OR moon)"):
        simulator.forget()
        assert sandbox.run("list", "amazon", "--query", query).exit == 0
        words = {" ".join(filters.split()) for filters in sent_filters(simulator)}
        assert all(" ".join(query.split()) in each for each in words)
        assert words
        assert all(each.status == 200 and "resourceVersion=V2" in each.path for each in simulator.requests)
    found = sandbox.run("list", "amazon", "--query", "things:(plant AND beach OR moon)")
    pulled = sandbox.run("pull", "amazon", "--query", "things:(plant AND beach OR moon)")
    assert pulled.number("saved") == len([each for each in found.objects if "id" in each]) > 0


def test_the_whole_library_is_listed_beyond_what_an_offset_reaches(tmp_path: Path) -> None:
    with AmazonSimulator(items=10_050, gaps=False) as simulator:
        sandbox = configured(tmp_path, simulator)
        listed = {str(each["id"]) for each in sandbox.run("list", "amazon").objects if "id" in each}
        assert listed == {item.id for item in simulator.library.expected()}


def test_photos_and_videos(tmp_path: Path, simulator: AmazonSimulator) -> None:
    sandbox = configured(tmp_path, simulator)
    for kind in Kind.PHOTO, Kind.VIDEO:
        wanted = {item.id for item in simulator.library.expected() if item.kind is kind}
        found = sandbox.run("list", "amazon", "--kind", kind.value)
        assert {str(each["id"]) for each in found.objects if "id" in each} == wanted
        assert wanted


def test_nodes_by_their_names(tmp_path: Path, simulator: AmazonSimulator) -> None:
    sandbox = configured(tmp_path, simulator)
    wanted = list(simulator.library.expected())[:2]
    names = " OR ".join(f'"{item.name}"' for item in wanted)
    found = sandbox.run("list", "amazon", "--query", f"name:({names})")
    assert {item.id for item in wanted} <= {str(each["id"]) for each in found.objects if "id" in each}
    assert all("/nodes" in each.path for each in simulator.requests if each.kind == "list")


def test_files_can_have_the_names_of_the_other_program(tmp_path: Path, simulator: AmazonSimulator) -> None:
    sandbox = configured(tmp_path, simulator)
    first, second, *_ = simulator.library.expected()
    ids = ("--id", first.id, "--id", second.id)
    folder = tmp_path / "elsewhere"
    result = sandbox.run("pull", "amazon", *ids, "--layout", "{id}_{name}", "--library", str(folder))
    assert (result.exit, simulator.counts["content"]) == (0, 2)
    names = {path.name for path in folder.rglob("*") if path.suffix.lower() in (".jpg", ".mp4", ".heic", ".png")}
    assert names == {f"{first.id}_{first.name}", f"{second.id}_{second.name}"}


def test_a_broken_download_is_continued_and_checked(tmp_path: Path, simulator: AmazonSimulator) -> None:
    sandbox = configured(tmp_path, simulator)
    simulator.faults.truncate = Fault(times=2)
    assert sandbox.run("pull", "amazon").exit == 0
    assert sandbox.hashes() == {item.md5: 1 for item in simulator.library.expected()}
    assert any(each.status == 206 for each in simulator.requests if each.kind == "content")


def test_a_push_asks_for_each_folder_once(tmp_path: Path, simulator: AmazonSimulator) -> None:
    sandbox = configured(tmp_path, simulator)
    folder = tmp_path / "mine" / "trip"
    folder.mkdir(parents=True)
    for number, content in enumerate(islice(foreign_photos(), 4)):
        (folder / f"{number}.jpg").write_bytes(content)
    simulator.forget()
    assert sandbox.run("push", "amazon", str(tmp_path / "mine")).number("saved") == 4
    looks = [each.path for each in simulator.requests if "FOLDER" in each.path]
    assert looks
    assert len(looks) == len(set(looks))
