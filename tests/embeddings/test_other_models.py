"""Sentence-transformers models and rerankers, on small models that need no hub."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from embeddings import EncoderError, load_encoder, load_reranker
from embeddings.embedded import MODELS, EmbeddedEncoder

CHINESE = MODELS / "bge-small-zh-v1.5"


def test_a_folder_gives_the_vectors_of_its_model_prompts_included() -> None:
    mine, theirs = EmbeddedEncoder.load(CHINESE), load_encoder(str(CHINESE))
    texts = ["青岛海洋牧场试养深海三文鱼", "哪里养三文鱼？"]
    assert theirs.dimension == 512
    assert ((mine.encode_passages(texts) * theirs.encode_passages(texts)).sum(1) > 0.999).all()
    assert ((mine.encode_queries(texts) * theirs.encode_queries(texts)).sum(1) > 0.999).all()
    assert ((theirs.encode_passages(texts) * theirs.encode_queries(texts)).sum(1) < 0.999).all()


def test_order_progress_and_fingerprint(tmp_path: Path) -> None:
    encoder = load_encoder(str(CHINESE))
    texts = ["长" * (index % 7 + 1) for index in range(300)]
    heard: list[int] = []
    rows = encoder.encode_passages(texts, heard.append)
    assert sum(heard) == 300
    assert np.allclose(rows[3], encoder.encode_passages([texts[3]])[0], atol=1e-4)
    assert encoder.encode_queries([]).shape == (0, 512)
    copy = tmp_path / "copy"
    shutil.copytree(CHINESE, copy)
    assert load_encoder(str(copy)).fingerprint == encoder.fingerprint
    settings = copy / "config_sentence_transformers.json"
    settings.write_text(settings.read_text("utf-8").replace("相关", "有关"), "utf-8")
    assert load_encoder(str(copy)).fingerprint != encoder.fingerprint


@pytest.fixture
def cross_encoder(tmp_path: Path) -> Path:
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=30_000,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=1,
    )
    BertForSequenceClassification(config).save_pretrained(tmp_path)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(CHINESE / name, tmp_path / name)
    return tmp_path


def test_a_reranker_scores_every_passage_between_zero_and_one(cross_encoder: Path) -> None:
    reranker = load_reranker(str(cross_encoder))
    passages = ["青岛养鱼。", "长沙规范直播。", "青岛养鱼。"]
    scores = reranker.scores("哪里养鱼？", passages)
    assert scores.shape == (3,)
    assert ((scores >= 0) & (scores <= 1)).all()
    assert scores[0] == pytest.approx(scores[2], abs=1e-5)
    assert scores[0] != pytest.approx(scores[1], abs=1e-6)
    assert reranker.scores("哪里养鱼？", []).shape == (0,)


def test_a_classifier_of_several_classes_is_no_reranker(cross_encoder: Path) -> None:
    from transformers import BertConfig, BertForSequenceClassification

    config = BertConfig.from_pretrained(cross_encoder, num_labels=3)
    BertForSequenceClassification(config).save_pretrained(cross_encoder)
    with pytest.raises(EncoderError, match="3 scores"):
        load_reranker(str(cross_encoder))
