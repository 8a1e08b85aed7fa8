"""What a shell offers at the tab key. The command runs in its own process, as a shell runs it."""

from __future__ import annotations

import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from photosync.cli.completion import _FIXED
from photosync.library import PRESETS
from photosync.model import CONTEXTS, SortField
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator

_HOSTILE = ("$(touch hacked)", "`touch hacked`", "a'b", 'a"b; touch hacked', "x\\$(touch hacked)", "st*r", "~me", "a=b")


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """A user with two accounts and a catalog with albums; the service is gone."""
    made = Sandbox(tmp_path_factory.mktemp("user"))
    with AmazonSimulator(items=12, seed=3) as simulator:
        made.configure({"amazon": simulator.account_settings(), "aunt": {"provider": "amazon", "cookies": "none.txt"}})
        assert made.run("pull", "amazon").exit == 0
    with closing(sqlite3.connect(made.library / ".photosync" / "catalog.db")) as catalog:
        sql = "INSERT INTO collections (account, kind, id, name, changed_run) VALUES (?, ?, ?, ?, 0)"
        catalog.execute("DELETE FROM collections WHERE kind = 'person'")
        catalog.execute(sql, ("amazon", "person", "1", "Ada"))
        for name in (*_HOSTILE, "evil\x1b[2J", "-rf"):
            catalog.execute(sql, ("amazon", "album", name, name))
        catalog.commit()
    return made


def offered(sandbox: Sandbox, *words: str, shell: str = "zsh") -> list[str]:
    """What is offered for the last of the words."""
    environment = {**sandbox.environment(), "PHOTOSYNC_COMPLETE": shell, "PHOTOSYNC_CONFIG": str(sandbox.config)}
    command = [sys.executable, "-m", "photosync", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return [each.partition("\t")[0] for each in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("pu", {"pull", "push", "purge"}),
        ("album cr", {"create"}),
        ("help albu", {"album"}),
        ("pull ", {"amazon", "aunt"}),
        ("-q pull au", {"aunt"}),
        ("pull amazon Sha", {"Shared with me"}),
        ("pull aunt ", set()),
        ("pull amazon --album Holi", {"Holiday"}),
        ("pull amazon --album=Holi", {"--album=Holiday"}),
        ("people name amazon ", {"Ada"}),
        ("push amazon a.jpg --to Holi", {"Holiday"}),
        ("pull --layout ", set(PRESETS)),
        ("pull --kind ", {"photo", "video"}),
        ("list amazon --group-by ", {"day", "month", "year"}),
        ("pull --limit-", {"--limit-bytes", "--limit-time"}),
        ("fix ", {":files"}),
        ("--config ", {":files"}),
        ("login amazon --from ", {":files"}),
        ("completion ", {"bash", "zsh", "fish"}),
        ("nonsense ", set()),
        ("pull --version amazon Holi", {"Holiday"}),
        ("pull --config nowhere.yaml ", set()),
        ("pull --nonsense ", {"amazon", "aunt"}),
    ],
)
def test_words_that_fit_are_offered(sandbox: Sandbox, line: str, expected: set[str]) -> None:
    assert set(offered(sandbox, *line.split(" "))) == expected


def test_bash_makes_three_words_of_an_option_with_its_value(sandbox: Sandbox) -> None:
    words = ("pull", "amazon", "--album", "=")
    assert offered(sandbox, *words, "Holi", shell="bash") == ["Holiday"]
    assert "Holiday" in offered(sandbox, *words, shell="bash")


def test_the_fixed_words_are_those_of_the_program() -> None:
    assert set(_FIXED["--layout"]) == set(PRESETS)
    assert set(_FIXED["--context"]) == set(CONTEXTS)
    assert set(_FIXED["--sort"]) == {each.value for each in SortField}


@pytest.mark.parametrize("text", ["accounts: [", "accounts: 7\n", "- a\n", "\x00", "library: 5\n"])
def test_a_configuration_that_cannot_be_read_is_no_message(sandbox: Sandbox, tmp_path: Path, text: str) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(text, encoding="utf-8")
    assert offered(sandbox, "pull", "--config", str(broken), "") == []
    assert offered(sandbox, "pull", "amazon", "--config", str(broken), "--album", "") == []


def test_names_that_a_service_chose_cannot_become_commands(sandbox: Sandbox, tmp_path: Path) -> None:
    names = set(offered(sandbox, "pull", "amazon", ""))
    assert names >= set(_HOSTILE)
    assert not {"-rf", "evil\x1b[2J"} & names
    for quote in ("", "'", '"'):
        words = offered(sandbox, "pull", "amazon", quote, shell="bash")
        typed = "\n".join(f"printf '%s\\0' {quote}{word}{quote}" for word in words)
        done = subprocess.run(["bash", "-c", typed], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert set(done.stdout.split("\0")) >= set(_HOSTILE)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("shell", [name for name in ("bash", "zsh", "fish") if shutil.which(name)])
def test_the_script_of_a_shell_works_in_it(sandbox: Sandbox, tmp_path: Path, shell: str) -> None:
    program = tmp_path / "photosync"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m photosync "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    asks = {
        "bash": 'source <(photosync completion bash)\nCOMP_WORDS=(photosync pull amazon "Shared w")\nCOMP_CWORD=3\n'
        '_photosync\nprintf "%s\\n" "${COMPREPLY[@]}"',
        "zsh": "compdef() { }; compadd() { print -rl -- $found }; source =(photosync completion zsh)\n"
        "words=(photosync pull amazon Shared); CURRENT=4; _photosync",
        "fish": "photosync completion fish | source; complete -C 'photosync pull amazon Shared'",
    }
    environment = {**sandbox.environment(), "PHOTOSYNC_CONFIG": str(sandbox.config), "HOME": str(tmp_path)}
    environment["PATH"] = f"{tmp_path}:{os.environ['PATH']}"
    done = subprocess.run([shell, "-c", asks[shell]], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.replace("\\", "").split("\t")[0].strip() == "Shared with me"
    assert done.stderr == ""


def test_it_is_quick(sandbox: Sandbox) -> None:
    """Nothing that takes time is loaded: not the configuration's checks, not the catalog, not pydantic."""
    code = "import sys; from photosync.cli import main; main(); print(*sys.modules, file=sys.stderr)"
    environment = {**sandbox.environment(), "PHOTOSYNC_COMPLETE": "bash", "PHOTOSYNC_CONFIG": str(sandbox.config)}
    command = [sys.executable, "-c", code, "pull", "amazon", "--album", ""]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "Holiday" in done.stdout
    loaded = set(done.stderr.split())
    assert loaded.isdisjoint(
        {"pydantic", "requests", "rich", "photosync.config", "photosync.catalog", "photosync.provider"}
    )
