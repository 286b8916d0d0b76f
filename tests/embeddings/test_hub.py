"""Where models come from, and what is said when they cannot be had."""

import hashlib
import json
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from huggingface_hub import constants

from embeddings import RECOMMENDED, EncoderError, load_encoder, load_reranker
from embeddings.embedded import MODELS
from embeddings.hub import checked, find_folder
from embeddings.recommended import Recommended
from embeddings.sentence_transformer import prompts

ENGLISH = MODELS / "bulletin-small-en"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Mirror(BaseHTTPRequestHandler):
    """A hub with one model, `lab/small`; everything else it does not know, and `lab/broken` fails."""

    asked: list[str]

    def do_HEAD(self) -> None:
        self.answer(body=False)

    def do_GET(self) -> None:
        self.answer(body=True)

    def answer(self, body: bool) -> None:
        path = unquote(urlsplit(self.path).path)
        self.asked.append(f"{self.command} {path}")
        if "lab/broken" in path:
            return self.reply(503, b"", {}, body)
        if path.startswith("/api/models/lab/small"):
            names = sorted(f.relative_to(ENGLISH).as_posix() for f in ENGLISH.rglob("*") if f.is_file())
            names.append("pytorch_model.bin")
            sizes = [(ENGLISH / name).stat().st_size if (ENGLISH / name).exists() else 9 for name in names]
            tree: list[dict[str, object]] = [
                {"type": "file", "path": name, "size": size, "oid": hashlib.sha1(name.encode()).hexdigest()}
                for name, size in zip(names, sizes, strict=True)
            ]
            files = [{"rfilename": name} for name in names]
            whole = {"id": "lab/small", "sha": COMMIT, "siblings": files}
            content = json.dumps(tree if "/tree/" in path else whole).encode()
            return self.reply(200, content, {"Content-Type": "application/json"}, body)
        _, _, name = path.partition("/lab/small/resolve/")
        file = ENGLISH / name.partition("/")[2]
        if not name or not file.is_file():
            return self.reply(404, b"", {"X-Error-Code": "EntryNotFound"}, body)
        content = file.read_bytes()
        etag = f'"{hashlib.sha256(content).hexdigest()}"'
        return self.reply(200, content, {"ETag": etag, "X-Repo-Commit": COMMIT}, body)

    def reply(self, code: int, content: bytes, headers: dict[str, str], body: bool) -> None:
        self.send_response(code)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def mirror() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    handler = type("OneMirror", (Mirror,), {"asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def load_with(environment: dict[str, str], script: str) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[2]
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("HF_", "TRANSFORMERS_"))
    }
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=root,
        env={**kept, "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1", **environment},
        capture_output=True,
        text=True,
        timeout=240,
    )


def test_a_model_comes_from_the_mirror_once_and_from_the_cache_ever_after(
    mirror: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, asked = mirror
    environment = {"HF_ENDPOINT": address, "HF_HOME": str(tmp_path)}
    script = (
        "from embeddings import load_encoder; e = load_encoder('lab/small');"
        "print(e.name, e.fingerprint, e.encode_queries(['Which port runs on wind?']).shape)"
    )
    first = load_with(environment, script)
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("lab/small")
    assert any("model.safetensors" in line for line in asked)
    assert not any("pytorch_model.bin" in line for line in asked)
    asked.clear()
    again = load_with(environment, script)
    assert again.stdout == first.stdout
    assert asked == []
    next(tmp_path.rglob("snapshots/*/tokenizer_config.json")).unlink()
    gone = load_with({**environment, "HF_ENDPOINT": "http://127.0.0.1:9"}, script)
    assert gone.returncode == 0, gone.stderr


def test_a_hub_that_fails_is_asked_once_and_named_with_every_way_out(
    mirror: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, asked = mirror
    monkeypatch.setattr(constants, "ENDPOINT", address)
    with pytest.raises(EncoderError) as raised:
        load_encoder("lab/broken")
    assert len(asked) == 1
    message = str(raised.value)
    assert "\n" not in message
    assert all(word in message for word in ("lab/broken", address, "503", "HF_ENDPOINT", "folder", "default"))


def test_a_hub_that_is_not_there_is_named_with_every_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    for load in (load_encoder, load_reranker):
        with pytest.raises(EncoderError, match=r"lab/small.*127\.0\.0\.1:9.*HF_ENDPOINT.*folder.*default"):
            load("lab/small")


def test_a_model_that_the_hub_does_not_have_is_told_from_a_hub_that_is_down(
    mirror: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", mirror[0])
    with pytest.raises(EncoderError, match=r"lab/unknown.*404.*spelling"):
        load_encoder("lab/unknown")


def test_offline_nothing_is_asked(mirror: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    address, asked = mirror
    monkeypatch.setattr(constants, "ENDPOINT", address)
    with pytest.raises(EncoderError, match=r"lab/small.*cache.*switched off"):
        load_encoder("lab/small", offline=True)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(EncoderError, match="switched off"):
        load_encoder("lab/small")
    assert asked == []


@pytest.mark.parametrize("name", ["no-such-model", "", "a/b/c", "../elsewhere", "lab/"])
def test_a_name_that_can_be_no_model_is_answered_with_the_recommended_ones(name: str) -> None:
    with pytest.raises(EncoderError) as raised:
        find_folder(name)
    assert all(known in str(raised.value) for known in RECOMMENDED)


def test_pickled_weights_are_refused_unread(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", "utf-8")
    trap = tmp_path / "sprung"

    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return (open, (str(trap), "w"))

    (tmp_path / "pytorch_model.bin").write_bytes(pickle.dumps(Trap()))
    with pytest.raises(EncoderError, match="pickle"):
        load_encoder(str(tmp_path))
    assert not trap.exists()


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"config\.json"):
        checked(tmp_path)
    (tmp_path / "config.json").write_text("{}", "utf-8")
    with pytest.raises(EncoderError, match="safetensors"):
        checked(tmp_path)


def test_a_model_that_cannot_be_loaded_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "no-such-kind"}', "utf-8")
    (tmp_path / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(EncoderError) as raised:
        load_encoder(str(tmp_path))
    assert str(tmp_path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_code_that_comes_with_a_model_needs_leave() -> None:
    with pytest.raises(EncoderError, match=r"gte-multilingual-base.*trust_remote_code"):
        load_encoder("gte-multilingual-base")


def test_a_models_own_prompts_come_before_those_of_the_table() -> None:
    known = Recommended("m", "o/m", 8, 128, query="query: ", passage="passage: ")
    assert prompts({"query": "", "document": ""}, known) == ("query: ", "passage: ")
    assert prompts({"query": "ask: ", "document": ""}, known) == ("ask: ", "")
    assert prompts({}, None) == ("", "")


def test_recommended_models_are_found_by_short_name_and_by_hub_id() -> None:
    assert set(RECOMMENDED) == {
        "multilingual-e5-small",
        "multilingual-e5-base",
        "multilingual-e5-large",
        "bge-m3",
        "gte-multilingual-base",
        "Qwen3-Embedding-0.6B",
        "embeddinggemma-300m",
        "paraphrase-multilingual-MiniLM-L12-v2",
    }
    for name, model in RECOMMENDED.items():
        assert name == model.name == model.hub_id.partition("/")[2]
