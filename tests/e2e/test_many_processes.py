"""Several server processes over one index: a conversation belongs to the browser, not to a process."""

from __future__ import annotations

import json
import signal
import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from balancing import Balancer, Process, served_processes
from browsing import Desk, Served, serve_app

from qa.ui.operations.serving import DRAIN

SUB_PATH = "/bulletins"
FIRST = "上海自贸区临港新片区发布的人工智能专项政策是哪天发布的？"
FOLLOW_UP = "它从几个方面提供支持？"


def accepts(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=10).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def processes(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Process]]:
    options = ["--root-path", SUB_PATH, "--log", "json", "--grace", "20"]
    with served_processes(
        served.folder, served.library.index, tmp_path_factory.mktemp("said"), 2, options
    ) as two:
        yield two


def test_a_conversation_goes_on_in_another_process_when_its_own_is_gone(
    browser: Any, served: Served, processes: list[Process]
) -> None:
    first, second = (process.address for process in processes)
    balancer = Balancer([first, second], sticky=first, prefix=SUB_PATH)
    with serve_app(balancer.app) as address:
        there = Served(address + SUB_PATH, served.library, served.folder)
        with Desk.open(browser, there) as desk:
            assert "2020" in desk.ask(FIRST).inner_text() or "12" in desk.last.inner_text()
            quote = desk.last.locator(".chip").first.get_attribute("data-quote")
            # What needs no queue went to either process in turn, with the conversation of neither.
            assert {target for _, target in balancer.sent} == {first, second}
            balancer.quiet()
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
            balancer.quiet()
            desk.page.reload()
            desk.page.wait_for_selector(".turn:nth-child(3) .actions")
            assert desk.turns == 3
            # The connection breaks before the answer begins: the page loads again, the question in its box.
            balancer.breaking = b"estimation"
            desk.page.locator("#question textarea").fill(FOLLOW_UP)
            with desk.page.expect_navigation():
                desk.page.keyboard.press("Enter")
            balancer.breaking = b"process_completed"
            desk.page.wait_for_function(
                "(asked) => document.querySelector('#question textarea')?.value === asked", arg=FOLLOW_UP
            )
            # It breaks before the answer's end is told: the page loads again, with what had come.
            with desk.page.expect_navigation():
                desk.page.locator("#question textarea").press("Enter")
            balancer.breaking = b""
            desk.page.wait_for_selector(".turn:nth-child(4) .actions")
            assert desk.turns == 4
            assert desk.last.locator(".question").inner_text() == FOLLOW_UP
            assert [url for url in desk.requests if not url.startswith((address, "data:", "blob:"))] == []


def test_a_process_that_is_told_to_end_is_not_ready_finishes_what_it_began_and_logs_json(
    processes: list[Process],
) -> None:
    process = processes[1]
    host, _, port = process.address.removeprefix("http://").partition(":")
    body = json.dumps({"question": FIRST}).encode()
    with socket.create_connection((host, int(port)), timeout=30) as begun:
        head = (
            f"POST /ask HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nX-Request-ID: last\r\n"
        )
        begun.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:5])
        assert httpx.get(f"{process.address}/readyz", timeout=30).status_code == 200
        process.popen.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + DRAIN / 2
        while (ready := httpx.get(f"{process.address}/readyz", timeout=30)).status_code == 200:
            assert time.monotonic() < deadline, "it is still ready"
        assert ready.json() == {"status": "stopping", "reason": "the server is shutting down"}
        # Then no new connection is taken any more, while the request that has begun is waited for.
        while accepts(host, int(port)):
            assert time.monotonic() < deadline + 30, "it still takes connections"
            time.sleep(0.05)
        assert process.popen.poll() is None
        begun.sendall(body[5:])
        answer = b""
        while piece := begun.recv(65_536):
            answer += piece
    assert b"200 OK" in answer
    assert b'"refused":false' in answer
    assert process.popen.wait(30) == 0
    lines = [json.loads(line) for line in process.errors.read_text(encoding="utf-8").splitlines()]
    assert all({"time", "level", "event"} <= set(line) for line in lines)
    by_event = {(line["event"], line.get("request")): line for line in lines}
    assert by_event["question", "last"]["outcome"] == "answered"
    assert by_event["request", "last"]["status"] == 200
    assert ("stopping", None) in by_event
    page = [line for line in lines if line["event"] == "question" and line["request"] != "last"]
    # A question put on the page bears the id of the request that brought it.
    assert len(page) >= 2
    assert {line["request"] for line in page} <= {
        line["request"] for line in lines if line.get("route") == "/gradio_api/queue/join"
    }
    assert FIRST not in process.errors.read_text(encoding="utf-8")
