"""Train the bilingual student: `python -m embeddings.training.train --data DIR --base DIR --out DIR --minutes 90`.

The student reads English into the space that a Chinese teacher already spans (Reimers and Gurevych 2020), and is
held to the teacher wherever it reads Chinese. Three losses a step:

* pairs: the English side against the teacher's vector of the Chinese side, by cosine and by contrast within the
  batch (temperature 0.04);
* every second step Chinese: the student against the teacher, for plain text and for text whose names were exchanged for other names of
  the same thing, which must keep the meaning;
* every fourth step questions: question against the window that answers it, other windows of the same passage as
  hard negatives (temperature 0.05), windows held to the teacher.

The learning rate follows the clock: it falls to zero when the minutes are used up, however fast the machine is. A run
that was stopped goes on from its last checkpoint when started again with the same `--out`.
"""

from __future__ import annotations

import argparse
import gzip
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
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from embeddings.training.data import Pair, Question, batches, one_pass, read_pairs, read_questions, windows
from embeddings.training.model import Student, export, load_bert, tokenize, widen
from embeddings.training.names import Exchange, dictionary_names, place_names
from embeddings.training.vocabulary import associated, counts, extend, latin_rows, learn_pieces

log = logging.getLogger("training")


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides what is learned, besides the data."""

    minutes: float = 90.0
    seed: int = 20
    pieces: int = 16_000
    tokens: int = 2_600
    chinese: int = 40
    questions: int = 20
    rate_latin: float = 2e-3
    rate_body: float = 1.5e-4
    warm_up: float = 0.02
    checkpoint_minutes: float = 8.0


def contrast(queries: Tensor, keys: Tensor, temperature: float, same: Tensor) -> Tensor:
    """Cross-entropy of picking key i for query i among all keys; `same` (n, keys) marks keys that are no negatives."""
    scores = queries @ keys.T / temperature
    own = torch.eye(len(queries), len(keys), dtype=torch.bool, device=scores.device)
    scores = scores.masked_fill(same & ~own, -1e4)
    return functional.cross_entropy(scores, torch.arange(len(queries), device=scores.device))


class Trainer:
    """The student, its teacher, the data and the clock."""

    def __init__(self, recipe: Recipe, data: Path, base: Path, out: Path, names: Path | None) -> None:
        self.recipe, self.base, self.out = recipe, base, out
        out.mkdir(parents=True, exist_ok=True)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.manual_seed(recipe.seed)
        self.draw = random.Random(recipe.seed)
        self.pairs, self.held_pairs = read_pairs(data)
        self.questions, self.held_questions = read_questions(data)
        log.info("%d pairs, %d questions", len(self.pairs), len(self.questions))
        lines = gzip.open(names, "rt", encoding="utf-8").read().splitlines() if names else []
        self.names = dictionary_names(lines) + place_names() * 3
        self.whole_names = [(other, usual) for other, usual in self.names if len(other) >= 2]
        self.exchange = Exchange.of(self.names)
        self.teacher_tokens = Tokenizer.from_file(str(base / "tokenizer.json"))
        self.teacher = load_bert(base).bfloat16().to(self.device).eval().requires_grad_(False)
        self.tokens, table = self.vocabulary()
        bert = widen(load_bert(base), table)
        self.student = Student(bert, latin_rows(self.tokens)).to(self.device)
        self.optimizer = torch.optim.AdamW(
            [
                {"params": [self.student.latin], "lr": recipe.rate_latin, "weight_decay": 0.0},
                {"params": self.student.body(), "lr": recipe.rate_body, "weight_decay": 0.01},
            ],
            betas=(0.9, 0.98),
            fused=True,
        )
        self.top_rates = (recipe.rate_latin, recipe.rate_body)
        self.step = 0
        self.elapsed = 0.0

    def vocabulary(self) -> tuple[Tokenizer, np.ndarray]:
        """Make or reload the wider tokenizer and its first word table."""
        tokens_file, table_file = self.out / "tokenizer.json", self.out / "table.npy"
        if tokens_file.exists() and table_file.exists():
            return Tokenizer.from_file(str(tokens_file)), np.load(table_file)
        old = self.teacher.embeddings.word_embeddings.weight.float().cpu().numpy()
        base = load_bert(self.base).embeddings.word_embeddings.weight.detach().numpy()
        old = base if base.shape == old.shape else old
        tokens = extend(
            self.teacher_tokens, learn_pieces([pair.en for pair in self.pairs], self.recipe.pieces)
        )
        size = tokens.get_vocab_size()
        english = [e.ids[1:-1] for e in tokens.encode_batch_fast([pair.en for pair in self.pairs])]
        chinese = [
            e.ids[1:-1] for e in self.teacher_tokens.encode_batch_fast([pair.zh for pair in self.pairs])
        ]
        rows = latin_rows(tokens)
        hanzi = counts(chinese, len(old))
        vectors, support = associated(counts(english, size), hanzi, rows, old)
        table = np.zeros((size, old.shape[1]), np.float32)
        table[: len(old)] = old
        length = np.median(np.linalg.norm(old[670:8000], axis=1))
        vectors *= length / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
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
        log.info("vocabulary of %d, %d Latin", size, len(rows))
        return tokens, table

    def teach(self, texts: Sequence[str], longest: int) -> Tensor:
        """Return the teacher's unit vectors (n, d)."""
        ids, mask = tokenize(self.teacher_tokens, texts, longest)
        with torch.no_grad():
            states = self.teacher(input_ids=ids.to(self.device), attention_mask=mask.to(self.device))
        return functional.normalize(states.last_hidden_state[:, 0].float(), dim=-1)

    def read(self, texts: Sequence[str], longest: int) -> Tensor:
        """Return the student's unit vectors (n, d)."""
        ids, mask = tokenize(self.tokens, texts, longest)
        with torch.autocast(self.device.type, torch.bfloat16):
            return self.student(ids.to(self.device), mask.to(self.device))

    def progress(self) -> float:
        """Return the share of the time that is used up."""
        return min(1.0, self.elapsed / (60 * self.recipe.minutes))

    def pair_loss(self, batch: Sequence[Pair]) -> Tensor:
        """English against the teacher's Chinese; late in training the worst twentieth is taken for noise."""
        target = self.teach([pair.zh for pair in batch], 96)
        english = self.read([self.one_sense(pair) for pair in batch], 72)
        same = target @ target.T > 0.9
        cosine = (english * target).sum(1)
        if self.progress() > 0.25 and len(batch) >= 40:
            keep = cosine.detach().argsort(descending=True)[: len(batch) - len(batch) // 20]
            english, target, cosine, same = english[keep], target[keep], cosine[keep], same[keep][:, keep]
        forth = contrast(english, target, 0.04, same)
        back = contrast(target, english, 0.04, same)
        return 4 * (1 - cosine).mean() + (forth + back) / 2

    def one_sense(self, pair: Pair) -> str:
        """Return the English side; of a dictionary entry one of its senses."""
        if pair.source != "cc-cedict":
            return pair.en
        return self.draw.choice([sense.strip() for sense in pair.en.split(";") if sense.strip()] or [pair.en])

    def chinese_loss(self, batch: Sequence[Pair]) -> Tensor:
        """Chinese held to the teacher, names exchanged where there are any."""
        wanted: list[str] = []
        for pair in batch[: self.recipe.chinese // 2]:
            wanted.append(pair.zh)
        while len(wanted) < self.recipe.chinese - 6:
            question = self.draw.choice(self.questions)
            wanted.append(question.text if self.draw.random() < 0.5 else question.window[:40])
        read: list[str] = []
        for text in wanted:
            other = self.exchange(text, self.draw) if self.draw.random() < 0.8 else None
            read.append(other or text)
        for other, usual in self.draw.sample(self.whole_names, 6):
            read.append(other)
            wanted.append(usual)
        for text, exchanged in self.draw.sample(self.exchangeable, 10):
            wanted.append(text)
            read.append(exchanged)
        return 5 * (1 - (self.read(read, 48) * self.teach(wanted, 48)).sum(1)).mean()

    def question_loss(self) -> Tensor:
        """Questions against windows, windows held to the teacher."""
        drawn = [self.draw.choice(self.questions) for _ in range(self.recipe.questions)]
        others = [question.other for question in drawn if question.other]
        keys = [question.window for question in drawn] + others
        taught = self.teach(keys, 112)
        read = self.read(keys, 112)
        asked = self.read([question.text for question in drawn], 40)
        texts = [question.text for question in drawn]
        same = torch.tensor([[a == b for b in texts] + [False] * len(others) for a in texts])
        near = self.teach(texts, 40) @ taught.T
        # A window that the teacher puts above the chosen one may answer too: no negative.
        same = same.to(self.device) | (near > near[:, : len(texts)].diagonal()[:, None])
        return contrast(asked, read, 0.05, same) + 3 * (1 - (read * taught).sum(1)).mean()

    def stream(self) -> Iterator[list[Pair]]:
        """Yield batches for ever, one pass after the other."""
        number = self.recipe.seed + 1000 * self.step
        while True:
            number += 1
            yield from batches(one_pass(self.pairs, number), self.recipe.tokens, number)

    def run(self) -> None:
        """Train until the time is used up."""
        self.exchangeable = self.find_exchangeable()
        self.resume()
        started, saved = time.monotonic() - self.elapsed, self.elapsed
        sums = np.zeros(4)
        for batch in self.stream():
            self.elapsed = time.monotonic() - started
            progress = self.progress()
            if progress >= 1:
                break
            scale = min(1.0, progress / self.recipe.warm_up) * 0.5 * (1 + math.cos(math.pi * progress))
            for group, top in zip(self.optimizer.param_groups, self.top_rates, strict=True):
                group["lr"] = top * max(scale, 1e-3)
            pair_loss = self.pair_loss(batch)
            turn = self.step % 4
            chinese_loss = self.chinese_loss(batch) if turn in (0, 2) else torch.zeros(())
            question_loss = self.question_loss() if turn == 3 else torch.zeros(())
            self.optimizer.zero_grad(set_to_none=True)
            (pair_loss + chinese_loss + question_loss).backward()
            nn.utils.clip_grad_norm_(self.student.body(), 1.0)
            nn.utils.clip_grad_norm_([self.student.latin], 1.0)
            self.optimizer.step()
            self.step += 1
            sums += (pair_loss.item(), 2 * chinese_loss.item(), 4 * question_loss.item(), len(batch))
            if self.step % 100 == 0:
                log.info(
                    "step %d, %.0f%%: pairs %.3f, Chinese %.3f, questions %.3f; %d pairs, %.1f min",
                    self.step, 100 * progress, *(sums[:3] / 100), sums[3], self.elapsed / 60,
                )  # fmt: skip
                sums[:] = 0
            if self.elapsed - saved > 60 * self.recipe.checkpoint_minutes:
                saved = self.elapsed
                self.save()
        self.save()
        for share in (1.0, 0.85, 0.7):
            export(
                self.student,
                self.fp32_teacher(),
                self.tokens,
                self.base,
                self.out / f"student-{share}",
                share,
            )

    def find_exchangeable(self) -> list[tuple[str, str]]:
        """Collect Chinese sentences that hold a name with another name, each with the names exchanged once."""
        texts = [pair.zh for pair in self.pairs if 8 <= len(pair.zh) <= 40]
        texts += [window[:40] for question in self.questions for window in windows(question.window)[:1]]
        found = [(text, other) for text in texts if (other := self.exchange(text, self.draw))]
        places = Exchange.of(place_names())
        found += [(text, other) for text in texts for _ in range(3) if (other := places(text, self.draw))]
        log.info("%d texts with names exchanged", len(found))
        return found

    def fp32_teacher(self) -> nn.Module:
        """Return the teacher with its weights as they were read."""
        return load_bert(self.base)

    def save(self) -> None:
        """Write a checkpoint and what the student finds of the rows held back."""
        tensors = {f"student.{name}": value for name, value in self.student.state_dict().items()}
        for index, state in self.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{index}.{name}": value for name, value in state.items()}
        tensors = {name: value.contiguous().clone() for name, value in tensors.items()}
        save_file(tensors, self.out / "checkpoint.part")
        (self.out / "checkpoint.part").rename(self.out / "checkpoint.safetensors")
        (self.out / "clock.json").write_text(json.dumps({"step": self.step, "elapsed": self.elapsed}))
        export(self.student, self.fp32_teacher(), self.tokens, self.base, self.out / "latest", 1.0)
        log.info("step %d: %s", self.step, self.measure())

    def measure(self) -> dict[str, float]:
        """Return R@1 among the rows held back, English to Chinese and question to window, and Chinese drift."""
        held = [pair for pair in self.held_pairs if len(pair.zh) < 60][:800]
        asked = self.held_questions[:300]
        with torch.no_grad():
            english = self.read_all([pair.en for pair in held])
            chinese = self.read_all([pair.zh for pair in held])
            drift = (
                chinese
                * torch.cat(
                    [self.teach([p.zh for p in held[i : i + 64]], 96) for i in range(0, len(held), 64)]
                )
            ).sum(1)
            queries = self.read_all([question.text for question in asked])
            found = self.read_all([question.window for question in asked])
        own = torch.arange(len(held), device=self.device)
        right = (queries @ found.T).argmax(1).cpu() == torch.arange(len(asked))
        return {
            "en_zh": ((english @ chinese.T).argmax(1) == own).float().mean().item(),
            "cosine": (english * chinese).sum(1).mean().item(),
            "questions": right.float().mean().item(),
            "kept": drift.mean().item(),
        }

    def read_all(self, texts: Sequence[str]) -> Tensor:
        """Return the student's vectors of many texts."""
        return torch.cat([self.read(texts[start : start + 64], 112) for start in range(0, len(texts), 64)])

    def resume(self) -> None:
        """Go on from the checkpoint of an earlier run, if there is one."""
        clock = self.out / "clock.json"
        if not clock.exists():
            return
        state = json.loads(clock.read_text())
        self.step, self.elapsed = state["step"], state["elapsed"]
        tensors = load_file(self.out / "checkpoint.safetensors")
        self.student.load_state_dict(
            {k.removeprefix("student."): v for k, v in tensors.items() if k.startswith("student.")}
        )
        kept = self.optimizer.state_dict()
        for name, value in tensors.items():
            if name.startswith("optimizer."):
                _, index, field = name.split(".")
                kept["state"].setdefault(int(index), {})[field] = value
        self.optimizer.load_state_dict(kept)
        self.draw = random.Random(self.recipe.seed + self.step)
        log.info("going on from step %d", self.step)


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="folder with the two files of pairs")
    parser.add_argument(
        "--base", type=Path, required=True, help="folder of bge-small-zh-v1.5: teacher and start"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and the student")
    parser.add_argument("--names", type=Path, help="CC-CEDICT as text, gzipped; more other names")
    parser.add_argument("--minutes", type=float, default=Recipe.minutes)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    logging.getLogger("transformers").setLevel(logging.ERROR)
    torch.set_num_threads(given.threads)
    Trainer(Recipe(minutes=given.minutes), given.data, given.base, given.out, given.names).run()


if __name__ == "__main__":
    main()
