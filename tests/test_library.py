from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from qa import BulletinQAError, Library, retrieve
from qa.errors import UsageError
from qa.text import compact
from tests.conftest import SEEDS

QUESTIONS = [
    "江苏的安全风险报告什么时候交？",
    "上海知识产权保护条例有哪些亮点？",
    "青岛的时间银行是怎么运作的？",
    "上海和江苏的进口冷链管理系统各叫什么？",
    "山东半岛基金的规模有多大？",
    "广东有哪些全国首创的做法？",
    "12 月 8 日发生了哪些事？",
    "How large is the Shandong infrastructure fund?",
    "Compare the cold-chain systems of Shanghai and Jiangsu.",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_quote_is_a_slice_of_its_bulletin(samples: Library, question: str) -> None:
    answer = samples.ask(question)
    assert not answer.refused
    assert answer.citations
    for citation in answer.citations:
        source = samples.store.source(citation.bulletin)
        piece = source.text[citation.start : citation.end]
        for start, end in sorted(source.marks, reverse=True):
            if citation.start <= start and end <= citation.end:
                piece = piece[: start - citation.start] + piece[end - citation.start :]
        assert compact(piece) == compact(citation.quote)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_marker_has_a_citation_and_every_citation_a_marker(samples: Library, question: str) -> None:
    import re

    answer = samples.ask(question)
    marked = {int(number) for number in re.findall(r"\[(\d+)\]", answer.answer)}
    assert marked == {citation.number for citation in answer.citations}


def test_hits_fall_and_lie_in_the_unit_interval(samples: Library) -> None:
    hits = samples.retrieve("进口冷链食品怎么追溯？", k=20)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert all(0.0 <= score <= 1.0 for score in scores)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))


def test_the_same_question_gives_the_same_answer_from_many_threads(samples: Library) -> None:
    expected = {question: samples.ask(question).answer for question in QUESTIONS}
    with ThreadPoolExecutor(8) as pool:
        for question, answer in zip(QUESTIONS * 4, pool.map(samples.ask, QUESTIONS * 4), strict=True):
            assert answer.answer == expected[question]


def test_a_stream_ends_with_the_answer_that_its_parts_spell(samples: Library) -> None:
    parts = list(samples.stream("上海知识产权保护条例有哪些亮点？"))
    assert parts[-1].answer is not None
    assert "".join(part.text for part in parts) == parts[-1].answer.answer


def test_filters_keep_to_section_and_dates(samples: Library) -> None:
    assert {hit.section for hit in samples.retrieve("上海", k=50, sections=["政策举措"])} == {"政策举措"}
    dated = samples.retrieve("上海", k=50, since="2020-12-28", until="2020-12-29")
    assert dated
    assert all("2020-12-28" <= (hit.date or "") <= "2020-12-29" for hit in dated)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"question": " "}, "empty"),
        ({"question": "问" * 5000}, "characters"),
        ({"question": "上海", "since": "昨天"}, "昨天"),
        ({"question": "上海", "since": "2021-01-01", "until": "2020-01-01"}, "swap"),
        ({"question": "上海", "sections": ["没有这个栏目"]}, "没有这个栏目"),
        ({"question": "上海", "bulletins": ["nothing.txt"]}, "nothing.txt"),
        ({"question": "上海", "k": 0}, "k=0"),
    ],
)
def test_what_cannot_be_asked_is_named(samples: Library, arguments: dict[str, object], named: str) -> None:
    with pytest.raises(UsageError, match=named):
        samples.retrieve(**arguments)  # type: ignore[arg-type]


def test_control_characters_and_surrogates_do_no_harm(samples: Library) -> None:
    assert not samples.ask("江苏的安全\x00风险\ud800报告什么时候交？").refused


def test_a_missing_folder_is_named_with_the_cure(tmp_path: Path) -> None:
    with pytest.raises(BulletinQAError, match="--bulletins"):
        Library.open(tmp_path / "nowhere", tmp_path / "index")


def test_an_empty_folder_opens_and_refuses(tmp_path: Path) -> None:
    (tmp_path / "bulletins").mkdir()
    with Library.open(tmp_path / "bulletins", tmp_path / "index") as library:
        answer = library.ask("江苏的安全风险报告什么时候交？")
        assert answer.refused
        assert library.contents() == []


def test_sync_takes_in_what_changed_and_forgets_what_went(tmp_path: Path) -> None:
    folder = tmp_path / "bulletins"
    folder.mkdir()
    first, second = sorted(SEEDS.glob("*.txt"))
    shutil.copy(first, folder)
    with Library.open(folder, tmp_path / "index") as library:
        assert library.ask("山东半岛城市群基础设施投资基金的规模有多大？").refused
        shutil.copy(second, folder)
        assert library.sync().added == (second.name,)
        assert "1000亿元" in compact(library.ask("山东半岛城市群基础设施投资基金的规模有多大？").answer)
        (folder / second.name).unlink()
        assert library.sync().removed == (second.name,)
        assert library.ask("山东半岛城市群基础设施投资基金的规模有多大？").refused


def test_the_default_library_answers_without_being_opened() -> None:
    assert retrieve("江苏的安全风险报告什么时候交？", k=1)[0].title.startswith("江苏规定")
