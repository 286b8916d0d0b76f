import base64
import subprocess
import sys

import pytest
from fastapi.testclient import TestClient

from qa.errors import UsageError
from qa.ui import create_app
from qa.ui.server import _listen


def client(library, **options) -> TestClient:
    return TestClient(create_app(library, **options), base_url="http://127.0.0.1:7860")


def test_importing_the_page_does_not_import_gradio():
    code = "import sys, qa.ui; sys.exit('gradio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_page_names_no_other_host_to_load_from(library):
    answer = client(library).get("/")
    policy = answer.headers["content-security-policy"]
    assert answer.status_code == 200
    assert "http" not in policy
    assert "default-src 'self'" in policy


def test_another_hosts_name_is_not_answered_on_a_local_server(library):
    local = client(library)
    assert local.get("/", headers={"host": "evil.example"}).status_code == 400
    assert local.get("/", headers={"host": "localhost:7860"}).status_code == 200


def test_a_server_for_the_network_answers_to_any_name(library):
    assert client(library, host="0.0.0.0").get("/", headers={"host": "bulletins.lan"}).status_code == 200


def test_the_password_guards_the_page_its_data_and_the_interface_for_programs(library):
    guarded = client(library, auth="anna:ge:heim")
    for path in ("/", "/config", "/gradio_api/info", "/metrics", "/contents", "/docs"):
        answer = guarded.get(path)
        assert answer.status_code == 401
        assert "Basic" in answer.headers["www-authenticate"]
    assert guarded.get("/", auth=("anna", "falsch")).status_code == 401
    assert guarded.get("/", auth=("anna", "ge:heim")).status_code == 200
    token = base64.b64encode(b"anna:ge:heim").decode()
    assert guarded.get("/", headers={"authorization": f"Bearer {token}"}).status_code == 401


@pytest.mark.parametrize("auth", ["anna", ":x", "anna:"])
def test_a_password_without_a_user_is_refused_at_the_start(library, auth):
    with pytest.raises(UsageError, match="USER:PASSWORD"):
        create_app(library, auth=auth)


def test_programs_are_offered_ask_retrieve_and_contents_and_nothing_of_the_page(library):
    offered = client(library).get("/gradio_api/info").json()["named_endpoints"]
    assert sorted(offered) == ["/ask", "/contents", "/retrieve"]


def test_the_next_port_is_taken_when_one_is_busy():
    with _listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        if port < 65_000:
            with _listen("127.0.0.1", port) as second:
                assert port < second.getsockname()[1] <= port + 20


def test_an_address_that_is_not_ours_is_one_clear_error():
    with pytest.raises(UsageError, match=r"192\.0\.2\.1"):
        _listen("192.0.2.1", 7860)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": "http://127.0.0.1:7860"}, 200),
        ({"origin": "https://bulletins.lan", "x-forwarded-host": "bulletins.lan"}, 200),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
    ],
)
def test_a_page_of_another_site_cannot_make_the_browser_ask(library, headers, status):
    answer = client(library).post("/ask", json={"question": "白石县夜间公交票价"}, headers=headers)
    assert answer.status_code == status


def test_an_event_of_the_page_that_is_too_large_is_refused_before_it_is_read(library):
    local = client(library)
    for path in ("/gradio_api/queue/join", "/gradio_api/run/predict"):
        assert local.post(path, content=b"{" + b" " * 17_000_000).status_code == 413
        assert local.post(path, content=iter([b"{}"])).status_code == 413
        assert local.post(path, content=b"{}").status_code != 413


def test_nothing_of_a_user_stays_in_the_process(library):
    configs = [client(library).get("/config").json() for _ in range(2)]
    for config in configs:
        # No session state, and no connection that would hold a page to one process.
        assert not [part for part in config["components"] if part["type"] in ("state", "browserstate")]
        assert config["connect_heartbeat"] is False
    # A page that was loaded from one process finds the same application in the other.
    assert configs[0]["app_id"] == configs[1]["app_id"]
    assert [part["id"] for part in configs[0]["components"]] != []


@pytest.mark.parametrize("path", ["bulletins", "/", "/a b", "//x", "/a/", "/<script>", "http://evil.example"])
def test_a_sub_path_that_is_none_is_refused_at_the_start(library, path):
    with pytest.raises(UsageError, match="--root-path"):
        create_app(library, root_path=path)


def test_under_a_sub_path_the_page_names_it(library):
    config = client(library, root_path="/bulletins").get("/config").json()
    assert config["root"].endswith("/bulletins")
