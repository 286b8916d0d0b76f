"""Train the English tower: `python -m embeddings.training.train --data DIR --base DIR --out DIR --minutes
90`.

A second tower learns to put English where a frozen Chinese teacher puts its translation (Reimers and Gurevych
2020), so that the Chinese side stays exactly the teacher and nothing of it can be forgotten. The tower starts
as the teacher's body with English word pieces added to its vocabulary. Loss: cosine to the teacher's vector
of the Chinese side, plus contrast (temperature 0.04) with the rest of the batch and with the targets of
earlier batches, which do not age because the teacher is frozen. A question is taught the vector that the
teacher gives a question, its instruction included.

The learning rate follows the clock: it falls to zero when the minutes are used up, however fast the machine
is. A run that was stopped goes on from its last checkpoint when started again with the same `--out`.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from embeddings.training.data import Pair, batches, one_pass, read_pairs
from embeddings.training.model import Student, export, load_bert, tokenize, widen
from embeddings.training.vocabulary import associated, counts, english_only, extend, latin_rows, learn_pieces

log = logging.getLogger("training")


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides what is learned, besides the data."""

    minutes: float = 90.0
    seed: int = 20
    pieces: int = 16_000
    kept_pieces: int = 12_000
    tokens: int = 2_600
    remembered: int = 4_096
    rate_latin: float = 2e-3
    rate_body: float = 2e-4
    warm_up: float = 0.02
    checkpoint_minutes: float = 8.0


class Trainer:
    """The student, its teacher, the data and the clock."""

    def __init__(self, recipe: Recipe, data: Path, base: Path, out: Path) -> None:
        self.recipe, self.base, self.out = recipe, base, out
        out.mkdir(parents=True, exist_ok=True)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.manual_seed(recipe.seed)
        self.draw = random.Random(recipe.seed)
        self.pairs, self.held = read_pairs(data)
        log.info("%d pairs", len(self.pairs))
        settings = json.loads((base / "config_sentence_transformers.json").read_text("utf-8"))
        self.prompt: str = settings["prompts"]["query"]
        self.teacher_tokens = Tokenizer.from_file(str(base / "tokenizer.json"))
        self.teacher = load_bert(base).bfloat16().requires_grad_(False)
        self.teacher.to(self.device)  # type: ignore[arg-type]
        wide, table = self.vocabulary()
        self.tokens = english_only(wide, [pair.en for pair in self.pairs], recipe.kept_pieces)
        self.student = Student(widen(load_bert(base), table), latin_rows(wide)).to(self.device)
        self.rates = (recipe.rate_latin, recipe.rate_body)
        groups = [
            {"params": [self.student.latin], "lr": recipe.rate_latin, "weight_decay": 0.0},
            {"params": self.student.body(), "lr": recipe.rate_body, "weight_decay": 0.01},
        ]
        self.optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True)
        self.memory = torch.zeros((0, table.shape[1]), device=self.device)
        self.step = 0
        self.elapsed = 0.0

    def vocabulary(self) -> tuple[Tokenizer, NDArray[np.float32]]:
        """Make or reload the wider tokenizer and its first word table (vocabulary, d)."""
        tokens_file, table_file = self.out / "tokenizer.json", self.out / "table.npy"
        if tokens_file.exists() and table_file.exists():
            return Tokenizer.from_file(str(tokens_file)), np.load(table_file)
        old = load_bert(self.base).embeddings.word_embeddings.weight.detach().numpy()
        tokens = extend(
            self.teacher_tokens, learn_pieces([pair.en for pair in self.pairs], self.recipe.pieces)
        )
        size = tokens.get_vocab_size()
        english = [e.ids[1:-1] for e in tokens.encode_batch_fast([pair.en for pair in self.pairs])]
        chinese = [
            e.ids[1:-1] for e in self.teacher_tokens.encode_batch_fast([pair.zh for pair in self.pairs])
        ]
        rows = latin_rows(tokens)
        vectors, support = associated(counts(english, size), counts(chinese, len(old)), rows, old)
        length = np.median(np.linalg.norm(old[670:8000], axis=1))
        vectors *= length / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
        table = np.zeros((size, old.shape[1]), np.float32)
        table[: len(old)] = old
        names = {row: piece for piece, row in tokens.get_vocab().items()}
        for row, vector, seen in zip(rows, vectors, support, strict=True):
            if row >= len(old):
                pieces = self.teacher_tokens.encode(
                    names[row].removeprefix("##"), add_special_tokens=False
                ).ids
                table[row] = vector if seen > 0 else old[pieces].mean(0)
            elif seen > 50 and len(names[row]) >= 3 and not names[row].startswith("##"):
                table[row] = (old[row] + vector) / 2
        tokens.save(str(tokens_file))
        np.save(table_file, table)
        return tokens, table

    def teach(self, texts: Sequence[str]) -> Tensor:
        """Return the teacher's unit vectors (n, d) of Chinese texts."""
        ids, mask = tokenize(self.teacher_tokens, texts, 112)
        with torch.no_grad():
            states = self.teacher(input_ids=ids.to(self.device), attention_mask=mask.to(self.device))
        return functional.normalize(states.last_hidden_state[:, 0].float(), dim=-1)

    def read(self, texts: Sequence[str]) -> Tensor:
        """Return the student's unit vectors (n, d) of English texts."""
        ids, mask = tokenize(self.tokens, texts, 80)
        with torch.autocast(self.device.type, torch.bfloat16):
            vectors: Tensor = self.student(ids.to(self.device), mask.to(self.device))
        return vectors

    def progress(self) -> float:
        """Return the share of the time that is used up."""
        return min(1.0, self.elapsed / (60 * self.recipe.minutes))

    def loss(self, batch: Sequence[Pair]) -> Tensor:
        """English against the teacher's Chinese; later on the worst twentieth is taken for noise."""
        target = self.teach([self.prompt * pair.en.endswith("?") + pair.zh for pair in batch])
        english = self.read([self.one_sense(pair) for pair in batch])
        cosine = (english * target).sum(1)
        if self.progress() > 0.25 and len(batch) >= 40:
            keep = cosine.detach().argsort(descending=True)[: len(batch) - len(batch) // 20]
            english, target, cosine = english[keep], target[keep], cosine[keep]
        keys = torch.cat([target, self.memory])
        self.memory = keys[: self.recipe.remembered]
        own = torch.arange(len(english), device=self.device)
        # What the teacher holds for nearly the same text is no negative.
        same = (target @ keys.T > 0.9).index_put((own, own), torch.tensor(False, device=self.device))
        forth = functional.cross_entropy((english @ keys.T / 0.04).masked_fill(same, -1e4), own)
        back = (target @ english.T / 0.04).masked_fill(same[:, : len(english)], -1e4)
        return 4 * (1 - cosine).mean() + (forth + functional.cross_entropy(back, own)) / 2

    def one_sense(self, pair: Pair) -> str:
        """Return the English side; of a dictionary entry one of its senses."""
        if pair.source != "cc-cedict":
            return pair.en
        return self.draw.choice([sense.strip() for sense in pair.en.split(";") if sense.strip()] or [pair.en])

    def stream(self) -> Iterator[list[Pair]]:
        """Yield batches for ever, one pass after the other."""
        number = self.recipe.seed + 1000 * self.step
        while True:
            number += 1
            yield from batches(one_pass(self.pairs, number), self.recipe.tokens, number)

    def run(self) -> None:
        """Train until the time is used up."""
        self.resume()
        started, saved = time.monotonic() - self.elapsed, self.elapsed
        total, seen = 0.0, 0
        for batch in self.stream():
            self.elapsed = time.monotonic() - started
            progress = self.progress()
            if progress >= 1:
                break
            scale = min(1.0, progress / self.recipe.warm_up) * 0.5 * (1 + math.cos(math.pi * progress))
            for group, rate in zip(self.optimizer.param_groups, self.rates, strict=True):
                group["lr"] = rate * max(scale, 1e-3)
            loss = self.loss(batch)
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(self.student.body(), 1.0)
            nn.utils.clip_grad_norm_([self.student.latin], 1.0)
            self.optimizer.step()
            self.step += 1
            total += loss.item()
            seen += len(batch)
            if self.step % 50 == 0:
                log.info("step %d, %.0f%%: loss %.3f, %d pairs", self.step, 100 * progress, total / 50, seen)
                total, seen = 0.0, 0
            if self.elapsed - saved > 60 * self.recipe.checkpoint_minutes:
                saved = self.elapsed
                self.save()
        self.save()

    def save(self) -> None:
        """Write a checkpoint, the student so far, and what it finds of the rows held back."""
        tensors = {f"student.{name}": value for name, value in self.student.state_dict().items()}
        for index, state in self.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{index}.{name}": value for name, value in state.items()}
        part = self.out / "checkpoint.part"
        save_file({name: value.contiguous().clone() for name, value in tensors.items()}, part)
        part.rename(self.out / "checkpoint.safetensors")
        (self.out / "clock.json").write_text(json.dumps({"step": self.step, "elapsed": self.elapsed}))
        export(
            self.student.bert, self.student.table(), self.tokens, self.base, self.out / "student", prompt=""
        )
        log.info("step %d: %s", self.step, self.measure())

    def measure(self) -> dict[str, float]:
        """Return R@1 from English to Chinese among rows held back, and the mean cosine of a pair."""
        held = [pair for pair in self.held if len(pair.zh) < 60][:600]
        if not held:
            return {}
        with torch.no_grad():
            english = torch.cat(
                [self.read([p.en for p in held[i : i + 60]]) for i in range(0, len(held), 60)]
            )
            chinese = torch.cat(
                [self.teach([p.zh for p in held[i : i + 60]]) for i in range(0, len(held), 60)]
            )
        right = (english @ chinese.T).argmax(1) == torch.arange(len(held), device=self.device)
        return {
            "found first": right.float().mean().item(),
            "cosine": (english * chinese).sum(1).mean().item(),
        }

    def resume(self) -> None:
        """Go on from the checkpoint of an earlier run, if there is one."""
        clock = self.out / "clock.json"
        if not clock.exists():
            return
        state = json.loads(clock.read_text("utf-8"))
        self.step, self.elapsed = state["step"], state["elapsed"]
        tensors = load_file(self.out / "checkpoint.safetensors")
        student = {name: value for name, value in tensors.items() if name.startswith("student.")}
        self.student.load_state_dict(
            {name.removeprefix("student."): value for name, value in student.items()}
        )
        kept = self.optimizer.state_dict()
        for name in tensors.keys() - student.keys():
            _, index, field = name.split(".")
            kept["state"].setdefault(int(index), {})[field] = tensors[name]
        self.optimizer.load_state_dict(kept)
        self.draw = random.Random(self.recipe.seed + self.step)
        log.info("going on from step %d", self.step)


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description="Train the English tower.")
    parser.add_argument("--data", type=Path, required=True, help="folder with parallel.tsv.gz")
    parser.add_argument(
        "--base", type=Path, required=True, help="folder of bge-small-zh-v1.5: teacher and start"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and the student")
    parser.add_argument("--minutes", type=float, default=Recipe().minutes)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    logging.getLogger("transformers").setLevel(logging.ERROR)
    torch.set_num_threads(given.threads)
    Trainer(Recipe(minutes=given.minutes), given.data, given.base, given.out).run()


if __name__ == "__main__":
    main()
