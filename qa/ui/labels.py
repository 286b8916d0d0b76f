"""The texts of the page's components, in the language that is chosen."""

from __future__ import annotations

from typing import Any, TypeVar

import gradio as gr

from qa.ui.texts import Language, say

_Component = TypeVar("_Component")


class Labels:
    """Which text stands on which component, so that all of them change with the language."""

    def __init__(self) -> None:
        self._kept: list[tuple[Any, dict[str, str]]] = []

    def add(self, component: _Component, **keys: str) -> _Component:
        """Register `component`: property name to key of a text."""
        self._kept.append((component, keys))
        return component

    @property
    def components(self) -> list[Any]:
        """The components registered, in order: the outputs that `updates` fills."""
        return [component for component, _ in self._kept]

    def updates(self, language: Language) -> list[Any]:
        """One update for each of `components`."""
        said: list[dict[str, Any]] = [
            {name: say(language, key) for name, key in keys.items()} for _, keys in self._kept
        ]
        return [gr.update(**properties) for properties in said]
