"""The student and its frozen teacher: the same small BERT, the student with more rows in its vocabulary."""

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


class Student(nn.Module):
    """A BERT whose Latin rows and body learn; the rows of Chinese characters stay as the teacher has them."""

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
    return bert.float()


def widen(bert: BertModel, table: NDArray[np.float32]) -> BertModel:
    """Give the model a word table with more rows."""
    bert.embeddings.word_embeddings = nn.Embedding.from_pretrained(
        torch.from_numpy(table), freeze=True, padding_idx=0
    )
    bert.config.vocab_size = len(table)
    return bert


def export(
    student: Student, teacher: BertModel, tokenizer: Tokenizer, base: Path, folder: Path, share: float
) -> None:
    """Write a sentence-transformers folder: `share` of the student's weights, the rest the teacher's, in fp16.

    Averaging with the weights that training started from keeps more of what the teacher knew (Wortsman et al. 2022).
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("modules.json", "config_sentence_transformers.json", "sentence_bert_config.json"):
        shutil.copyfile(base / name, folder / name)
    for name in ("1_Pooling", "2_Normalize"):
        (folder / name).mkdir(exist_ok=True)
        shutil.copyfile(base / name / "config.json", folder / name / "config.json")
    config = json.loads((base / "config.json").read_text("utf-8"))
    config["vocab_size"] = tokenizer.get_vocab_size()
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", "utf-8")
    shutil.copyfile(base / "tokenizer_config.json", folder / "tokenizer_config.json")
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.save(str(folder / "tokenizer.json"))
    old = teacher.state_dict()
    state = student.bert.state_dict()
    state["embeddings.word_embeddings.weight"] = student.table()
    weights: dict[str, Tensor] = {}
    for name, value in state.items():
        if not value.is_floating_point():
            continue
        if name != "embeddings.word_embeddings.weight":
            value = share * value + (1 - share) * old[name].to(value.dtype)
        weights[name] = value.half().contiguous()
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
