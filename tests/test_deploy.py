"""The files for schedulers: valid by the tools that exist for them, and with what this program knows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import hcl2
import pytest
import yaml

from photosync.errors import Exit
from photosync.jobs.schedule.scheduled import Run
from photosync.jobs.schedule.systemd import units
from photosync.jobs.schedule.timetable import Timetable
from photosync.testing.forked_command import start
from photosync_amazon.simulator import AmazonSimulator

DEPLOY = Path(__file__).parents[1] / "deploy"
SYSTEMD, NOMAD = DEPLOY / "systemd", DEPLOY / "nomad" / "account.nomad.hcl"
FOR_ACCOUNT = DEPLOY / "kubernetes" / "for-account.sh"


def _check_configuration(content: str, folder: Path) -> None:
    """The program reads it, with the secrets in the environment, and takes the copy's place."""
    with AmazonSimulator(items=1) as simulator:
        cookies = simulator.account_settings()["cookies"]
        assert isinstance(cookies, Mapping)
        written = yaml.safe_load(content)
        assert written.keys() == {"library", "copies", "after", "accounts"}
        written["library"] = str(folder / "library")
        written["accounts"]["amazon"]["endpoints"] = simulator.account_settings()["endpoints"]
        config = folder / "config.yaml"
        config.write_text(yaml.safe_dump(written), encoding="utf-8")
        environment = {
            "HOME": str(folder),
            "PHOTOSYNC_CONFIG": str(config),
            "PHOTOSYNC_STATE": str(folder / "state"),
            "AMAZON_COOKIES": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        }
        process = start(("-q", "pull", "--count"), folder=folder, environment=environment)
        assert (process.communicate(timeout=60)[1], process.returncode) == ("", 0)


# systemd


def _unit(text: str, section: str) -> dict[str, list[str]]:
    (lines,) = re.findall(rf"^\[{section}\]$(.*?)(?=^\[|\Z)", text, re.MULTILINE | re.DOTALL)
    found: dict[str, list[str]] = {}
    for key, value in re.findall(r"^(\w+)=(.*)$", lines, re.MULTILINE):
        found.setdefault(key, []).append(value)
    return found


def _verified(folder: Path, **replaced: str) -> str:
    """What systemd says of the units, for an instance; nothing if all is well."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd here")
    for suffix in ("service", "timer"):
        text = (SYSTEMD / f"photosync@.{suffix}").read_text(encoding="utf-8")
        for old, new in replaced.items():
            text = text.replace(old, new)
        for name in ("photosync@", "photosync@mum"):
            (folder / f"{name}.{suffix}").write_text(text, encoding="utf-8")
    command = ["systemd-analyze", "verify", "--man=no", "./photosync@mum.service", "./photosync@mum.timer"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    assert _verified(tmp_path) == ""


@pytest.mark.parametrize(
    ("right", "wrong", "unit"),
    [
        ("LoadCredential", "LoadCredentials", "service"),
        ("RandomizedDelaySec=4h", "RandomizedDelaySec=late", "timer"),
        ("*-*-* 01", "at 1", "timer"),
    ],
)
def test_systemd_finds_a_mistake_in_the_units(tmp_path: Path, right: str, wrong: str, unit: str) -> None:
    assert f"photosync@mum.{unit}:" in _verified(tmp_path, **{right: wrong})


def test_the_units_say_the_same_as_those_of_schedule() -> None:
    made = units(Run("pull", ["photosync"], {}), Timetable())
    service = (SYSTEMD / "photosync@.service").read_text(encoding="utf-8")
    timer = (SYSTEMD / "photosync@.timer").read_text(encoding="utf-8")
    for text, name, section, keys in (
        (service, "photosync-pull.service", "Service", ("Type", "SuccessExitStatus", "Nice")),
        (timer, "photosync-pull.timer", "Timer", ("Persistent", "FixedRandomDelay")),
        (timer, "photosync-pull.timer", "Install", ("WantedBy",)),
    ):
        ours, theirs = _unit(text, section), _unit(made[name], section)
        assert {key: ours[key] for key in keys} == {key: theirs[key] for key in keys}


# Kubernetes


def _objects(name: str) -> list[dict[str, Any]]:
    done = subprocess.run([FOR_ACCOUNT, name], capture_output=True, text=True, check=True)
    return list(yaml.safe_load_all(done.stdout))


def _kind(objects: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    (found,) = [each for each in objects if each["kind"] == kind]
    return found


@pytest.mark.slow  # reads the schemas of all objects of two versions of Kubernetes
@pytest.mark.parametrize("version", ["1.31", "1.37"])
@pytest.mark.parametrize("name", ["dad", "1001", "on"])
def test_kubernetes_takes_the_objects_of_an_account(version: str, name: str) -> None:
    validator = pytest.importorskip("kubernetes_validate")
    objects = _objects(name)
    for each in objects:
        validator.validate(each, version, strict=True)
    _kind(objects, "CronJob")["spec"]["concurrencypolicy"] = "Forbid"
    with pytest.raises(validator.ValidationError, match="concurrencypolicy"):
        validator.validate(_kind(objects, "CronJob"), version, strict=True)


def test_the_objects_of_an_account_name_each_other_and_no_other_account() -> None:
    objects = _objects("dad-2")
    assert "mum" not in str(objects)
    names = {(each["kind"], each["metadata"]["name"]) for each in objects}
    pod = _kind(objects, "CronJob")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    claims = [each["persistentVolumeClaim"]["claimName"] for each in pod["volumes"] if "persistentVolumeClaim" in each]
    named = {("PersistentVolumeClaim", each) for each in claims}
    named |= {("ConfigMap", each["configMap"]["name"]) for each in pod["volumes"] if "configMap" in each}
    assert named | {("CronJob", "photosync-dad-2")} == names
    assert {each["name"] for each in container["volumeMounts"]} == {each["name"] for each in pod["volumes"]}
    assert container["envFrom"] == [{"secretRef": {"name": "photosync-dad-2"}}]


def test_an_account_does_not_get_the_secrets_of_another_one() -> None:
    assert "Secret" not in {each["kind"] for each in _objects("dad")}


def test_the_labels_of_an_account_are_text_whatever_its_name_is() -> None:
    assert {each["metadata"]["labels"]["photosync"] for each in _objects("1001")} == {"1001"}


def test_the_objects_are_the_same_by_a_sed_that_has_no_more_than_posix_wants(tmp_path: Path) -> None:
    sed = tmp_path / "sed"
    sed.write_text(f'#!/bin/sh\nexec {shutil.which("sed")} --posix "$@"\n', encoding="utf-8")
    sed.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run([FOR_ACCOUNT, "dad"], capture_output=True, text=True, check=True, env={"PATH": path})
    assert list(yaml.safe_load_all(done.stdout)) == _objects("dad")


def test_each_account_has_a_time_of_its_own_at_night() -> None:
    schedules = [_kind(_objects(f"account-{number}"), "CronJob")["spec"]["schedule"] for number in range(20)]
    assert len(set(schedules)) > 15
    assert all(re.fullmatch(r"[1-5]?\d [1-4] \* \* \*", each) for each in schedules)
    assert schedules[7] == _kind(_objects("account-7"), "CronJob")["spec"]["schedule"]


@pytest.mark.parametrize("name", ["", "Mum", "a/b", "-a", "a.", "a b", "a&b"])
def test_a_name_that_kubernetes_does_not_take_is_refused(name: str) -> None:
    done = subprocess.run([FOR_ACCOUNT, name], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")


def test_only_a_temporary_failure_is_tried_again_in_the_same_night() -> None:
    job = _kind(_objects("dad"), "CronJob")["spec"]["jobTemplate"]["spec"]
    (rule,) = job["podFailurePolicy"]["rules"]
    again = {Exit.TEMPORARY, Exit.INTERRUPTED, Exit.TERMINATED}
    good = {Exit.OK, Exit.LOCKED, Exit.LIMIT}  # 7 and 8 end as 0: container/pull-once.sh
    assert set(rule["onExitCodes"]["values"]) == {*Exit} - again - good


def test_the_configuration_for_kubernetes_is_one(tmp_path: Path) -> None:
    _check_configuration(_kind(_objects("dad"), "ConfigMap")["data"]["config.yaml"], tmp_path)


# Nomad

JOB: Mapping[str, frozenset[str]] = {
    "": frozenset({"variable", "locals", "job"}),
    "variable": frozenset({"type", "description", "default"}),
    "job": frozenset({"id", "name", "type", "periodic", "group"}),
    "periodic": frozenset({"crons", "time_zone", "prohibit_overlap"}),
    "group": frozenset({"restart", "reschedule", "volume", "task"}),
    "restart": frozenset({"attempts", "mode"}),
    "reschedule": frozenset({"attempts", "unlimited"}),
    "volume": frozenset({"type", "source"}),
    "task": frozenset(
        {"driver", "user", "kill_timeout", "config", "env", "template", "volume_mount", "resources"},
    ),
    "template": frozenset({"destination", "data", "env"}),
    "volume_mount": frozenset({"volume", "destination"}),
    "resources": frozenset({"cpu", "memory", "memory_max"}),
}
"""The keys of each block that the file may use: https://developer.hashicorp.com/nomad/docs/job-specification"""
LABELLED = ("variable", "job", "group", "volume", "task")
FREE = ("locals", "env", "config")
"""Blocks with keys of their own; those of `config` are the driver's."""
_OPTIONS = hcl2.SerializationOptions(strip_string_quotes=True, with_comments=False, explicit_blocks=False)


def _blocks(block: Mapping[str, Any], kind: str = "") -> Iterator[tuple[str, str]]:
    """Each key in a block and in those within it, as (kind of the block, key)."""
    for key, value in block.items():
        yield kind, key
        if kind in FREE or not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            continue
        for each in value:
            for inner in each.values() if key in LABELLED else [each]:
                yield from _blocks(inner, key)


def _job(text: str) -> dict[str, Any]:
    found: dict[str, Any] = hcl2.loads(text, serialization_options=_OPTIONS)
    return found


def _mistakes(text: str) -> set[tuple[str, str]]:
    return {(kind, key) for kind, key in _blocks(_job(text)) if kind not in FREE and key not in JOB[kind]}


def test_the_job_has_only_keys_that_nomad_knows() -> None:
    text = NOMAD.read_text(encoding="utf-8")
    assert _mistakes(text) == set()
    assert _mistakes(text.replace("prohibit_overlap", "prohibit_overlaps")) == {("periodic", "prohibit_overlaps")}
    with pytest.raises(Exception, match="Unexpected token"):
        _job(text.replace("locals {", "locals ["))


def test_the_configuration_for_nomad_is_one(tmp_path: Path) -> None:
    (job,) = _job(NOMAD.read_text(encoding="utf-8"))["job"]
    (group,) = job["photosync"]["group"]
    (task,) = group["pull"]["task"]
    (env,) = task["pull"]["env"]
    content = task["pull"]["template"][0]["data"].strip('"').removeprefix("<<-EOT\n").removesuffix("EOT")
    content = content.replace("${var.bucket}/${var.account}", "my-bucket/mum").replace("$${", "${")
    assert yaml.safe_load(content)["library"] == env["PHOTOSYNC_LIBRARY"]
    assert env["PHOTOSYNC_RESTORE_FROM"] in yaml.safe_load(content)["copies"]
    _check_configuration(content, tmp_path)
    mounts = {each["destination"]: each["volume"] for each in task["pull"]["volume_mount"]}
    volumes = [name for each in group["pull"]["volume"] for name in each]
    assert {env["PHOTOSYNC_STATE"], env["PHOTOSYNC_LIBRARY"]} == set(mounts)
    assert sorted(mounts.values()) == sorted(volumes)
