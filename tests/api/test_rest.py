"""The REST API, asked over HTTP by a real client."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator

import httpx
import pytest

from qa.errors import UsageError
from qa.library import Library
from qa.ui.api import create_app
from qa.ui.limits import Limits
from tests.api.conftest import serving

PARK = "青禾市口袋公园总投资多少？"
FREE = Limits(burst=10_000, per_minute=100_000)


@pytest.fixture(scope="module")
def client(library: Library) -> Iterator[httpx.Client]:
    with (
        serving(create_app(library, limits=FREE)) as address,
        httpx.Client(base_url=address, timeout=60) as made,
    ):
        yield made


def events(text: str) -> list[tuple[str, dict[str, object]]]:
    found = re.findall(r"event: (\w+)\ndata: (.*)\n\n", text)
    assert "".join(f"event: {name}\ndata: {data}\n\n" for name, data in found) == text
    return [(name, json.loads(data)) for name, data in found]


def test_retrieve_gives_what_the_library_gives(client: httpx.Client, library: Library) -> None:
    response = client.post("/retrieve", json={"question": PARK, "k": 2})
    assert response.status_code == 200
    expected = [hit.to_dict() for hit in library.retrieve(PARK, 2)]
    assert response.json() == {"question": PARK, "hits": expected}
    assert "1.2亿元" in response.json()["hits"][0]["text"]


def test_ask_gives_what_the_library_gives(client: httpx.Client, library: Library) -> None:
    response = client.post("/ask", json={"question": PARK})
    assert response.status_code == 200
    given, expected = response.json(), library.ask(PARK).to_dict()
    assert given.pop("seconds") >= 0
    del expected["seconds"]
    assert given == expected
    assert "1.2亿元" in given["answer"]


def test_a_follow_up_is_understood_with_its_history(client: httpx.Client) -> None:
    asked = {"question": "严禁什么驶入？", "history": ["青禾市的口袋公园有围墙吗？"]}
    given = client.post("/ask", json=asked).json()
    assert given["standalone_question"] != given["question"]


def test_a_streamed_answer_joins_to_the_whole_one(client: httpx.Client) -> None:
    with client.stream("POST", "/ask", json={"question": PARK, "stream": True}) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        received = events(response.read().decode())
    assert {name for name, _ in received[:-1]} == {"part"}
    name, answer = received[-1]
    assert name == "answer"
    assert "".join(str(data["text"]) for _, data in received[:-1]) == answer["answer"]
    assert answer["answer"] == client.post("/ask", json={"question": PARK}).json()["answer"]


def test_the_accept_header_asks_for_a_stream_too(client: httpx.Client) -> None:
    response = client.post("/ask", json={"question": PARK}, headers={"Accept": "text/event-stream"})
    assert events(response.text)[-1][0] == "answer"


def test_an_unusable_question_is_an_http_error_even_when_streamed(client: httpx.Client) -> None:
    for body in ({"question": " "}, {"question": " ", "stream": True}):
        response = client.post("/ask", json=body)
        assert response.status_code == 400
        assert response.json() == {"error": "the question is empty: type what you want to know"}


def test_contents_lists_every_section_and_item(client: httpx.Client) -> None:
    (bulletin,) = client.get("/contents").json()["bulletins"]
    assert bulletin["name"] == "qinghe.txt"
    titles = {
        section["name"]: [item["title"] for item in section["items"]] for section in bulletin["sections"]
    }
    assert titles["教育动态"] == ["青禾市中学开设<script>alert(1)</script>编程课"]
    assert len(titles["城市建设"]) == 2


def test_health_tells_what_is_loaded(client: httpx.Client, library: Library) -> None:
    given = client.get("/healthz").json()
    counts = library.store.counts()
    assert given["status"] == "ok"
    assert (given["bulletins"], given["items"]) == (1, 3)
    assert given["passages"] == counts.passages
    assert given["generation"] == library.store.generation


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "question"),
        ({"question": 7}, "question"),
        ({"question": PARK, "k": 0}, "k"),
        ({"question": PARK, "k": 101}, "k"),
        ({"question": PARK, "since": "last year"}, "since"),
        ({"question": PARK, "history": ["x"] * 51}, "history"),
        ({"question": PARK, "temperature": 1}, "temperature"),
        ({"question": "很" * 20_001}, "question"),
    ],
)
def test_a_request_against_the_schema_is_refused_by_the_name_of_the_field(
    client: httpx.Client, body: dict[str, object], says: str
) -> None:
    for path in ("/retrieve", "/ask"):
        response = client.post(path, json=body)
        assert response.status_code == 422
        assert set(response.json()) == {"error"}
        assert response.json()["error"].startswith(f"{says}")
        assert len(response.json()["error"]) < 300


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"question": PARK, "since": "2023-02-30"}, "2023-02-30"),
        ({"question": PARK, "since": "2023-05-01", "until": "2023-04-01"}, "swap"),
        ({"question": PARK, "sections": ["没有这个栏目"]}, "教育动态"),
        ({"question": "很" * 2_001}, "2000"),
    ],
)
def test_a_filter_that_cannot_be_used_is_told_with_its_cure(
    client: httpx.Client, body: dict[str, object], says: str
) -> None:
    response = client.post("/retrieve", json=body)
    assert response.status_code == 400
    assert says in response.json()["error"]


def test_generative_mode_without_a_model_is_a_plain_error(client: httpx.Client) -> None:
    response = client.post("/ask", json={"question": PARK, "mode": "generative"})
    assert response.status_code == 400
    assert "BULLETIN_QA_LLM_BASE_URL" in response.json()["error"]


def test_what_is_not_json_is_refused(client: httpx.Client) -> None:
    for content in (b"{oops", b"\xff\xfe", b"", b'{"question": "\\ud800"}'):
        response = client.post("/ask", content=content, headers={"Content-Type": "application/json"})
        assert response.status_code in (400, 422), content
        assert "error" in response.json()


def test_a_huge_request_is_not_read_to_its_end(client: httpx.Client) -> None:
    def endless() -> Iterator[bytes]:
        yield b'{"question": "'
        for _ in range(200):
            yield b"a" * 10_000

    assert client.post("/ask", content=b'{"question": "' + b"a" * 1_000_001 + b'"}').status_code == 413
    assert client.post("/ask", content=endless()).status_code == 413


def test_the_openapi_description_names_every_endpoint_and_its_errors(client: httpx.Client) -> None:
    described = client.get("/openapi.json").json()
    assert set(described["paths"]) == {"/retrieve", "/ask", "/contents", "/healthz"}
    ask = described["paths"]["/ask"]["post"]
    assert set(ask["responses"]["200"]["content"]) == {"application/json", "text/event-stream"}
    assert {"400", "413", "422", "429", "503"} <= set(ask["responses"])
    fields = described["components"]["schemas"]["AskResponse"]["properties"]
    assert {"answer", "citations", "confidence", "mode", "nearest", "refused", "standalone_question"} <= set(
        fields
    )


def test_the_documentation_needs_no_other_host_and_no_script(client: httpx.Client) -> None:
    response = client.get("/docs")
    assert response.headers["content-type"].startswith("text/html")
    assert "POST /retrieve" in response.text
    assert "<script" not in response.text
    assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", response.text)


def test_more_requests_than_the_limit_are_turned_away_until_later(library: Library) -> None:
    app = create_app(library, limits=Limits(burst=3, per_minute=1))
    with serving(app) as address, httpx.Client(base_url=address, timeout=60) as client:
        statuses = [client.post("/retrieve", json={"question": PARK}).status_code for _ in range(5)]
        assert statuses == [200, 200, 200, 429, 429]
        refused = client.get("/contents")
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "60"
        assert client.get("/healthz").status_code == 200


def test_the_password_of_the_page_guards_every_path(library: Library) -> None:
    app = create_app(library, auth="reader:pass:word", limits=FREE)
    with serving(app) as address, httpx.Client(base_url=address, timeout=60) as client:
        for path in ("/contents", "/metrics", "/openapi.json", "/docs", "/mcp"):
            assert client.get(path).status_code == 401, path
        assert client.post("/ask", json={"question": PARK}).status_code == 401
        assert client.get("/contents", auth=("reader", "wrong")).status_code == 401
        assert client.get("/contents", auth=("reader", "pass:word")).status_code == 200


def test_half_a_password_is_refused_at_the_start(library: Library) -> None:
    with pytest.raises(UsageError, match="USER:PASSWORD"):
        create_app(library, auth="reader")


def test_bound_to_this_machine_it_answers_to_no_other_name(client: httpx.Client) -> None:
    assert client.get("/healthz", headers={"Host": "evil.example"}).status_code == 400


def test_many_clients_at_once_get_the_same_answer(client: httpx.Client) -> None:
    answers: list[str] = []
    lock = threading.Lock()

    def ask() -> None:
        text = client.post("/ask", json={"question": PARK}).json()["answer"]
        with lock:
            answers.append(text)

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 20
    assert len(set(answers)) == 1
