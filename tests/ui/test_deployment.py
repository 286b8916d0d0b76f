"""The operators' page: what it names exists, and its YAML can be read."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from importlib.resources import files
from pathlib import Path
from typing import Any

import typer
import yaml
from prometheus_client import generate_latest

from qa.cli import app
from qa.library import Library
from qa.settings import PREFIX, Settings
from qa.ui.operations.requests import _KNOWN
from qa.ui.operations.station import Station

PAGE = files("qa").joinpath("deployment.md").read_text(encoding="utf-8")
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def documents() -> list[Any]:
    return [document for block in blocks("yaml") for document in yaml.safe_load_all(block)]


def walk(node: object) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from walk(each)


def command_lines() -> list[list[str]]:
    found = [shlex.split(line) for block in blocks("bash") for line in block.splitlines() if line]
    for document in documents():
        for node in walk(document):
            for name in ("command", "args"):
                line = node.get(name)
                if isinstance(line, list) and line and line[0] == "bulletin-qa":
                    found.append(line)
    return found


def test_every_yaml_block_is_a_document_of_the_kind_it_should_be() -> None:
    compose, values, *manifests = documents()
    assert {"page-1", "page-2", "balancer", "milvus", "etcd", "minio"} <= set(compose["services"])
    assert values["cluster"] == {"enabled": True}
    kinds = [manifest["kind"] for manifest in manifests]
    assert kinds == ["Deployment", "Service", "Ingress", "PodDisruptionBudget", "Job"]
    assert all(manifest["apiVersion"] and manifest["metadata"]["name"] for manifest in manifests)


def test_every_command_and_option_exists() -> None:
    lines = command_lines()
    assert len(lines) >= 6
    for program, command, *arguments in lines:
        assert program == "bulletin-qa"
        known = {option for parameter in COMMANDS[command].params for option in parameter.opts}
        named = {argument for argument in arguments if argument.startswith("-")}
        assert named <= known, (command, named - known)


def test_every_setting_exists() -> None:
    known = {PREFIX + field.name.upper() for field in fields(Settings)} | {"BULLETIN_QA_AUTH"}
    for command in COMMANDS.values():
        known |= {parameter.envvar for parameter in command.params if parameter.envvar}
    named = set(re.findall(r"BULLETIN_QA_\w+", PAGE))
    assert len(named) > 10
    assert named <= known, named - known


def test_every_metric_exists(tmp_path: Path) -> None:
    with Library.open(tmp_path, tmp_path / "index") as library:
        text = generate_latest(Station(library).metrics.registry).decode()
    known = set(re.findall(r"^# TYPE (\w+)", text, re.MULTILINE))
    named = set(re.findall(r"`(bulletin_qa_\w+)", PAGE))
    assert len(named) > 10
    assert named <= known, named - known


def test_every_probe_asks_a_path_that_is_served() -> None:
    paths = set()
    for document in documents():
        for node in walk(document):
            if "httpGet" in node:
                paths.add(node["httpGet"]["path"])
            if "prometheus.io/path" in node:
                paths.add(node["prometheus.io/path"])
    assert paths == {"/healthz", "/readyz", "/metrics"}
    assert paths <= _KNOWN


def test_the_place_for_the_sizing_table_is_marked() -> None:
    assert re.search(r"<!-- sizing -->.*<!-- /sizing -->", PAGE, re.DOTALL)


def test_the_grace_of_the_program_ends_before_the_orchestrators_patience() -> None:
    compose, _, deployment, *_ = documents()
    pod = deployment["spec"]["template"]["spec"]
    grace = next(
        int(each["value"]) for each in pod["containers"][0]["env"] if each["name"] == "BULLETIN_QA_GRACE"
    )
    assert pod["terminationGracePeriodSeconds"] > 5 + 2 + grace
    assert int(compose["x-page"]["stop_grace_period"].rstrip("s")) > 2 + grace
