"""What ends a call early is raised, with the words of the command; the library stays whole."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from tests.api.conftest import Script


def raised(script: Script, code: str) -> tuple[object, object]:
    """The class of the error that the code raises, and its message."""
    shown = script(
        f"""
        try:
            {code}
        except photosync.errors.PhotosyncError as error:
            show(kind=type(error).__name__, text=str(error))
        """
    )
    return shown["kind"], shown["text"]


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("ps.account('nobody')", "ConfigError", "there is no account 'nobody'"),
        ("photosync.open('missing.yaml')", "ConfigError", "there is no configuration"),
        ("amazon.list(year=2023)", "UsageError", "there is no keyword 'year'"),
        ("amazon.list(years=[23])", "UsageError", "--year 23"),
        ("amazon.list(years='2023')", "UsageError", "years: "),
        ("amazon.list(ids=[1])", "UsageError", "ids: expected text, not 1"),
        ("amazon.list(limit=0)", "UsageError", "limit: expected a number from 1"),
        ("amazon.list(states=['odd'])", "UsageError", "--state"),
        ("amazon.saved(states=['new'])", "UsageError", "--saved"),
        ("amazon.pull(limit_bytes='many')", "UsageError", "limit_bytes"),
        ("amazon.pull(all_files=True)", "UsageError", "cannot select by --all-files"),
        ("amazon.pull(query='type:(PHOTOS')", "UsageError", "this bracket is not closed"),
        ("amazon.push('.', to='/../x')", "UsageError", "name the folder from the top"),
        ("amazon.favorite(query='typ:(PHOTOS)')", "UsageError", "there is no field 'typ'"),
        ("amazon.push('.', resize=True)", "UsageError", "--resize"),
        ("ps.why('nothing')", "UsageError", "there is no file 'nothing'"),
        ("ps.export('items.xlsx')", "UsageError", "expected a name that ends with .parquet, .csv, .jsonl"),
        ("ps.close(); amazon.usage()", "UsageError", "this Photosync is closed"),
    ],
)
def test_what_cannot_be_is_refused(
    script: Script, simulator: AmazonSimulator, code: str, kind: str, words: str
) -> None:
    found, text = raised(script, code)
    assert found == kind
    assert words in str(text)
    assert simulator.counts["total"] == 0
    assert not script.sandbox.library.exists()


def test_an_expired_sign_in_is_an_error_with_the_summary(script: Script, simulator: AmazonSimulator) -> None:
    simulator.faults.set("expired", "1")
    shown = script(
        """
        try:
            amazon.pull()
        except photosync.errors.SignInError as error:
            show(exit=error.exit, summary=error.summary.as_json())
        """
    )
    assert shown["exit"] == 4
    assert isinstance(shown["summary"], dict)
    assert shown["summary"]["exit"] == 4
    assert "error" not in shown["summary"]


def test_a_second_run_is_refused_while_one_has_the_lock(script: Script, simulator: AmazonSimulator) -> None:
    simulator.faults.set("latency", "1")
    first = script.start("amazon.pull()")
    assert simulator.wait_for(lambda: simulator.counts["content"] > 0)
    assert raised(script, "amazon.pull()")[0] == "LockedError"
    _, stderr = first.communicate(timeout=60)
    assert first.returncode == 0, stderr


def test_ctrl_c_ends_a_pull_in_order_and_is_raised(
    script: Script, sandbox: Sandbox, simulator: AmazonSimulator
) -> None:
    simulator.faults.set("latency", "0.3")
    process = script.start(
        """
        try:
            amazon.pull()
        except KeyboardInterrupt:
            show(interrupted=True, last=ps.status()[0]["last_exit"])
        """
    )
    assert simulator.wait_for(lambda: simulator.counts["content"] > 0)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    assert stdout.strip() == '{"interrupted": true, "last": 130}'
    simulator.faults.clear()
    assert sandbox.run("pull", "amazon").summary["complete"] is True
    assert len(sandbox.files()) == 12


def test_progress_counts_every_file_and_its_error_ends_the_run(script: Script, sandbox: Sandbox) -> None:
    shown = script(
        """
        events = []
        def stop(now):
            if now.done == 2: raise ValueError("enough")
        try:
            amazon.pull(progress=stop, jobs=1)
        except ValueError as error:
            show(error=str(error))
        amazon.pull(progress=events.append)
        show(last=[events[-1].done, events[-1].wanted], names=sum(each.event == "saved" for each in events))
        """
    )
    assert isinstance(shown["names"], int)
    assert shown["last"] == [shown["names"], shown["names"]]
    assert 1 <= shown["names"] <= 10
    assert len(sandbox.files()) == 12


def test_a_pull_in_another_thread_works(script: Script) -> None:
    shown = script(
        """
        import threading
        saved = []
        thread = threading.Thread(target=lambda: saved.append(amazon.pull().saved))
        thread.start(); thread.join()
        show(saved=saved)
        """
    )
    assert shown == {"saved": [12]}


def test_an_import_loads_nothing_that_is_not_used() -> None:
    code = "import photosync, sys; print(photosync.__version__); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "photosync" in loaded
    assert not {each for each in loaded if each.startswith("photosync.")} | (loaded & {"pandas", "yaml", "requests"})
