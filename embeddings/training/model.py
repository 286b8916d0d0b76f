"""The student and its frozen teacher: the same small BERT, the student with English rows."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from embeddings.training.vocabulary import renumbered


class Student(nn.Module):
    """A BERT whose Latin rows and body learn; digits and marks stay as the teacher has them."""

    frozen: Tensor
    place: Tensor

    def __init__(self, bert: BertModel, latin: Sequence[int]) -> None:
        super().__init__()
        self.bert = bert
        table = bert.embeddings.word_embeddings.weight.detach().float()
        self.latin = nn.Parameter(table[list(latin)].clone())
        self.register_buffer("frozen", table.clone())
        place = torch.full((len(table),), -1, dtype=torch.long)
        place[list(latin)] = torch.arange(len(latin))
        self.register_buffer("place", place)
        bert.embeddings.word_embeddings.weight.requires_grad_(False)

    def body(self) -> list[nn.Parameter]:
        """List what learns besides the Latin rows."""
        return [parameter for parameter in self.bert.parameters() if parameter.requires_grad]

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return unit vectors (n, d) in float32 for token ids (n, length)."""
        place = self.place[ids]
        learned = functional.embedding(place.clamp(min=0), self.latin)
        inputs = torch.where((place >= 0)[..., None], learned, self.frozen[ids])
        states = self.bert(inputs_embeds=inputs, attention_mask=mask).last_hidden_state
        return functional.normalize(states[:, 0].float(), dim=-1)

    def table(self) -> Tensor:
        """Return the whole word table (vocabulary, d)."""
        table = self.frozen.clone()
        table[self.place >= 0] = self.latin.detach()
        return table


def tokenize(tokenizer: Tokenizer, texts: Sequence[str], longest: int) -> tuple[Tensor, Tensor]:
    """Return padded token ids and mask, each (n, length), cut at `longest` tokens."""
    tokenizer.enable_truncation(longest)
    tokenizer.enable_padding()
    encodings = tokenizer.encode_batch(list(texts))
    return (
        torch.tensor([encoding.ids for encoding in encodings]),
        torch.tensor([encoding.attention_mask for encoding in encodings]),
    )


def load_bert(folder: Path) -> BertModel:
    """Load a small BERT without its pooler, dropout off."""
    bert = BertModel.from_pretrained(
        folder,
        add_pooling_layer=False,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        use_safetensors=True,
    )
    whole: BertModel = bert.float()  # type: ignore[no-untyped-call]
    return whole


def widen(bert: BertModel, table: NDArray[np.float32]) -> BertModel:
    """Give the model a word table with more rows."""
    rows = torch.from_numpy(table)
    bert.embeddings.word_embeddings = nn.Embedding(
        len(table), table.shape[1], padding_idx=0, _weight=rows, _freeze=True
    )
    bert.config.vocab_size = len(table)
    return bert


def export(
    bert: BertModel, table: Tensor, tokenizer: Tokenizer, base: Path, folder: Path, prompt: str
) -> None:
    """Write a sentence-transformers folder in fp16, with the table rows that the tokenizer can use."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("modules.json", "sentence_bert_config.json", "tokenizer_config.json"):
        shutil.copyfile(base / name, folder / name)
    for name in ("1_Pooling", "2_Normalize"):
        (folder / name).mkdir(exist_ok=True)
        shutil.copyfile(base / name / "config.json", folder / name / "config.json")
    tokenizer.no_padding()
    tokenizer.no_truncation()
    small, rows = renumbered(tokenizer)
    small.save(str(folder / "tokenizer.json"), pretty=False)
    config = json.loads((base / "config.json").read_text("utf-8"))
    config |= {"vocab_size": len(rows), "dtype": "float16"}
    write_json(folder / "config.json", config)
    settings = json.loads((base / "config_sentence_transformers.json").read_text("utf-8"))
    settings["prompts"] = {"query": prompt, "document": ""}
    write_json(folder / "config_sentence_transformers.json", settings)
    state = bert.state_dict()
    weights = {name: value.half().contiguous() for name, value in state.items() if value.is_floating_point()}
    weights["embeddings.word_embeddings.weight"] = table[rows].half().contiguous()
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def write_json(file: Path, settings: dict[str, object]) -> None:
    """Write a settings file."""
    file.write_text(json.dumps(settings, indent=2, ensure_ascii=False) + "\n", "utf-8")
