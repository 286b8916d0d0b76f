"""The encoder that ships with the project: no hub, no network, and no torch for a question."""

from __future__ import annotations

import importlib.util
import json
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from embeddings.bert_numpy import BertShape, NumpyBert, read_weights
from embeddings.encoder import EncoderError, Progress, Vectors
from embeddings.fingerprint import folder_fingerprint

Forward: TypeAlias = Callable[[NDArray[np.int64], NDArray[np.int64]], Vectors]

MODELS = Path(__file__).parent / "models"

# Fewer texts than this are done in numpy before torch is even imported (about two seconds).
WORTH_IMPORTING_TORCH = 600
# With torch in memory already, it is faster from about this many texts on.
WORTH_USING_TORCH = 32
# On a processor small batches stay in its cache (1024 measured 15 % faster than 4096); a GPU wants more.
TOKENS_A_BATCH = 1024
TOKENS_A_GPU_BATCH = 32_768


@dataclass(frozen=True, slots=True)
class Window:
    """A run of a text's tokens, and the place of the text among those to encode."""

    text: int
    ids: tuple[int, ...]


def batches_by_length(windows: Sequence[Window], tokens: int) -> Iterator[list[Window]]:
    """Group windows of like length into batches of at most `tokens` tokens with padding, longest first."""
    batch: list[Window] = []
    for window in sorted(windows, key=lambda window: -len(window.ids)):
        if batch and (len(batch) + 1) * len(batch[0].ids) > tokens:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch


def padded(batch: Sequence[Window]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return token ids and mask, each (n, length of the longest)."""
    length = max(len(window.ids) for window in batch)
    ids = np.zeros((len(batch), length), np.int64)
    mask = np.zeros((len(batch), length), np.int64)
    for row, window in enumerate(batch):
        ids[row, : len(window.ids)] = window.ids
        mask[row, : len(window.ids)] = 1
    return ids, mask


class EmbeddedEncoder:
    """A small BERT from a sentence-transformers folder, run by this room itself.

    Nothing is cut off: a text of more tokens than the model reads at once becomes several windows, and its
    row is the direction of their mean, weighted by their tokens.
    """

    def __init__(
        self,
        name: str,
        fingerprint: str,
        tokenizer: Tokenizer,
        shape: BertShape,
        folder: Path,
        prompts: dict[str, str],
    ) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self.dimension = shape.width
        self._tokenizer = tokenizer
        self._shape = shape
        self._folder = folder
        self._prompts = prompts
        self._lock = threading.Lock()
        self._numpy: NumpyBert | None = None
        self._torch: Forward | None = None
        self._warm = False
        self._special = tuple(tokenizer.encode("").ids)

    @classmethod
    def load(cls, folder: Path, name: str | None = None) -> EmbeddedEncoder:
        """Load from a folder as sentence-transformers writes it; the weights are read when first needed."""
        settings = {
            file: read_json(folder / file) for file in ("config.json", "config_sentence_transformers.json")
        }
        pooling = read_json(folder / "1_Pooling" / "config.json")
        if pooling.get("pooling_mode") != "cls" and not pooling.get("pooling_mode_cls_token"):
            raise EncoderError(
                f"{folder} does not pool by its first token; load it as a sentence-transformers model."
            )
        weights = folder / "model.safetensors"
        if not weights.is_file():
            raise EncoderError(f"The weights {weights} are missing; install the project again.")
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        prompts = settings["config_sentence_transformers.json"].get("prompts") or {}
        shape = BertShape.of(settings["config.json"], folder / "config.json")
        return cls(name or str(folder), folder_fingerprint(folder), tokenizer, shape, folder, dict(prompts))

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return unit rows (n, d) for questions."""
        prompt = self._prompts.get("query", "")
        return self._encode([prompt + text for text in texts], None)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Return unit rows (n, d) for sentences or passages; `progress` hears how many more are done."""
        prompt = self._prompts.get("document", "")
        return self._encode([prompt + text for text in texts], progress)

    def _encode(self, texts: Sequence[str], progress: Progress | None) -> Vectors:
        sums = np.zeros((len(texts), self.dimension), np.float32)
        if not texts:
            return sums
        forward = self._forward(len(texts))
        waiting = np.zeros(len(texts), np.int64)
        windows = list(self._windows(texts))
        for window in windows:
            waiting[window.text] += 1
        tokens = TOKENS_A_GPU_BATCH if getattr(forward, "on_gpu", False) else TOKENS_A_BATCH
        for batch in batches_by_length(windows, tokens):
            rows = forward(*padded(batch))
            done = 0
            for window, row in zip(batch, rows, strict=True):
                sums[window.text] += row * len(window.ids)
                waiting[window.text] -= 1
                done += not waiting[window.text]
            if progress is not None and done:
                progress(done)
        unit: Vectors = sums / np.linalg.norm(sums, axis=1, keepdims=True)
        return unit

    def _windows(self, texts: Sequence[str]) -> Iterator[Window]:
        first, last = self._special[0], self._special[-1]
        room = self._shape.longest - len(self._special)
        for index, encoding in enumerate(
            self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        ):
            ids = encoding.ids
            count = max(1, -(-len(ids) // room))
            size = -(-len(ids) // count)
            for start in range(0, max(1, len(ids)), max(1, size)):
                yield Window(index, (first, *ids[start : start + size], last))

    def warm(self) -> None:
        """Import torch, where it multiplies bfloat16 natively or on a GPU: a question then takes a third.

        Nothing is done elsewhere, where numpy is about as fast.
        """
        if importlib.util.find_spec("torch") is None:
            return
        from embeddings.bert_torch import has_fast_bfloat16

        if has_fast_bfloat16():
            self._in_torch()
            self._warm = True

    def _forward(self, count: int) -> Forward:
        """Choose by how much there is to do: importing torch takes longer than a few hundred sentences."""
        worth = WORTH_USING_TORCH if "torch" in sys.modules else WORTH_IMPORTING_TORCH
        if self._warm or (count >= worth and importlib.util.find_spec("torch") is not None):
            return self._in_torch()
        with self._lock:
            if self._numpy is None:
                self._numpy = NumpyBert(self._shape, self._weights())
            return self._numpy

    def _in_torch(self) -> Forward:
        with self._lock:
            if self._torch is None:
                from embeddings.bert_torch import TorchBert

                self._torch = TorchBert(self._shape, self._weights())
            return self._torch

    def _weights(self) -> dict[str, NDArray[Any]]:
        return read_weights(self._folder / "model.safetensors")


def read_json(file: Path) -> dict[str, Any]:
    """Read a settings file of the model."""
    try:
        settings = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise EncoderError(f"Cannot read {file} ({error}); fetch the model again.") from None
    if not isinstance(settings, dict):
        raise EncoderError(f"{file} is not a settings file; fetch the model again.")
    return settings
