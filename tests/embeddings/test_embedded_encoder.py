"""The encoder that ships with the project."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import embeddings.embedded as embedded
from embeddings import Encoder, EncoderError, load_encoder
from embeddings.embedded import MODELS, EmbeddedEncoder, Window, batches_by_length

CHINESE = MODELS / "bge-small-zh-v1.5"
PASSAGES = [
    "成都在十二个区县试点夜间托育。",
    "桂林统一漓江竹筏的样式和票价。",
    "Taiyuan installs robots in its mines.",
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


def run(script: str) -> str:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_rows_are_unit_vectors_in_the_order_asked(encoder: Encoder) -> None:
    rows = encoder.encode_passages(PASSAGES)
    assert rows.dtype == np.float32
    assert rows.shape == (3, encoder.dimension)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    one_by_one = np.vstack([encoder.encode_passages([text]) for text in PASSAGES])
    assert np.allclose(rows, one_by_one, atol=1e-4)


def test_no_texts_give_no_rows(encoder: Encoder) -> None:
    assert encoder.encode_passages([]).shape == (0, encoder.dimension)
    assert encoder.encode_queries([]).shape == (0, encoder.dimension)


def test_empty_and_odd_texts_still_give_unit_rows(encoder: Encoder) -> None:
    rows = encoder.encode_passages(["", " \n", "🙂", "\u0000", "７", "ก็", "x" * 5000])
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_the_end_of_a_long_text_counts(encoder: Encoder) -> None:
    beginning = "会议讨论了城市供水管网的改造。" * 80
    plain, ending = encoder.encode_passages([beginning, beginning + "大熊猫幼崽在雅安野化放归。" * 20])
    panda = encoder.encode_queries(["大熊猫放归"])[0]
    assert panda @ ending > panda @ plain + 0.05


def test_progress_adds_up_to_the_number_of_texts(encoder: Encoder) -> None:
    heard: list[int] = []
    texts = [*PASSAGES * 30, "长" * 1500, "Does it use the symbol 沪 too?"]
    encoder.encode_passages(texts, heard.append)
    assert sum(heard) == len(texts)


def test_many_texts_take_the_torch_path_and_few_the_numpy_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "WORTH_USING_TORCH", 3)
    monkeypatch.setattr(embedded, "WORTH_IMPORTING_TORCH", 3)
    encoder = EmbeddedEncoder.load(CHINESE)
    many = encoder.encode_passages(PASSAGES)
    assert encoder._torch is not None
    assert encoder._numpy is None
    few = encoder.encode_passages(PASSAGES[:2])
    assert encoder._numpy is not None
    assert ((many[:2] * few).sum(1) >= 0.999).all()


def test_batches_hold_like_lengths_and_lose_nothing() -> None:
    windows = [Window(index, tuple(range(length))) for index, length in enumerate((3, 50, 7, 50, 4, 2))]
    batches = list(batches_by_length(windows, 100))
    assert [[window.text for window in batch] for batch in batches] == [[1, 3], [2, 4, 0, 5]]


def test_a_question_imports_neither_torch_nor_the_hub() -> None:
    script = (
        "import sys; from embeddings import load_encoder; load_encoder().encode_queries(['武汉有什么新闻？', 'What?']);"
        "print([name for name in ('torch', 'transformers', 'sentence_transformers', 'huggingface_hub', 'scipy')"
        " if name in sys.modules])"
    )
    assert run(script) == "[]"


def test_the_default_opens_no_socket() -> None:
    script = (
        "import socket\n"
        "def refuse(*args, **kwargs): raise OSError('the network is cut off')\n"
        "socket.socket.connect = refuse; socket.getaddrinfo = refuse; socket.create_connection = refuse\n"
        "from embeddings import load_encoder\n"
        "print(load_encoder().encode_passages(['冰城', 'ice city'] * 600).shape)"
    )
    assert run(script) == "(1200, 512)"


def test_the_fingerprint_changes_with_the_weights_and_with_the_prompt(tmp_path: Path) -> None:
    copy = tmp_path / "model"
    shutil.copytree(CHINESE, copy)
    before = EmbeddedEncoder.load(copy).fingerprint
    assert before == EmbeddedEncoder.load(CHINESE).fingerprint
    settings = copy / "config_sentence_transformers.json"
    original = settings.read_text("utf-8")
    settings.write_text(original.replace("为这个", "为那个"), "utf-8")
    assert EmbeddedEncoder.load(copy).fingerprint != before
    settings.write_text(original, "utf-8")
    weights = copy / "model.safetensors"
    stored = bytearray(weights.read_bytes())
    stored[-(len(stored) % (64 * 4096)) + 10] ^= 1
    weights.write_bytes(stored)
    assert EmbeddedEncoder.load(copy).fingerprint != before


def test_a_missing_or_damaged_file_is_named(tmp_path: Path) -> None:
    copy = tmp_path / "model"
    shutil.copytree(CHINESE, copy)
    (copy / "model.safetensors").write_bytes(b"damaged")
    with pytest.raises(EncoderError, match=r"model\.safetensors"):
        EmbeddedEncoder.load(copy).encode_queries(["问"])
    (copy / "model.safetensors").unlink()
    with pytest.raises(EncoderError, match=r"model\.safetensors.*missing"):
        EmbeddedEncoder.load(copy)
    (copy / "tokenizer.json").write_text("{", "utf-8")
    (copy / "config.json").write_text("[]", "utf-8")
    with pytest.raises(EncoderError, match=r"config\.json"):
        EmbeddedEncoder.load(copy)
