"""Several server processes over one index: a conversation belongs to the browser, not to a process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from balancing import Balancer, Process, served_processes
from browsing import Desk, Served, serve_app

FIRST = "上海自贸区临港新片区发布的人工智能专项政策是哪天发布的？"
FOLLOW_UP = "它从几个方面提供支持？"


@pytest.fixture(scope="module")
def processes(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Process]]:
    with served_processes(served.folder, served.library.index, [], []) as running:
        yield running


def test_a_conversation_goes_on_in_another_process_when_its_own_is_gone(
    browser: Any, served: Served, processes: list[Process]
) -> None:
    first, second = (process.address for process in processes)
    balancer = Balancer([first, second], sticky=first)
    with serve_app(balancer.app) as address:
        there = Served(address, served.library, served.folder)
        with Desk.open(browser, there) as desk:
            assert "2020" in desk.ask(FIRST).inner_text() or "12" in desk.last.inner_text()
            quote = desk.last.locator(".chip").first.get_attribute("data-quote")
            # What needs no queue went to either process in turn, with the conversation of neither.
            assert {target for _, target in balancer.sent} == {first, second}
            processes[0].popen.kill()
            processes[0].popen.wait(20)
            balancer.targets, balancer.sticky = [second, second], second
            turn = desk.ask(FOLLOW_UP)
            assert desk.turns == 2
            assert turn.locator(".refusal").count() == 0
            assert "临港" in turn.locator(".sources").inner_text()
            # A citation of the answer that the other process gave opens here too.
            desk.page.locator(".turn").first.locator(".chip").first.click()
            desk.page.wait_for_selector('.reader mark.current[data-number="1"]')
            assert quote == desk.page.locator(".turn").first.locator(".chip").first.get_attribute(
                "data-quote"
            )
            # Filters that the other process showed are taken by this one.
            desk.page.locator("#filters > button").click()
            desk.page.get_by_label("栏目").click()
            desk.page.get_by_role("option", name="域外动态").click()
            desk.page.wait_for_function(
                "() => document.querySelector('#filters > button').innerText.includes('1')"
            )
            assert "科创聚焦" not in desk.ask("知识产权保护条例什么时候开始实施？").inner_text()
            desk.page.reload()
            desk.page.wait_for_selector(".turn:nth-child(3) .actions")
            assert desk.turns == 3
            assert desk.errors == []
