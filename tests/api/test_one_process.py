"""The page's process serves the page, the REST API, MCP and Gradio's own interface side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from gradio_client import Client as GradioClient
from gradio_client.exceptions import AppError

from qa.library import Library
from qa.ui import create_app
from qa.ui.limits import Limits
from tests.api.conftest import serving

PARK = "青禾市口袋公园总投资多少？"


@pytest.fixture(scope="module")
def address(library: Library) -> Iterator[str]:
    with serving(create_app(library, limits=Limits(burst=10_000, per_minute=100_000))) as served:
        yield served


def test_the_page_and_the_api_answer_at_one_address(address: str) -> None:
    assert "<!doctype html" in httpx.get(address).text.lower()
    health = httpx.get(f"{address}/healthz")
    assert health.json()["status"] == "ok"
    assert httpx.get(f"{address}/openapi.json").json()["info"]["title"] == "bulletin-qa"
    assert "1.2亿元" in httpx.post(f"{address}/ask", json={"question": PARK}, timeout=60).json()["answer"]


def test_every_answer_carries_the_security_headers_of_the_page(address: str) -> None:
    for path in ("/", "/docs", "/contents"):
        headers = httpx.get(address + path).headers
        assert "default-src 'self'" in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff", path


def test_the_protocol_for_models_is_served_beside_the_page(address: str) -> None:
    pytest.importorskip("mcp", reason="the optional package mcp is not installed")
    from mcp import Client

    async def ask() -> str:
        async with Client(f"{address}/mcp", read_timeout_seconds=120) as client:
            result = await client.call_tool("ask", {"question": PARK})
            return str(result.structured_content["answer"])

    assert "1.2亿元" in asyncio.run(ask())


def test_gradios_own_client_gets_what_the_library_gives(address: str, library: Library) -> None:
    client = GradioClient(address, verbose=False)
    answer = client.predict(PARK, api_name="/ask")
    expected = library.ask(PARK).to_dict()
    del answer["seconds"], expected["seconds"]
    assert answer == expected
    hits = client.predict(PARK, 1, api_name="/retrieve")
    assert hits == [hit.to_dict() for hit in library.retrieve(PARK, 1)]
    contents = client.predict(api_name="/contents")
    assert [bulletin["bulletin"] for bulletin in contents] == ["qinghe.txt"]


def test_gradios_own_client_is_told_what_is_wrong(address: str) -> None:
    client = GradioClient(address, verbose=False)
    with pytest.raises(AppError, match="the question is empty"):
        client.predict("  ", api_name="/ask")
