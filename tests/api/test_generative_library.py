"""A library with a language model behind it: generative when verified, extractive with a note when not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from qa.library import Library
from qa.settings import Settings
from qa.types import Answer
from qa.ui.api import create_app
from tests.answering.chat_server import Body, Script
from tests.answering.chat_server import serving as chat_serving
from tests.api.conftest import serving

PARK = "青禾市口袋公园总投资多少？"
KEY = "sk-library-5a6b7c8d"


def number_of(body: Body, words: str) -> str:
    """The number under which the request offers the quote that holds `words`."""
    content = body["messages"][1]["content"]
    blocks = re.findall(r"<<<\w+ (\d+)>>>(.*?)<<<\w+ /\1>>>", content, re.DOTALL)
    return next(number for number, block in blocks if words in block.replace(" ", ""))


@contextmanager
def library_with(script: Script, library: Library, timeout: float = 30.0) -> Iterator[Library]:
    with chat_serving(script) as url:
        settings = Settings(llm_base_url=url, llm_model="test", llm_api_key=KEY, llm_timeout=timeout)
        with Library.open(library.bulletins, library.index, settings=settings) as opened:
            yield opened


def asked(script: Script, library: Library, **options: str) -> Answer:
    with library_with(script, library) as opened:
        return opened.ask(PARK, **options)  # type: ignore[arg-type]


def test_a_verified_reply_is_the_answer_with_citations_that_are_exact(library: Library) -> None:
    script = Script(lambda body: f"青禾市三处口袋公园总投资12000万元[{number_of(body, '总投资1.2亿元')}]。")
    answer = asked(script, library)
    assert answer.mode == "generative"
    assert answer.answer == "青禾市三处口袋公园总投资12000万元[1]。"
    (citation,) = answer.citations
    assert citation.number == 1
    assert "总投资1.2亿元" in citation.quote
    source = library.store.source(citation.bulletin).text[citation.start : citation.end]
    assert "".join(source.split()) == "".join(citation.quote.split())


@pytest.mark.parametrize(
    "script",
    [
        Script("公园总投资9亿元[1]。"),
        Script("NO_ANSWER"),
        Script(""),
        Script(status=500, error="boom"),
        Script(status=401, error=f"bad key {KEY}"),
        Script(behaviour="refusal"),
        Script(behaviour="not json"),
        Script("公园总投资1.2亿元[1]。", behaviour="break off"),
    ],
    ids=["unsupported", "no answer", "empty", "error", "key", "refusal", "malformed", "broken off"],
)
def test_whatever_fails_the_extractive_answer_stands_with_a_note(script: Script, library: Library) -> None:
    answer = asked(script, library)
    expected = library.ask(PARK)
    assert answer.mode == "extractive"
    assert (answer.answer, answer.citations) == (expected.answer, expected.citations)
    assert len(answer.notes) > len(expected.notes)
    assert KEY not in str(answer.to_dict())
    assert "9亿" not in str(answer.notes)


def test_extractive_mode_asks_no_model(library: Library) -> None:
    script = Script("公园总投资1.2亿元[1]。")
    assert asked(script, library, mode="extractive").mode == "extractive"
    assert script.requests == []


def test_a_refused_question_is_not_sent_to_the_model(library: Library) -> None:
    script = Script("巴黎的人口为200万[1]。")
    with library_with(script, library) as opened:
        answer = opened.ask("巴黎有多少人口？")
    assert answer.refused
    assert script.requests == []


def test_over_http_the_first_sentence_arrives_while_the_model_still_writes(library: Library) -> None:
    script = Script(
        lambda body: f"公园总投资1.2亿元[{number_of(body, '总投资1.2亿元')}]。" * 2, behaviour="gate"
    )
    with library_with(script, library) as opened, serving(create_app(opened)) as address:
        asked = {"question": PARK, "stream": True}
        with httpx.stream("POST", f"{address}/ask", json=asked, timeout=60) as response:
            lines = response.iter_lines()
            assert next(lines) == "event: part"
            assert "公园总投资1.2亿元[1]。" in next(lines)
            # The model is held back until here: had the answer been collected first, nothing could have come.
            assert not script.gate.is_set()
            script.gate.set()
            rest = "\n".join(lines)
    assert "event: answer" in rest
    assert '"mode": "generative"' in rest


def test_an_answer_streamed_over_http_never_shows_an_unverified_sentence(library: Library) -> None:
    script = Script(
        lambda body: "公园收费50元[1]。" + f"公园总投资1.2亿元[{number_of(body, '总投资1.2亿元')}]。"
    )
    with library_with(script, library) as opened, serving(create_app(opened)) as address:
        text = httpx.post(f"{address}/ask", json={"question": PARK, "stream": True}, timeout=60).text
    assert "公园总投资1.2亿元[1]。" in text
    assert "50元" not in text
    assert KEY not in text
