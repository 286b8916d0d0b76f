"""The training of the English tower, on a handful of pairs."""

import gzip
import json
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from tokenizers import Tokenizer

from embeddings.embedded import MODELS, EmbeddedEncoder
from embeddings.training.data import Pair, batches, held_out, is_clean, one_pass, read_pairs
from embeddings.training.slim import UNREACHABLE
from embeddings.training.train import Recipe, Trainer
from embeddings.training.vocabulary import associated, english_only, extend, renumbered, without

CHINESE = MODELS / "bge-small-zh-v1.5"
WORDS = {
    "city": "城市",
    "school": "学校",
    "river": "河流",
    "train": "火车",
    "doctor": "医生",
    "farmer": "农民",
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rows = []
    for first, zh in WORDS.items():
        for second, other in WORDS.items():
            for number in range(1, 6):
                rows.append(f"{zh}和{other}有{number}个\tthe {first} and the {second} have {number}\ttatoeba")
    with gzip.open(tmp_path / "parallel.tsv.gz", "wt", encoding="utf-8") as file:
        file.write("\n".join(rows))
    return tmp_path


def test_training_learns_and_a_stopped_run_goes_on(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = count(0, 3)
    monkeypatch.setattr("time.monotonic", lambda: float(next(ticks)))
    out = tmp_path / "out"
    recipe = Recipe(minutes=1, pieces=200, kept_pieces=200, tokens=200)
    trainer = Trainer(recipe, data, CHINESE, out)
    pairs = trainer.pairs[:20]
    before = trainer.loss(pairs).item()
    trainer.run()
    assert trainer.step == 19
    assert trainer.loss(pairs).item() < before
    again = Trainer(Recipe(minutes=2, pieces=200, kept_pieces=200, tokens=200), data, CHINESE, out)
    again.resume()
    assert again.step == trainer.step
    assert np.array_equal(again.student.latin.detach().numpy(), trainer.student.latin.detach().numpy())
    assert json.loads((out / "clock.json").read_text("utf-8"))["elapsed"] == 60

    student = EmbeddedEncoder.load(out / "student")
    texts = ["the city and the river have 3", "PM2.5 (unseen words) too"]
    exported = student.encode_passages(texts)
    assert ((exported * trainer.read(texts).detach().numpy()).sum(1) > 0.999).all()


def test_held_out_rows_are_not_trained_on(data: Path) -> None:
    train, development = read_pairs(data)
    assert not {pair.zh for pair in train} & {pair.zh for pair in development}
    assert held_out("滇池", 1)
    assert sum(held_out(str(number), 10) for number in range(1000)) == pytest.approx(100, abs=30)


@pytest.mark.parametrize(
    ("zh", "en", "clean"),
    [
        ("市图书馆在哪里？", "Where is the city library?", True),
        ("市图书馆在哪里？", "Where is 市图书馆?", False),
        ("我们必须努力学习和工作", "Yes", False),
        ("", "Nothing", False),
    ],
)
def test_rows_that_can_be_no_translation_are_left_out(zh: str, en: str, clean: bool) -> None:
    assert is_clean(Pair(zh, en, "tatoeba")) is clean


def test_a_pass_is_reproducible_and_every_pair_lands_in_one_batch() -> None:
    pairs = [Pair("字" * n, "word " * n, "tatoeba") for n in range(1, 40)]
    assert one_pass(pairs, 5) == one_pass(pairs, 5)
    seen = [pair for batch in batches(pairs, 50, 5) for pair in batch]
    assert len(seen) == len(set(seen))
    assert set(pairs) - set(seen) <= set(pairs[-4:])


def test_a_word_starts_where_its_companions_are() -> None:
    english = sparse.csr_matrix(np.array([[1, 0], [1, 0], [1, 0], [0, 1], [0, 1], [0, 1]], np.float32))
    chinese = sparse.csr_matrix(np.array([[1, 0, 1]] * 3 + [[0, 1, 1]] * 3, np.float32))
    table = np.array([[1.0, 0.0], [0.0, 1.0], [5.0, 5.0]], np.float32)
    vectors, support = associated(english, chinese, [0, 1], table, best=2)
    assert vectors.tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert support.tolist() == [3.0, 3.0]


def test_a_smaller_vocabulary_reads_english_the_same() -> None:
    base = Tokenizer.from_file(str(CHINESE / "tokenizer.json"))
    wide = extend(base, ["zebra", "##fish", "字"])
    assert wide.encode("Zebrafish").tokens == ["[CLS]", "zebra", "##fish", "[SEP]"]
    small, rows = renumbered(english_only(wide, ["zebra fish, 2020"] * 5, 50))
    text = "Zebrafish: 2,020 (PM2.5)"
    assert small.encode("zebra").tokens == ["[CLS]", "zebra", "[SEP]"]
    assert [rows[row] for row in small.encode("2,020 (").ids] == wide.encode("2,020 (").ids
    assert "[UNK]" not in small.encode(text).tokens


def test_dropping_unreachable_rows_changes_no_tokens() -> None:
    base = Tokenizer.from_file(str(CHINESE / "tokenizer.json"))
    dropped = {piece for piece in base.get_vocab() if UNREACHABLE.fullmatch(piece)}
    text = "G60 科创走廊abc治理PM2.5，㐀字123号"
    assert without(base, dropped).encode(text).tokens == base.encode(text).tokens
    assert dropped == set()
