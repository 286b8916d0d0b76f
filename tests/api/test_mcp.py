"""The MCP server, asked by the protocol's own client over both transports."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the optional package mcp is not installed")

import httpx
from mcp import Client, StdioServerParameters

from qa.errors import UsageError
from qa.library import Library
from qa.ui.api import create_app
from qa.ui.api.mcp import make_server, run
from qa.ui.limits import Limits
from tests.api.conftest import serving

PARK = "青禾市口袋公园总投资多少？"
ROOT = Path(__file__).parents[2]
FREE = Limits(burst=10_000, per_minute=100_000)


def talk(server: Any, work: Callable[[Client], Awaitable[Any]]) -> Any:
    async def session() -> Any:
        async with Client(server, read_timeout_seconds=120) as client:
            return await work(client)

    return asyncio.run(session())


async def all_three(client: Client) -> dict[str, Any]:
    tools = (await client.list_tools()).tools
    asked = await client.call_tool("ask", {"question": PARK})
    found = await client.call_tool("retrieve", {"question": PARK, "k": 1})
    listed = await client.call_tool("contents", {})
    return {"tools": tools, "ask": asked, "retrieve": found, "contents": listed}


def assert_serves(given: dict[str, Any], library: Library) -> None:
    assert [tool.name for tool in given["tools"]] == ["retrieve", "ask", "contents"]
    for tool in given["tools"]:
        assert tool.annotations.read_only_hint
        assert tool.description
        assert tool.output_schema
    answer = given["ask"].structured_content
    expected = library.ask(PARK).to_dict()
    del answer["seconds"], expected["seconds"]
    assert answer == expected
    assert given["retrieve"].structured_content["hits"] == [
        hit.to_dict() for hit in library.retrieve(PARK, 1)
    ]
    assert given["contents"].structured_content["bulletins"][0]["name"] == "qinghe.txt"


def test_over_standard_input_and_output_it_serves_the_three_tools(library: Library) -> None:
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-m", "qa", "mcp", "--bulletins", str(library.bulletins), "--index", str(library.index)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert_serves(talk(parameters, all_three), library)


def test_over_http_it_serves_the_three_tools_beside_the_api(library: Library) -> None:
    with serving(create_app(library, limits=FREE)) as address:
        assert httpx.get(f"{address}/healthz").status_code == 200
        assert_serves(talk(f"{address}/mcp", all_three), library)


def test_the_text_of_a_result_is_the_same_json_for_clients_that_read_text_alone(library: Library) -> None:
    result = talk(
        make_server(library), lambda client: client.call_tool("retrieve", {"question": PARK, "k": 1})
    )
    assert json.loads(result.content[0].text) == result.structured_content


def test_an_unusable_question_is_told_to_the_model_that_asked(library: Library) -> None:
    async def work(client: Client) -> list[Any]:
        return [
            await client.call_tool("ask", {"question": "  "}),
            await client.call_tool("ask", {"question": PARK, "since": "soon"}),
            await client.call_tool("retrieve", {"question": PARK, "k": 0}),
            await client.call_tool("ask", {"question": PARK, "mode": "generative"}),
        ]

    results = talk(make_server(library), work)
    assert all(result.is_error for result in results)
    told = [result.content[0].text for result in results]
    assert "the question is empty" in told[0]
    assert "not a date" in told[1]
    assert "k" in told[2]
    assert "BULLETIN_QA_LLM_BASE_URL" in told[3]


def test_an_unexpected_failure_tells_nothing_of_the_server(library: Library) -> None:
    class Broken:
        def contents(self) -> None:
            raise RuntimeError("/secret/path is broken")

    result = talk(make_server(Broken()), lambda client: client.call_tool("contents", {}))  # type: ignore[arg-type]
    assert result.is_error
    assert "secret" not in result.content[0].text


def test_without_the_optional_package_the_api_is_served_and_the_command_says_what_to_install(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.ui.api.mcp.find_spec", lambda _: None)
    with serving(create_app(library, limits=FREE)) as address:
        assert httpx.get(f"{address}/healthz").status_code == 200
        assert httpx.post(f"{address}/mcp", json={}).status_code == 404
    with pytest.raises(UsageError, match=r"pip install \"bulletin-qa\[mcp\]\""):
        run(library)


def test_http_requests_over_the_limit_are_turned_away(library: Library) -> None:
    with serving(create_app(library, limits=Limits(burst=2, per_minute=1))) as address:
        statuses = [httpx.post(f"{address}/mcp", json={}).status_code for _ in range(3)]
    assert statuses[2] == 429
    assert 429 not in statuses[:2]


def test_a_page_of_another_site_cannot_use_it(library: Library) -> None:
    with serving(create_app(library, limits=FREE)) as address:
        response = httpx.post(f"{address}/mcp", json={}, headers={"Origin": "https://evil.example"})
    assert response.status_code == 403
