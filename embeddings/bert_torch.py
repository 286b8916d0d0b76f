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
    """Tell whether this machine multiplies bfloat16 matrices natively (if not, they are slower)."""
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported())
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
        fast = has_fast_bfloat16() if fast is None else fast
        # In bfloat16 the cosine to float32 stays above 0.999 (tested).
        self._kind = torch.bfloat16 if fast else torch.float32
        self._weights: dict[str, Tensor] = {}
        for name, value in weights.items():
            tensor = torch.from_numpy(value).to(self._device)
            self._weights[name] = tensor if name.startswith("embeddings.") else tensor.to(self._kind)
        for layer in range(shape.layers):
            prefix = f"encoder.layer.{layer}.attention.self."
            for part in ("weight", "bias"):
                rows = [self._weights.pop(f"{prefix}{name}.{part}") for name in ("query", "key", "value")]
                if layer < shape.layers - 1:
                    self._weights[f"{prefix}all.{part}"] = torch.cat(rows)
                else:
                    # Only the first token's state is wanted, so the last layer asks for no other.
                    self._weights[f"{prefix}first.{part}"] = rows[0]
                    self._weights[f"{prefix}others.{part}"] = torch.cat(rows[1:])
        self._packed = fast and not cuda
        if self._packed:
            for name, weight in self._weights.items():
                if weight.ndim == 2 and not name.startswith("embeddings."):
                    # Laid out once as the product wants them, not anew for each batch.
                    self._weights[name] = torch.ops.mkldnn._reorder_linear_weight(weight)

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
        x = self._norm(x, "embeddings.LayerNorm").to(self._kind)
        seen = None if bool(mask.all()) else mask[:, None, None, :].bool()
        for layer in range(shape.layers):
            x = self._layer(x, f"encoder.layer.{layer}.", seen, last=layer == shape.layers - 1)
        return functional.normalize(x[:, 0].float(), dim=-1)

    def _layer(self, x: Tensor, prefix: str, seen: Tensor | None, last: bool) -> Tensor:
        n, length, width = x.shape
        heads, attention = self._shape.heads, prefix + "attention.self."
        if last:
            rest = self._linear(x, attention + "others").view(n, length, 2, heads, -1)
            keys, values = rest.permute(2, 0, 3, 1, 4)
            x = x[:, :1].contiguous()
            queries = self._linear(x, attention + "first").view(n, 1, heads, -1).transpose(1, 2)
        else:
            mixed = self._linear(x, attention + "all").view(n, length, 3, heads, -1)
            queries, keys, values = mixed.permute(2, 0, 3, 1, 4)
        states = functional.scaled_dot_product_attention(queries, keys, values, attn_mask=seen)
        states = states.transpose(1, 2).reshape(n, -1, width)
        x = self._norm(
            self._linear(states, prefix + "attention.output.dense") + x,
            prefix + "attention.output.LayerNorm",
        )
        inner = self._linear(x, prefix + "intermediate.dense", gelu=True)
        return self._norm(self._linear(inner, prefix + "output.dense") + x, prefix + "output.LayerNorm")

    def _linear(self, x: Tensor, name: str, gelu: bool = False) -> Tensor:
        weight, bias = self._weights[name + ".weight"], self._weights[name + ".bias"]
        if self._packed:
            # The product and what follows it in one pass.
            after = "gelu" if gelu else "none"
            return torch.ops.mkldnn._linear_pointwise(x, weight, bias, after, [], "none")  # type: ignore[no-any-return]
        y = functional.linear(x, weight, bias)
        return functional.gelu(y) if gelu else y

    def _norm(self, x: Tensor, name: str) -> Tensor:
        weight, bias = self._weights[name + ".weight"], self._weights[name + ".bias"]
        return functional.layer_norm(x, x.shape[-1:], weight, bias, self._shape.epsilon)
