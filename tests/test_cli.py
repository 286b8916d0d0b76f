from __future__ import annotations

import json
from pathlib import Path

import pytest

from qa.cli import main
from tests.conftest import SEEDS


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cli") / "index"


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_build_says_what_was_added_and_then_that_nothing_changed(
    capsys: pytest.CaptureFixture[str], index: Path
) -> None:
    status, out, _ = run(capsys, "build", "--bulletins", SEEDS, "--index", index)
    assert status == 0
    assert "37 items" in out
    status, out, _ = run(capsys, "build", "--bulletins", SEEDS, "--index", index)
    assert status == 0
    assert "nothing changed" in out


def test_ask_prints_json_alone_with_the_contract_fields(
    capsys: pytest.CaptureFixture[str], index: Path
) -> None:
    status, out, _ = run(
        capsys, "ask", "它什么时候实施？", "--history", "上海出台了一部知识产权方面的什么条例？", "--json",
        "--bulletins", SEEDS, "--index", index,
    )  # fmt: skip
    answer = json.loads(out)
    assert status == 0
    assert {
        "question",
        "standalone_question",
        "answer",
        "refused",
        "confidence",
        "mode",
        "citations",
        "nearest",
        "seconds",
    } <= set(answer)
    assert {
        "number",
        "quote",
        "title",
        "item_id",
        "section",
        "bulletin",
        "date",
        "page",
        "start",
        "end",
    } <= set(answer["citations"][0])
    assert not answer["refused"]


def test_retrieve_keeps_to_k_and_sections(capsys: pytest.CaptureFixture[str], index: Path) -> None:
    status, out, _ = run(
        capsys,
        "retrieve",
        "上海",
        "-k",
        3,
        "--section",
        "政策举措",
        "--json",
        "--bulletins",
        SEEDS,
        "--index",
        index,
    )
    hits = json.loads(out)["hits"]
    assert status == 0
    assert len(hits) == 3
    assert {hit["section"] for hit in hits} == {"政策举措"}
    assert {
        "rank",
        "score",
        "item_id",
        "title",
        "bulletin",
        "date",
        "page",
        "start",
        "end",
        "text",
        "evidence",
    } <= set(hits[0])


def test_contents_lists_every_item(capsys: pytest.CaptureFixture[str], index: Path) -> None:
    status, out, _ = run(capsys, "contents", "--json", "--bulletins", SEEDS, "--index", index)
    bulletins = json.loads(out)["bulletins"]
    assert status == 0
    assert [sum(len(s["items"]) for s in b["sections"]) for b in bulletins] == [18, 19]


def test_a_failed_command_says_one_line_and_exits_with_1(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    status, out, err = run(capsys, "ask", "问题", "--bulletins", tmp_path / "none")
    assert (status, out) == (1, "")
    assert err.startswith("bulletin-qa: ")
    assert err.count("\n") == 1


def test_wrong_usage_exits_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, "ask")
    assert status == 2
    assert "QUESTION" in err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "--help")
    assert status == 0
    for command in ("build", "ask", "retrieve", "evaluate", "contents", "serve", "watch", "mcp"):
        assert command in out


def test_evaluate_fails_under_a_bound(
    capsys: pytest.CaptureFixture[str], index: Path, tmp_path: Path
) -> None:
    rows = (SEEDS / "questions.jsonl").read_text(encoding="utf-8").splitlines()[:3]
    questions = tmp_path / "some.jsonl"
    questions.write_text("\n".join(rows) + "\n", encoding="utf-8")
    arguments = ("evaluate", questions, "--bulletins", SEEDS, "--index", index, "--fail-under")
    assert run(capsys, *arguments, "item_recall@1=0.1")[0] == 0
    status, _, err = run(capsys, *arguments, "item_recall@1=1.1")
    assert status == 1
    assert "item_recall@1" in err
