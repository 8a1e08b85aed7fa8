"""Where things lie: a catalog elsewhere, a user without a home folder, a provider that cannot be loaded."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from photosync.testing.command import Result, Sandbox
from photosync_amazon.simulator import AmazonSimulator


@pytest.fixture(scope="module")
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=2) as running:
        yield running


@pytest.fixture
def sandbox(tmp_path: Path, simulator: AmazonSimulator) -> Sandbox:
    made = Sandbox(tmp_path)
    made.configure({"amazon": simulator.account_settings()}, exif="fix")
    return made


def configure(sandbox: Sandbox, **keys: object) -> None:
    content = yaml.safe_load(sandbox.config.read_text(encoding="utf-8"))
    sandbox.config.write_text(yaml.safe_dump({**content, **keys}), encoding="utf-8")


def run(sandbox: Sandbox, *arguments: str, **variables: str | None) -> subprocess.CompletedProcess[str]:
    environment = {**sandbox.environment(), **variables}
    return subprocess.run(
        [sys.executable, "-m", "photosync", *arguments],
        cwd=sandbox.folder,
        env={name: value for name, value in environment.items() if value is not None},
        capture_output=True,
        text=True,
        check=False,
    )


# A catalog elsewhere


def test_a_catalog_can_be_elsewhere(sandbox: Sandbox) -> None:
    configure(sandbox, catalog="catalogs/photos.db")
    sandbox.run("pull", "amazon").check_complete()
    assert (sandbox.folder / "catalogs" / "photos.db").exists()
    assert not list((sandbox.library / ".photosync").glob("catalog.db*"))
    assert sandbox.run("pull", "amazon").number("unchanged") == 2
    assert len(sandbox.run("list", "amazon", "--saved").objects) == 2
    assert sandbox.run("status").objects[0]["items"] == 2
    (path, *_) = sandbox.files()
    assert "account amazon" in sandbox.text("why", str(path))
    assert sandbox.run("fix", "--undo", str(path)).exit == 0
    assert sandbox.run("status").objects[0]["fixed"] == 1


def test_the_catalog_of_another_library_is_refused(sandbox: Sandbox) -> None:
    configure(sandbox, catalog="photos.db")
    sandbox.run("pull", "amazon").check_complete()
    configure(sandbox, library=str(sandbox.folder / "other"))
    for command in (["pull", "amazon"], ["push", "amazon", str(sandbox.library)]):
        result = sandbox.run(*command)
        assert result.exit == 6
        assert f"{sandbox.folder}/photos.db belongs to another library than {sandbox.folder}/other" in result.stderr
    result = sandbox.run("status")
    assert result.exit == 6
    # An option that names another library has nothing to do with this catalog.
    assert sandbox.run("pull", "amazon", "--library", str(sandbox.folder / "third")).number("saved") == 2


def test_a_catalog_is_not_left_behind(sandbox: Sandbox) -> None:
    sandbox.run("pull", "amazon").check_complete()
    configure(sandbox, catalog="photos.db")
    result = sandbox.run("pull", "amazon")
    assert result.exit == 6
    assert f"the library's catalog is still {sandbox.library}/.photosync/catalog.db. Move it" in result.stderr
    shutil.move(sandbox.library / ".photosync" / "catalog.db", sandbox.folder / "photos.db")
    assert sandbox.run("pull", "amazon").number("unchanged") == 2


# No home folder


@pytest.fixture
def no_home(tmp_path: Path) -> dict[str, str | None]:
    """The environment of a user who is not in the system's list of users, as in a container."""
    folder = tmp_path / "nobody"
    folder.mkdir()
    code = "import pwd\n\ndef getpwuid(uid):\n    raise KeyError(uid)\n\npwd.getpwuid = getpwuid\n"
    (folder / "sitecustomize.py").write_text(code, encoding="utf-8")
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {"HOME": None, "XDG_STATE_HOME": None, "XDG_CONFIG_HOME": None, "PYTHONPATH": path}


def test_without_a_home_folder_the_state_folder_has_to_be_named(
    sandbox: Sandbox, no_home: dict[str, str | None]
) -> None:
    config = ("--config", str(sandbox.config))
    ran = run(sandbox, "pull", "amazon", *config, **no_home)
    assert ran.returncode == 2
    assert "name one with PHOTOSYNC_STATE" in ran.stderr
    assert "Traceback" not in ran.stderr
    ran = run(sandbox, "pull", "amazon", *config, **no_home, PHOTOSYNC_STATE=str(sandbox.folder / "state"))
    assert ran.returncode == 0, ran.stderr
    assert len(sandbox.files()) == 2
    assert not (sandbox.folder / "~").exists()
    ran = run(sandbox, "status", **no_home, PHOTOSYNC_STATE=str(sandbox.folder / "state"))
    assert ran.returncode == 2
    assert "name the configuration with --config" in ran.stderr


def test_a_state_folder_that_cannot_be_written_is_named(sandbox: Sandbox) -> None:
    (sandbox.folder / "file").touch()
    ran = run(sandbox, "pull", "amazon", "--config", str(sandbox.config), PHOTOSYNC_STATE=str(sandbox.folder / "file"))
    assert ran.returncode == 6
    assert f"cannot write {sandbox.folder}/file/" in ran.stderr
    assert "photosync's state folder" in ran.stderr


@pytest.mark.parametrize("key", ["library", "catalog"])
@pytest.mark.parametrize("name", ["a\0b", "a\ud800b"])
def test_a_name_that_no_file_can_have(sandbox: Sandbox, key: str, name: str) -> None:
    content = yaml.safe_load(sandbox.config.read_text(encoding="utf-8"))
    sandbox.config.write_text(json.dumps({**content, key: str(sandbox.folder / name)}))
    result = sandbox.run("pull", "amazon")
    assert (result.exit, "no file can have this name" in result.stderr) == (2, True), result


@pytest.mark.parametrize(
    ("arguments", "content"),
    [
        (["pull", "amazon", "--library", "~nobody-here/x"], {}),
        (["push", "amazon", "~nobody-here/x"], {}),
        (["status"], {"library": "~nobody-here/x"}),
        (["status"], {"catalog": "~nobody-here/x"}),
    ],
)
def test_the_home_of_nobody(sandbox: Sandbox, arguments: list[str], content: dict[str, object]) -> None:
    configure(sandbox, **content)
    result = sandbox.run(*arguments)
    assert result.exit == 2
    assert "'~nobody-here/x': there is no such home folder; write the whole path" in result.stderr
    assert run(sandbox, "status", "--config", "~nobody-here/x").returncode == 2
    ran = run(sandbox, "status", "--config", str(sandbox.config), PHOTOSYNC_STATE="~nobody-here/x")
    assert (ran.returncode, "there is no such home folder" in ran.stderr) == (2, True), ran.stderr


# A provider that cannot be loaded


def broken_plugin(folder: Path, code: str) -> None:
    (folder / "photosync_broken.py").write_text(code, encoding="utf-8")
    information = folder / "photosync_broken-1.2.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: photosync-broken\nVersion: 1.2\n", encoding="utf-8"
    )
    (information / "entry_points.txt").write_text(
        "[photosync.providers]\nbroken = photosync_broken:Provider\n", encoding="utf-8"
    )


@pytest.mark.parametrize("code", ["import no_such_module", "class Provider", "1 / 0", "other = 1", "raise SystemError"])
def test_a_provider_that_cannot_be_loaded_stops_only_its_own_accounts(sandbox: Sandbox, code: str) -> None:
    plugins = sandbox.folder / "plugins"
    plugins.mkdir()
    broken_plugin(plugins, code)
    content = yaml.safe_load(sandbox.config.read_text(encoding="utf-8"))
    configure(sandbox, accounts={"mine": {"provider": "broken", "key": "value"}, **content["accounts"]})
    path = os.pathsep.join([str(plugins), *filter(None, [os.environ.get("PYTHONPATH")])])

    def result(*arguments: str) -> Result:
        ran = run(sandbox, *arguments, "--json", "--config", str(sandbox.config), PYTHONPATH=path)
        return Result(arguments, ran.returncode, ran.stdout, ran.stderr)

    everything = result("pull")
    assert everything.exit == 2
    assert len(sandbox.files()) == 2
    commands = [["providers"]]
    if code == "1 / 0":  # what follows is the same for all
        commands += [["pull", "mine"], ["list", "mine"], ["status"]]
        assert result("pull", "amazon").exit == 0
    for each in (everything, *(result(*command) for command in commands)):
        assert each.exit == (0 if each.arguments[0] in ("providers", "status") else 2)
        assert "the provider 'broken' of photosync-broken 1.2 cannot be loaded: " in each.stderr, each
        assert "Traceback" not in each.stderr
