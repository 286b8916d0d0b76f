"""Health, readiness, metrics, request ids and logs, asked over HTTP of a real server."""

from __future__ import annotations

import io
import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from copy import copy
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from qa.errors import ModelError, StoreError, UsageError
from qa.library import Library
from qa.ui.api import create_app
from qa.ui.limits import Limits
from qa.ui.operations.context import request_id_of
from qa.ui.operations.holdings import Watch
from qa.ui.operations.logs import HumanFormatter, JsonFormatter
from qa.ui.operations.requests import route_of
from qa.ui.operations.serving import serve_metrics
from qa.ui.operations.station import Station
from tests.api.conftest import serving

PARK = "青禾市口袋公园总投资多少？"
OUTSIDE = "火星上有哪些岩石？"
SECRET = "青禾市口袋公园机密"


@pytest.fixture
def client(library: Library) -> Iterator[httpx.Client]:
    app = create_app(library, limits=Limits(burst=6, per_minute=1))
    with serving(app) as address, httpx.Client(base_url=address, timeout=60) as made:
        yield made


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Each sample by its name and label values, in the order of the labels' names."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def logged(run) -> list[dict[str, object]]:  # type: ignore[no-untyped-def]
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("qa")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        run()
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_ready_server_says_what_it_holds(client: httpx.Client, library: Library) -> None:
    answer = client.get("/readyz")
    told = answer.json()
    counts = library.store.counts()
    assert answer.status_code == 200
    assert (told["status"], told["items"], told["passages"]) == ("ready", counts.items, counts.passages)
    assert told["generation"] == library.store.generation
    assert told["index_age_seconds"] >= 0


def test_a_library_whose_encoder_or_index_fails_is_not_ready(library: Library) -> None:
    failing = copy(library)

    def fail(*_: object, **__: object) -> list[object]:
        raise ModelError("the encoder is gone;\nload it again")

    failing.retrieve = fail  # type: ignore[method-assign, assignment]
    with serving(create_app(failing)) as address:
        answer = httpx.get(f"{address}/readyz", timeout=60)
        assert answer.status_code == 503
        assert answer.json() == {"status": "failing", "reason": "the encoder is gone; load it again"}
        assert httpx.get(f"{address}/healthz", timeout=60).status_code == 200
        del failing.retrieve
        assert httpx.get(f"{address}/readyz", timeout=60).status_code == 200


def test_a_stopping_server_is_alive_but_not_ready(library: Library) -> None:
    station = Station(library)
    assert station.readiness.state().ready
    station.readiness.stop()
    assert station.readiness.state().status == "stopping"


def test_probes_need_no_password_and_learn_nothing_but_the_status(library: Library) -> None:
    with serving(create_app(library, auth="anna:geheim")) as address:
        for path, status in (("/healthz", "ok"), ("/readyz", "ready")):
            answer = httpx.get(address + path, timeout=60)
            assert (answer.status_code, answer.json()) == (200, {"status": status})
            assert "items" in httpx.get(address + path, auth=("anna", "geheim"), timeout=60).json()
            assert httpx.post(address + path).status_code == 401
        assert httpx.get(f"{address}/metrics").status_code == 401
        assert httpx.get(f"{address}/metrics", auth=("anna", "geheim")).status_code == 200


def test_probes_are_not_counted_against_the_limit(client: httpx.Client) -> None:
    assert {client.get(path).status_code for path in ("/healthz", "/readyz") * 20} == {200}


def test_the_metrics_count_what_was_asked_and_hold_no_text(client: httpx.Client, library: Library) -> None:
    assert client.post("/ask", json={"question": PARK}).json()["refused"] is False
    refusal = client.post("/ask", json={"question": OUTSIDE, "stream": True})
    assert '"refused": true' in refusal.text
    client.post("/retrieve", json={"question": PARK, "k": 2})
    assert client.post("/ask", json={"question": " "}).status_code == 400
    while client.get("/contents").status_code != 429:
        pass
    text = client.get("/metrics").text
    found = samples(text)
    assert found["bulletin_qa_questions_total", "zh", "answered", ""] == 1
    refused = [key for key in found if key[0] == "bulletin_qa_questions_total" and key[2] == "refused"]
    assert sum(found[key] for key in refused) == 1
    assert {key[3] for key in refused} <= {"off_topic", "missing_detail", "empty", "other"}
    assert found["bulletin_qa_questions_total", "zh", "failed", ""] == 1
    assert found["bulletin_qa_answer_seconds_count", "extractive"] == 2
    assert found["bulletin_qa_retrievals_total", "done"] == 1
    assert found[("bulletin_qa_rate_limited_total",)] == 1
    assert found["bulletin_qa_requests_total", "/contents", "429"] == 1
    assert found[("bulletin_qa_index_generation",)] == library.store.generation
    assert found[("bulletin_qa_index_passages",)] == library.store.counts().passages
    assert found[("bulletin_qa_sync_running",)] == 0
    assert found[("bulletin_qa_sync_age_seconds",)] >= 0
    assert not re.search("[一-鿿]", text)


def test_two_applications_in_one_process_count_apart(library: Library) -> None:
    first, second = Station(library), Station(library)
    first.library.ask(PARK)
    name = "bulletin_qa_questions_total"
    labels = {"outcome": "answered", "reason": "", "language": "zh"}
    assert first.metrics.registry.get_sample_value(name, labels) == 1
    assert second.metrics.registry.get_sample_value(name, labels) is None


def test_an_index_that_cannot_be_read_is_a_metric_not_an_error(library: Library) -> None:
    broken = copy(library)
    station = Station(broken)

    class Gone:
        @property
        def generation(self) -> int:
            raise StoreError("gone")

        def counts(self) -> object:
            raise StoreError("gone")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(broken), "store", property(lambda _: Gone()))
        assert station.metrics.registry.get_sample_value("bulletin_qa_index_readable") == 0
        assert station.readiness.state().status == "failing"


def test_an_answer_that_is_stopped_or_fails_is_counted_so(library: Library) -> None:
    station = Station(library)
    parts = station.library.stream(PARK)
    next(parts)
    parts.close()  # type: ignore[attr-defined]
    value = station.metrics.registry.get_sample_value
    labels = {"reason": "", "language": "zh"}
    assert value("bulletin_qa_questions_total", {"outcome": "stopped", **labels}) == 1


def test_the_age_of_the_index_counts_from_its_last_change(library: Library) -> None:
    now = [2_000_000_000.0]
    watch = Watch(library, clock=lambda: now[0])
    assert watch.age() > 100_000
    assert watch.sync_age() == 0
    now[0] += 5
    assert watch.sync_age() == 5
    watch.sync_began()
    assert watch.syncing
    watch.sync_ended(done=True)
    assert (watch.syncing, watch.sync_age()) == (False, 0)


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "a\nb", "-a", "é", '"}{'])
def test_an_id_that_could_forge_a_line_is_replaced(given: str) -> None:
    assert re.fullmatch("[0-9a-f]{32}", request_id_of(given))


def test_the_request_id_is_taken_given_back_and_logged_with_the_question(client: httpx.Client) -> None:
    def ask() -> None:
        answer = client.post("/ask", json={"question": SECRET}, headers={"X-Request-ID": "edge-1"})
        assert answer.headers["x-request-id"] == "edge-1"
        streamed = client.post(
            "/ask", json={"question": PARK, "stream": True}, headers={"X-Request-ID": "edge-2"}
        )
        assert streamed.headers["x-request-id"] == "edge-2"

    found = logged(ask)
    questions = {line["request"]: line for line in found if line["event"] == "question"}
    requests = {line["request"]: line for line in found if line["event"] == "request"}
    assert set(questions) == set(requests) == {"edge-1", "edge-2"}
    assert questions["edge-2"]["outcome"] == "answered"
    assert questions["edge-2"]["mode"] == "extractive"
    assert (requests["edge-1"]["route"], requests["edge-1"]["status"]) == ("/ask", 200)
    assert SECRET not in json.dumps(found, ensure_ascii=False)


def test_questions_are_logged_only_where_that_is_wished(library: Library) -> None:
    station = Station(library, log_questions=True)
    found = logged(lambda: station.library.ask(f"{PARK}\n\u2028"))
    assert [line["question"] for line in found] == [f"{PARK}\n\u2028"]


@pytest.mark.parametrize(
    "text", ["a\nb", "a\r\nb", "a\u2028b", "a\x85b", "a\x1b[2Kb", "a\u202eb", '"}\n{"', "\ud800"]
)
def test_nothing_that_is_logged_can_begin_a_line_of_its_own(text: str) -> None:
    record = logging.makeLogRecord({"msg": text, "levelname": "INFO", "fields": {"question": text}})
    line = JsonFormatter().format(record)
    assert len(line.splitlines()) == 1
    assert json.loads(line)["question"] == text
    assert "\x1b" not in line
    assert len(HumanFormatter().format(record).splitlines()) >= 1


def test_paths_are_told_as_one_of_a_fixed_few() -> None:
    assert route_of("/gradio_api/queue/join") == "/gradio_api/queue/join"
    assert route_of("/gradio_api/file=/etc/passwd") == "/gradio_api"
    assert {route_of(f"/{number}") for number in range(100)} == {"other"}


def test_an_error_at_the_start_is_one_line_of_json_where_json_is_wished(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "qa", "serve", "--log", "json", "--bulletins", str(tmp_path / "none")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert json.loads(line)["level"] == "error"
    assert "is not a folder" in json.loads(line)["event"]


def test_metrics_are_told_at_a_port_of_their_own(library: Library) -> None:
    station = Station(library)
    server = serve_metrics(station.metrics.registry, "127.0.0.1", 0)
    try:
        port = server.server_port
        assert "bulletin_qa_index_generation" in httpx.get(f"http://127.0.0.1:{port}/metrics").text
        with pytest.raises(UsageError, match="--metrics-port"):
            serve_metrics(station.metrics.registry, "127.0.0.1", port)
    finally:
        server.shutdown()
        server.server_close()
