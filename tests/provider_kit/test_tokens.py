"""Token files: safe on the disk, refreshed once by the first process, with clear errors when they are damaged."""

from __future__ import annotations

import json
import multiprocessing
import os
import stat
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from photosync.errors import DestinationError, SignInError
from photosync.provider_kit.tokens import BearerAuth, Token, TokenFile

REQUIRED = ("access_token", "refresh_token")
TOKEN = {"access_token": "old", "refresh_token": "again", "exp_time": 0.5, "of_another_program": {"kept": True}}

posix_only = pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")


@pytest.fixture
def file(tmp_path: Path) -> TokenFile:
    return token_file(tmp_path)


def token_file(folder: Path) -> TokenFile:
    return TokenFile(folder / "state" / "drive" / "token.json", account="drive", required=REQUIRED)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def is_new(token: Token) -> bool:
    return token["access_token"] == "new"


@posix_only
def test_a_token_is_for_its_owner_alone(file: TokenFile) -> None:
    before = os.umask(0)
    try:
        file.write(TOKEN)
        file.write(TOKEN)
    finally:
        os.umask(before)
    assert [mode(path) for path in (file.path.parent, file.path.parent.parent)] == [0o700, 0o700]
    assert {path.name: mode(path) for path in file.path.parent.iterdir()} == {
        "token.json": 0o600,
        "token.json.bak": 0o600,
        "token.json.lock": 0o600,
    }


@posix_only
def test_a_folder_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    TokenFile(tmp_path / "oauth.json", account="drive").write(TOKEN)
    assert mode(tmp_path) == 0o755


def test_what_is_written_is_read_back_unknown_keys_and_all(file: TokenFile) -> None:
    file.write(TOKEN)
    assert file.read() == TOKEN
    assert token_file(file.path.parents[2]).read() == TOKEN


def test_a_refresh_is_merged_into_the_token_and_the_old_one_is_kept(file: TokenFile) -> None:
    file.write(TOKEN)
    token = file.renewed(is_new, lambda _: {"access_token": "new"})
    assert token == file.read() == {**TOKEN, "access_token": "new"}
    assert json.loads(file.path.with_name("token.json.bak").read_text()) == TOKEN


def test_a_good_token_is_not_refreshed(file: TokenFile) -> None:
    file.write({**TOKEN, "access_token": "new"})
    file.renewed(is_new, lambda _: pytest.fail("it was good"))


def test_a_failed_refresh_leaves_everything_as_it_was(file: TokenFile) -> None:
    file.write(TOKEN)

    def refuse(_: Token) -> Mapping[str, object]:
        raise SignInError("no")

    with pytest.raises(SignInError, match="no"):
        file.renewed(is_new, refuse)
    assert file.read() == TOKEN
    assert file.renewed(is_new, lambda _: {"access_token": "new"})["access_token"] == "new"


def test_what_another_process_wrote_is_seen(file: TokenFile) -> None:
    file.write(TOKEN)
    assert file.read()["access_token"] == "old"
    token_file(file.path.parents[2]).write({**TOKEN, "access_token": "new"})
    assert file.read()["access_token"] == "new"


def test_threads_refresh_once(file: TokenFile) -> None:
    file.write(TOKEN)
    refreshes: list[str] = []

    def refresh(token: Token) -> Token:
        refreshes.append(str(token["access_token"]))
        time.sleep(0.05)
        return {"access_token": "new"}

    threads = [threading.Thread(target=file.renewed, args=(is_new, refresh)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refreshes == ["old"]


def _refresh_in_a_process(folder: Path, start: object) -> None:
    def refresh(_: Token) -> Token:
        with (folder / "refreshes").open("a") as log:
            log.write(f"{os.getpid()}\n")
        time.sleep(0.3)
        return {"access_token": "new"}

    start.wait()  # type: ignore[attr-defined]
    assert token_file(folder).renewed(is_new, refresh)["access_token"] == "new"


def test_processes_refresh_once(tmp_path: Path) -> None:
    token_file(tmp_path).write(TOKEN)
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(3)
    processes = [context.Process(target=_refresh_in_a_process, args=(tmp_path, start)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert len((tmp_path / "refreshes").read_text().splitlines()) == 1


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"<html>login</html>", "is no JSON"),
        (b"", "is no JSON"),
        (b"\xff\xfe", "is no JSON"),
        (b"[" * 100_000, "is no JSON"),
        (b"[]", "holds no JSON object"),
        (b'{"access_token": "secret-word"}', "has no refresh_token"),
        (b'{"access_token": "", "refresh_token": null}', "has no access_token, refresh_token"),
    ],
)
def test_a_broken_token_names_the_file_and_what_to_do(file: TokenFile, content: bytes, problem: str) -> None:
    file.path.parent.mkdir(parents=True)
    file.path.write_bytes(content)
    with pytest.raises(SignInError) as caught:
        file.read()
    message = str(caught.value)
    assert f"{file.path} {problem}" in message
    assert "photosync login drive" in message
    assert "secret-word" not in message


def test_a_broken_token_points_to_the_one_before_it(file: TokenFile) -> None:
    file.write(TOKEN)
    file.write(TOKEN)
    file.path.write_text("{")
    with pytest.raises(SignInError, match=r"token\.json\.bak"):
        file.read()


def test_no_token_is_no_sign_in(file: TokenFile) -> None:
    with pytest.raises(SignInError, match=r"not signed in yet.*photosync login drive"):
        file.read()


def test_deleting_takes_the_old_token_along(file: TokenFile) -> None:
    assert not file.delete()
    file.write(TOKEN)
    file.write(TOKEN)
    assert file.delete()
    assert [path.name for path in file.path.parent.iterdir()] in ([], ["token.json.lock"])
    with pytest.raises(SignInError):
        file.read()


@posix_only
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere.json"
    target.write_text(json.dumps(TOKEN))
    link = tmp_path / "oauth.json"
    link.symlink_to(target)
    TokenFile(link, account="drive").write({**TOKEN, "access_token": "new"})
    assert link.is_symlink()
    assert json.loads(target.read_text())["access_token"] == "new"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    file = TokenFile(tmp_path / "file" / "token.json", account="drive")
    with pytest.raises(DestinationError, match=r"cannot write the token file .*token\.json"):
        file.write(TOKEN)


class Auth(BearerAuth):
    """Tokens that a service numbers; each is good until it is refused, and none is given once `ended`."""

    refreshes = 0
    is_over = False

    def is_good(self, token: Token, wanted_s: float) -> bool:
        return wanted_s < 100

    def renewed(self, token: Token) -> Token:
        self.refreshes += 1
        if self.is_over:
            raise SignInError("the sign-in was revoked")
        return {"access_token": f"new {self.refreshes}"}

    def explain(self, detail: str) -> str:
        return detail


def test_requests_carry_the_token_in_the_file(file: TokenFile) -> None:
    file.write(TOKEN)
    auth = Auth(file)
    assert auth.headers() == {"Authorization": "Bearer old"}
    assert set(auth.secrets()) == {"old", "again"}
    assert auth.refreshes == 0


def test_a_refused_token_is_renewed_by_the_first_thread_alone(file: TokenFile) -> None:
    file.write(TOKEN)
    auth = Auth(file)
    all_refused = threading.Barrier(4)

    def request() -> None:
        auth.headers()
        all_refused.wait()
        assert auth.refresh()

    threads = [threading.Thread(target=request) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert auth.refreshes == 1
    assert auth.headers() == {"Authorization": "Bearer new 1"}


def test_a_token_can_be_wanted_for_longer(file: TokenFile) -> None:
    file.write(TOKEN)
    auth = Auth(file)
    assert auth.good_token(wanted_s=99) == "old"
    assert auth.good_token(wanted_s=101) == "new 1"


def test_a_sign_in_that_has_ended_is_not_asked_for_again(file: TokenFile) -> None:
    file.write(TOKEN)
    auth = Auth(file)
    auth.headers()
    auth.is_over = True
    for _ in range(2):
        with pytest.raises(SignInError, match="was revoked"):
            auth.refresh()
    assert auth.refreshes == 1
    with pytest.raises(SignInError, match="was revoked"):
        auth.headers()
