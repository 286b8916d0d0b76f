"""Many users of the page at once, over its own protocol."""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

USERS = 20
QUESTIONS = (
    "上海市知识产权保护条例什么时候开始实施？",
    "上海智慧城市建设将从哪三方面加快突破？",
    "深圳城市更新条例有什么内容？",
    "Who won the football match?",
)


def test_twenty_users_at_once_are_all_answered(served, record_property):
    gradio_client = pytest.importorskip("gradio_client", reason="gradio_client is not installed")

    def use(user: int) -> list[float]:
        client = gradio_client.Client(served.address, verbose=False)
        seconds = []
        for question in QUESTIONS:
            began = time.perf_counter()
            answer = client.predict(question, api_name="/ask")
            seconds.append(time.perf_counter() - began)
            assert answer["question"] == question
            assert answer["refused"] or answer["citations"]
        return seconds

    with ThreadPoolExecutor(USERS) as pool:
        seconds = [each for user in pool.map(use, range(USERS)) for each in user]
    p95 = statistics.quantiles(seconds, n=20)[-1]
    record_property("p95_seconds", round(p95, 3))
    print(
        f"\n{USERS} users, {len(seconds)} questions: p50 {statistics.median(seconds):.2f} s, p95 {p95:.2f} s"
    )
    assert len(seconds) == USERS * len(QUESTIONS)


def test_the_page_is_served_while_questions_are_answered(served):
    with ThreadPoolExecutor(USERS) as pool:
        pages = list(pool.map(lambda _: httpx.get(served.address, timeout=60).status_code, range(USERS)))
    assert pages == [200] * USERS
