"""Questions in either language find Chinese items; the figures are floors under what was measured."""

import json
from pathlib import Path

import numpy as np
import pytest

from embeddings import load_encoder
from embeddings.bilingual import BilingualEncoder, shares
from embeddings.training.evaluate import ranks

QUESTIONS = Path(__file__).parent / "data" / "development.jsonl"


@pytest.fixture(scope="module")
def found() -> dict[str, list[tuple[int, float, float]]]:
    return ranks(load_encoder(), QUESTIONS)


def first(rows: list[tuple[int, float, float]]) -> float:
    return float(np.mean([rank == 1 for rank, _, _ in rows]))


@pytest.mark.parametrize(
    ("kind", "floor"),
    [
        ("direct", 1.0),
        ("nickname", 0.95),
        ("paraphrase", 0.8),
        ("english", 0.97),
        ("english_paraphrase", 0.8),
    ],
)
def test_questions_find_their_item_first(
    found: dict[str, list[tuple[int, float, float]]], kind: str, floor: float
) -> None:
    assert first(found[kind]) >= floor


def test_scores_mean_the_same_in_both_languages(found: dict[str, list[tuple[int, float, float]]]) -> None:
    unrelated = {kind: float(np.mean([other for _, _, other in rows])) for kind, rows in found.items()}
    assert max(unrelated.values()) - min(unrelated.values()) < 0.1


def test_paraphrases_of_the_development_set_share_no_two_characters_with_their_item() -> None:
    for line in QUESTIONS.read_text("utf-8").splitlines():
        item = json.loads(line)
        text = "".join(c for c in item["title"] + item["text"] if c.isalnum())
        asked = "".join(c for c in item["questions"]["paraphrase"] if c.isalnum())
        assert not [asked[i : i + 2] for i in range(len(asked) - 1) if asked[i : i + 2] in text]


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("5G 基站建了多少？", (1.0, 0.0)),
        ("How many 5G masts were built?", (0.0, 1.0)),
        ("What does the name 沪 stand for?", (0.5, 0.5)),
        ("2020 12 30", (1.0, 0.0)),
        ("", (1.0, 0.0)),
    ],
)
def test_each_text_is_read_by_the_tower_that_knows_its_language(
    text: str, share: tuple[float, float]
) -> None:
    assert shares(text) == share


def test_a_text_in_two_languages_lies_between_its_readings() -> None:
    encoder = load_encoder()
    assert isinstance(encoder, BilingualEncoder)
    text = ["Which bank lends to farmers in 内蒙古?"]
    rows = [tower.encode_passages(text)[0] for tower in encoder._towers]
    middle = (rows[0] + rows[1]) / np.linalg.norm(rows[0] + rows[1])
    assert np.allclose(encoder.encode_passages(text)[0], middle, atol=1e-5)
