"""The three ways to run the shipped weights give the same vectors."""

from pathlib import Path

import numpy as np
import pytest

from embeddings.bert_numpy import BertShape, NumpyBert, gelu, read_weights
from embeddings.bert_torch import TorchBert, has_fast_bfloat16
from embeddings.embedded import MODELS, EmbeddedEncoder, read_json

TEXTS = {
    "bge-small-zh-v1.5": [
        "短",
        "云南省生态环境厅日前启用三艘无人水质监测船，在滇池和洱海每天巡测两次。",
        "G60 科创走廊、5G 基站与 PM2.5 治理",
        "重庆建成第九条山城步道，全长四点二公里，连接朝天门与十八梯。" * 6,
        "",
    ],
    "bulletin-small-en": [
        "Why?",
        "How many unmanned boats does Yunnan use to monitor lake water quality?",
        "What was decided about PM2.5 along the G60 corridor in 2020?",
        "The new hillside footpath links two old neighbourhoods and has eight viewing decks. " * 8,
        "",
    ],
}


@pytest.fixture(params=sorted(TEXTS))
def folder(request: pytest.FixtureRequest) -> Path:
    return MODELS / str(request.param)


def lowest_cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float((one * other).sum(1).min())


def numpy_rows(folder: Path, texts: list[str]) -> np.ndarray:
    encoder = EmbeddedEncoder.load(folder)
    return encoder.encode_passages(texts)


def torch_rows(folder: Path, texts: list[str], fast: bool) -> np.ndarray:
    encoder = EmbeddedEncoder.load(folder)
    shape = BertShape.of(read_json(folder / "config.json"), folder)
    forward = TorchBert(shape, read_weights(folder / "model.safetensors"), fast=fast)
    encoder._forward = lambda count: forward  # type: ignore[method-assign,assignment,return-value]
    return encoder.encode_passages(texts)


def test_numpy_and_torch_agree(folder: Path) -> None:
    texts = TEXTS[folder.name]
    assert isinstance(EmbeddedEncoder.load(folder)._forward(1), NumpyBert)
    assert lowest_cosine(numpy_rows(folder, texts), torch_rows(folder, texts, fast=False)) > 0.99999


def test_bfloat16_stays_within_a_thousandth_of_float32(folder: Path) -> None:
    texts = TEXTS[folder.name]
    assert lowest_cosine(numpy_rows(folder, texts), torch_rows(folder, texts, fast=True)) >= 0.999


def test_a_warm_encoder_gives_the_vectors_of_a_cold_one(folder: Path) -> None:
    texts, encoder = TEXTS[folder.name], EmbeddedEncoder.load(folder)
    encoder.warm()
    assert isinstance(encoder._forward(1), TorchBert if has_fast_bfloat16() else NumpyBert)
    assert lowest_cosine(numpy_rows(folder, texts), encoder.encode_passages(texts)) >= 0.999


def test_sentence_transformers_loads_the_folder_and_agrees(folder: Path) -> None:
    from sentence_transformers import SentenceTransformer

    texts = TEXTS[folder.name]
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    assert lowest_cosine(numpy_rows(folder, texts), model.encode(texts)) >= 0.999
    encoder = EmbeddedEncoder.load(folder)
    assert lowest_cosine(encoder.encode_queries(texts[:2]), model.encode_query(texts[:2])) >= 0.999


def test_gelu_is_exact_to_single_precision() -> None:
    from math import erf, sqrt

    points = np.linspace(-6, 6, 241, dtype=np.float32)
    exact = np.array([x * (1 + erf(x / sqrt(2))) / 2 for x in points.tolist()])
    assert np.abs(gelu(points) - exact).max() < 2e-6
