"""`schedule`, with programs named `crontab` and `systemctl` that do as the real ones."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from photosync.testing.command import Sandbox

_CRONTAB = """#!/bin/sh
file="$HOME/crontab"
if [ -e "$HOME/refuse" ]; then echo "You ($USER) are not allowed to use this program (crontab)" >&2; exit 1; fi
if [ "$1" = -l ]; then
    if [ -e "$file" ]; then exec /bin/cat "$file"; fi
    echo "no crontab for me" >&2; exit 1
fi
[ "$1" = - ] && exec /bin/cat > "$file"
exit 1
"""
_SYSTEMCTL = """#!/bin/sh
[ "$1" = --user ] || exit 1
if [ -e "$HOME/refuse" ]; then echo "Failed to connect to bus: No medium found" >&2; exit 1; fi
[ "$2" = show-environment ] || echo "$@" >> "$HOME/systemctl.log"
"""
_LINES = b"MAILTO=me@example.com\n# caf\xe9, and no photosync: begin\n5 4 * * *\tbackup \\% 'a  b'\n\n@daily x"


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A user with a configuration, on a computer that has no other programs than those of a test."""
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    sandbox = Sandbox(tmp_path)
    sandbox.configure({"amazon": {"cookies": "none.txt"}})
    return sandbox


def has(user: Sandbox, name: str, text: str) -> None:
    """Install a program."""
    program = user.folder / "bin" / name
    program.write_text(text, encoding="utf-8")
    program.chmod(0o755)


def test_a_line_is_added_replaced_and_removed_and_all_others_stay(user: Sandbox) -> None:
    has(user, "crontab", _CRONTAB)
    crontab = user.home / "crontab"
    crontab.write_bytes(_LINES)
    for every in ("6h", "1h"):
        installed = user.run("schedule", "install", "--every", every)
        assert installed.exit == 0, installed
        verify = user.run("schedule", "install", "verify --sample 1%", "--at", "04:30")
        assert verify.exit == 0, verify
        content = crontab.read_bytes()
        assert content.startswith(_LINES + b"\n# photosync ")
        ours = content.removeprefix(_LINES + b"\n").decode().splitlines()
        assert len(ours) == 6
        assert {each for each in ours if each.startswith("#")} == {
            "# photosync pull: begin (made by: photosync schedule install)",
            "# photosync pull: end",
            "# photosync verify: begin (made by: photosync schedule install)",
            "# photosync verify: end",
        }
        (line,) = (each for each in ours if each.endswith(" pull"))
        assert f" -q --config {user.config} pull" in line
        (line,) = (each for each in ours if "verify --sample" in each and not each.startswith("#"))
        assert line.endswith("verify --sample 1\\%")
    shown = user.run("schedule", "show").objects
    assert [(each["name"], each["scheduler"]) for each in shown] == [("pull", "cron"), ("verify", "cron")]
    assert str(shown[1]["command"]).endswith(" verify --sample 1%")
    assert user.run("schedule", "remove", "pull", "--dry-run").exit == 0
    assert user.run("schedule", "remove", "pull").objects[0]["result"] == "removed"
    assert b"photosync pull:" not in crontab.read_bytes()
    assert user.run("schedule", "remove").exit == 0
    assert crontab.read_bytes() == _LINES + b"\n"
    assert user.run("schedule", "remove", "pull").exit == 2


def test_the_line_of_a_crontab_can_be_run(user: Sandbox) -> None:
    has(user, "crontab", _CRONTAB)
    assert user.run("schedule", "install", "status", "--library", str(user.folder / "a 'b")).exit == 0
    line = (user.home / "crontab").read_text().splitlines()[1]
    shell_line = line.split(maxsplit=5)[5].replace("\\%", "%")
    done = subprocess.run(
        ["/bin/sh", "-c", shell_line], env=user.environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_timer_of_systemd_is_made_and_removed(user: Sandbox) -> None:
    has(user, "systemctl", _SYSTEMCTL)
    has(user, "crontab", _CRONTAB)
    installed = user.run("schedule", "install", "pull amazon", "--at", "03:10")
    assert installed.exit == 0, installed
    units = user.home / ".config" / "systemd" / "user"
    timer = (units / "photosync-pull-amazon.timer").read_text()
    assert "OnCalendar=*-*-* 03:10:00\nRandomizedDelaySec=30min\n" in timer
    service = (units / "photosync-pull-amazon.service").read_text()
    assert f" -q --config {user.config} pull amazon\n" in service
    assert (user.home / "systemctl.log").read_text().splitlines() == [
        "--user daemon-reload",
        "--user enable --now photosync-pull-amazon.timer",
    ]
    (shown,) = user.run("schedule", "show").objects
    assert (shown["name"], shown["scheduler"], shown["when"]) == ("pull-amazon", "systemd", "*-*-* 03:10:00")
    refused = user.run("schedule", "install", "pull amazon", "--cron")
    assert refused.exit == 2
    assert "scheduled with systemd already, and would run twice" in refused.stderr
    assert not (user.home / "crontab").exists()
    assert user.run("schedule", "remove", "pull-amazon").exit == 0
    assert list(units.iterdir()) == []
    assert (user.home / "systemctl.log").read_text().splitlines()[2:] == [
        "--user disable --now photosync-pull-amazon.timer",
        "--user daemon-reload",
    ]


def test_a_dry_run_shows_what_would_be_written_and_writes_nothing(user: Sandbox) -> None:
    shown = user.text("schedule", "install", "--dry-run", "--every", "6h")
    assert shown.startswith("# photosync pull: begin")
    assert user.text("schedule", "install", "--dry-run", "--every", "6h") == shown
    timer = user.text("schedule", "install", "--dry-run", "--systemd")
    assert "photosync-pull.timer\n" in timer
    assert "[Timer]\nOnCalendar=" in timer
    has(user, "crontab", _CRONTAB)
    assert user.text("schedule", "install", "--dry-run", "--every", "6h") == shown
    assert not (user.home / "crontab").exists()
    assert not (user.home / ".config").exists()
    assert user.run("schedule", "install", "--every", "6h").exit == 0
    assert (user.home / "crontab").read_text() == shown


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ((), "this computer has neither cron nor systemd. Let its own scheduler run this once a day: "),
        (("--cron",), "this computer has no crontab. Let its own scheduler"),
        (("--systemd",), "this computer has no systemd for your user. Let its own scheduler"),
        (("--cron", "--systemd"), "--cron and --systemd name two schedulers"),
        (("--every", "7m"), "--every: expected 5m to 30m"),
        (("--at", "25:00"), "--at: expected a time of day such as 03:10"),
        (("trash amazon --all",), "'trash' cannot be scheduled; expected one of pull, pick, copy, audit"),
        (("pull --yaer 2023",), "No such option: --yaer"),
        (("pull 'amazon",), "is no command: No closing quotation"),
        (("audit",), "Missing argument 'ACCOUNT'"),
    ],
)
def test_what_cannot_be_is_refused(user: Sandbox, arguments: tuple[str, ...], problem: str) -> None:
    refused = user.run("schedule", "install", *arguments)
    assert refused.exit == 2
    assert problem in refused.stderr


@pytest.mark.parametrize("name", ["crontab", "systemctl"])
def test_a_scheduler_that_refuses_is_told(user: Sandbox, name: str) -> None:
    has(user, name, {"crontab": _CRONTAB, "systemctl": _SYSTEMCTL}[name])
    (user.home / "refuse").touch()
    refused = user.run("schedule", "install", "--cron" if name == "crontab" else "--systemd")
    assert refused.exit == 2
    assert (
        "are not allowed to use this program" if name == "crontab" else "no systemd for your user"
    ) in refused.stderr
    assert user.run("schedule", "show").exit == (2 if name == "crontab" else 0)


def test_a_block_that_lost_its_end_is_not_taken_for_ours(user: Sandbox) -> None:
    has(user, "crontab", _CRONTAB)
    crontab = user.home / "crontab"
    content = b"# photosync pull: begin\n1 2 * * * mine\n3 4 * * * mine too\n"
    crontab.write_bytes(content)
    for arguments in (("install",), ("remove",), ("show",)):
        refused = user.run("schedule", *arguments)
        assert refused.exit == 2
        assert "without its end" in refused.stderr
    assert crontab.read_bytes() == content


def test_a_unit_of_somebody_else_is_not_replaced(user: Sandbox) -> None:
    has(user, "systemctl", _SYSTEMCTL)
    unit = user.home / ".config" / "systemd" / "user" / "photosync-pull.service"
    unit.parent.mkdir(parents=True)
    unit.write_text("[Service]\n")
    refused = user.run("schedule", "install")
    assert refused.exit == 2
    assert f"{unit} is not of photosync, and is not changed" in refused.stderr
    assert unit.read_text() == "[Service]\n"
    assert [each.name for each in unit.parent.iterdir()] == ["photosync-pull.service"]


def test_a_secret_of_the_environment_is_not_there_in_a_scheduled_run(user: Sandbox) -> None:
    has(user, "crontab", _CRONTAB)
    user.configure({"aura": {"email": "me@example.com", "password": "${AURA_PASSWORD}"}})
    told = user.run("schedule", "install")
    assert told.exit == 0
    assert "takes AURA_PASSWORD from the environment, which cron does not have" in told.stderr
