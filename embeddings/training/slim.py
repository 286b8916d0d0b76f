"""Drop word-table rows that no text can reach: `python -m embeddings.training.slim --base DIR --out DIR`.

The tokenizer sets every Chinese character apart, so a piece that goes on with one (`##字`) never comes up: a
third of the vocabulary of bge-small-zh-v1.5. Vectors stay the same to the last bit.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

from tokenizers import Tokenizer

from embeddings.training.model import export, load_bert
from embeddings.training.vocabulary import without

UNREACHABLE = re.compile(r"##[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def main() -> None:
    """Read the command line and write the smaller folder."""
    parser = argparse.ArgumentParser(description="Drop word-table rows that no text can reach.")
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(given.base / "tokenizer.json"))
    dropped = {piece for piece in tokenizer.get_vocab() if UNREACHABLE.fullmatch(piece)}
    bert = load_bert(given.base)
    table = bert.embeddings.word_embeddings.weight.detach()
    settings = json.loads((given.base / "config_sentence_transformers.json").read_text("utf-8"))
    prompt = settings["prompts"]["query"]
    export(bert, table, without(tokenizer, dropped), given.base, given.out, prompt)


if __name__ == "__main__":
    main()
