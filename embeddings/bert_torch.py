"""The same forward pass in torch, for many passages at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from embeddings.bert_numpy import BertShape
from embeddings.encoder import Vectors


def has_fast_bfloat16() -> bool:
    """Tell whether this processor multiplies bfloat16 matrices natively (if not, they are slower)."""
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported()) and (
        torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    )


class TorchBert:
    """BERT with the first token's last state as the vector of the text, on a GPU where there is one."""

    def __init__(
        self, shape: BertShape, weights: Mapping[str, NDArray[Any]], fast: bool | None = None
    ) -> None:
        cuda = torch.cuda.is_available()
        self._shape = shape
        self.on_gpu = cuda
        self._device = torch.device("cuda" if cuda else "cpu")
        if fast is None:
            fast = torch.cuda.is_bf16_supported() if cuda else has_fast_bfloat16()
        # Matrices in bfloat16, sums and norms in float32: cosine to float32 stays above 0.999 (tested).
        self._kind = torch.bfloat16 if fast else torch.float32
        self._weights: dict[str, Tensor] = {}
        for name, value in weights.items():
            tensor = torch.from_numpy(value).to(self._device)
            matrix = name.endswith(".weight") and value.ndim == 2 and not name.startswith("embeddings.")
            self._weights[name] = tensor.to(self._kind) if matrix else tensor
        for layer in range(shape.layers):
            prefix = f"encoder.layer.{layer}.attention.self."
            for part in ("weight", "bias"):
                whole = [self._weights.pop(f"{prefix}{name}.{part}") for name in ("query", "key", "value")]
                self._weights[f"{prefix}all.{part}"] = torch.cat(whole)
        for name in [name for name in self._weights if name.endswith(".bias") and "LayerNorm" not in name]:
            self._weights[name] = self._weights[name].to(self._kind)

    def __call__(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Vectors:
        """Return unit rows (n, width) for padded token ids and their mask, each (n, length)."""
        with torch.inference_mode():
            rows = self._forward(
                torch.from_numpy(ids).to(self._device), torch.from_numpy(mask).to(self._device)
            )
            vectors: Vectors = rows.cpu().numpy()
        return vectors

    def _forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        weights, shape = self._weights, self._shape
        length = ids.shape[1]
        x = functional.embedding(ids, weights["embeddings.word_embeddings.weight"]).float()
        x = x + weights["embeddings.position_embeddings.weight"][:length]
        x = x + weights["embeddings.token_type_embeddings.weight"][0]
        x = self._norm(x, "embeddings.LayerNorm")
        seen = None if bool(mask.all()) else mask[:, None, None, :].bool()
        for layer in range(shape.layers):
            x = self._layer(x, f"encoder.layer.{layer}.", seen, last=layer == shape.layers - 1)
        return functional.normalize(x[:, 0], dim=-1)

    def _layer(self, x: Tensor, prefix: str, seen: Tensor | None, last: bool) -> Tensor:
        n, length, width = x.shape
        mixed = self._linear(x, prefix + "attention.self.all").view(n, length, 3, self._shape.heads, -1)
        queries, keys, values = mixed.permute(2, 0, 3, 1, 4)
        if last:
            # Only the first token's state is wanted, so the last layer computes no other.
            queries, x = queries[:, :, :1], x[:, :1]
        states = functional.scaled_dot_product_attention(queries, keys, values, attn_mask=seen)
        states = states.transpose(1, 2).reshape(n, -1, width)
        x = self._norm(
            x + self._linear(states, prefix + "attention.output.dense"), prefix + "attention.output.LayerNorm"
        )
        inner = functional.gelu(self._linear(x, prefix + "intermediate.dense"))
        return self._norm(x + self._linear(inner, prefix + "output.dense"), prefix + "output.LayerNorm")

    def _linear(self, x: Tensor, name: str) -> Tensor:
        return functional.linear(
            x.to(self._kind), self._weights[name + ".weight"], self._weights[name + ".bias"]
        )

    def _norm(self, x: Tensor, name: str) -> Tensor:
        weight, bias = self._weights[name + ".weight"], self._weights[name + ".bias"]
        return functional.layer_norm(x.float(), x.shape[-1:], weight, bias, self._shape.epsilon)
