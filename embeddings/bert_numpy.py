"""The forward pass of a small BERT in numpy: all that one question needs, and nothing to import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from threadpoolctl import ThreadpoolController

from embeddings.encoder import EncoderError, Vectors


@dataclass(frozen=True, slots=True)
class BertShape:
    """The numbers of config.json that the forward pass depends on."""

    layers: int
    heads: int
    width: int
    longest: int
    epsilon: float

    @classmethod
    def of(cls, config: Mapping[str, Any], source: Path) -> BertShape:
        """Read the shape, or say why this is no model that this room runs by itself."""
        try:
            if config["model_type"] != "bert" or config["hidden_act"] != "gelu":
                raise EncoderError(
                    f"{source} is not a BERT with GELU; load it as a sentence-transformers model instead."
                )
            return cls(
                layers=int(config["num_hidden_layers"]),
                heads=int(config["num_attention_heads"]),
                width=int(config["hidden_size"]),
                longest=int(config["max_position_embeddings"]),
                epsilon=float(config["layer_norm_eps"]),
            )
        except KeyError as error:
            raise EncoderError(f"{source} lacks {error}; fetch the model again.") from None


def read_weights(file: Path) -> dict[str, NDArray[Any]]:
    """Read a safetensors file: matrices as float32, the word table as it is stored (it is only looked up)."""
    try:
        with safe_open(str(file), framework="numpy") as stored:
            names = [name for name in stored.keys() if not name.startswith("pooler.")]  # noqa: SIM118
            weights = {name: stored.get_tensor(name) for name in names}
    except (OSError, SafetensorError) as error:
        raise EncoderError(f"Cannot read the weights {file} ({error}); fetch the model again.") from None
    table = "embeddings.word_embeddings.weight"
    return {name: value if name == table else value.astype(np.float32) for name, value in weights.items()}


def gelu(x: Vectors) -> Vectors:
    """Return x·Φ(x), with the error function as in Abramowitz and Stegun 7.1.26 (absolute error under 2e-7).

    >>> [round(float(v), 4) for v in gelu(np.array([-1.0, 0.0, 1.0], np.float32))]
    [-0.1587, 0.0, 0.8413]
    """
    z = np.abs(x)
    z *= np.float32(0.7071067811865476)
    t = 1 / (1 + np.float32(0.3275911) * z)
    tail = np.full_like(t, 1.061405429)
    for factor in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        tail *= t
        tail += np.float32(factor)
    tail *= t
    np.multiply(z, z, out=z)
    np.negative(z, out=z)
    tail *= np.exp(z, out=z)
    # For x >= 0 Φ is 1 - tail/2, below it tail/2.
    tail *= np.float32(0.5)
    phi: Vectors = np.where(x >= 0, 1 - tail, tail)
    phi *= x
    return phi


def layer_norm(x: Vectors, weight: Vectors, bias: Vectors, epsilon: float) -> Vectors:
    """Normalise the last axis to mean 0 and variance 1, then scale and shift (Ba, Kiros and Hinton 2016)."""
    x = x - x.mean(-1, keepdims=True)
    x /= np.sqrt(np.square(x).mean(-1, keepdims=True) + np.float32(epsilon))
    x *= weight
    x += bias
    return x


def _is_matrix(name: str, value: NDArray[Any]) -> bool:
    return name.endswith(".weight") and value.ndim == 2 and not name.startswith("embeddings.")


class NumpyBert:
    """BERT (Devlin et al. 2019) with the first token's last state as the vector of the text."""

    def __init__(self, shape: BertShape, weights: Mapping[str, NDArray[Any]]) -> None:
        self._shape = shape
        # Transposed once: for the few rows of a question the same product takes two thirds of the time.
        self._weights = {
            name: np.ascontiguousarray(value.T) if _is_matrix(name, value) else value
            for name, value in weights.items()
        }
        self._blas = ThreadpoolController().select(user_api="blas")

    def __call__(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Vectors:
        """Return unit rows (n, width) for padded token ids and their mask, each (n, length)."""
        # The products of one question are so small that threads wait for one another: on a busy machine of
        # two cores that costs a second, and one thread 30 ms.
        with self._blas.limit(limits=1):
            return self._forward(ids, mask)

    def _forward(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Vectors:
        shape, weights = self._shape, self._weights
        n, length = ids.shape
        x: Vectors = weights["embeddings.word_embeddings.weight"][ids].astype(np.float32)
        x += weights["embeddings.position_embeddings.weight"][:length]
        x += weights["embeddings.token_type_embeddings.weight"][0]
        x = self._norm(x.reshape(n * length, -1), "embeddings.LayerNorm")
        padding = np.where(mask[:, None, None, :] == 0, np.float32(-1e9), np.float32(0))
        for layer in range(shape.layers):
            x = self._layer(x, f"encoder.layer.{layer}.", n, padding, last=layer == shape.layers - 1)
        unit: Vectors = x / np.linalg.norm(x, axis=1, keepdims=True)
        return unit

    def _layer(self, x: Vectors, prefix: str, n: int, padding: Vectors, last: bool) -> Vectors:
        heads, width = self._shape.heads, self._shape.width

        def split(rows: Vectors, name: str) -> Vectors:
            rows = self._linear(rows, f"{prefix}attention.self.{name}")
            return rows.reshape(n, -1, heads, width // heads).transpose(0, 2, 1, 3)

        keys, values = split(x, "key"), split(x, "value")
        if last:
            # Only the first token's state is wanted, so the last layer computes no other.
            x = np.ascontiguousarray(x.reshape(n, -1, width)[:, 0])
        queries = split(x, "query")
        scores: Vectors = queries @ keys.transpose(0, 1, 3, 2)
        scores /= np.float32(np.sqrt(queries.shape[-1]))
        scores += padding
        scores -= scores.max(-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(-1, keepdims=True)
        mixed: Vectors = (scores @ values).transpose(0, 2, 1, 3).reshape(-1, width)
        mixed = self._linear(mixed, prefix + "attention.output.dense")
        x = self._norm(x + mixed, prefix + "attention.output.LayerNorm")
        inner = gelu(self._linear(x, prefix + "intermediate.dense"))
        return self._norm(x + self._linear(inner, prefix + "output.dense"), prefix + "output.LayerNorm")

    def _linear(self, x: Vectors, name: str) -> Vectors:
        y: Vectors = x @ self._weights[name + ".weight"]
        y += self._weights[name + ".bias"]
        return y

    def _norm(self, x: Vectors, name: str) -> Vectors:
        return layer_norm(
            x, self._weights[name + ".weight"], self._weights[name + ".bias"], self._shape.epsilon
        )
