"""The worked examples in docstrings are true."""

from __future__ import annotations

import doctest
from importlib import import_module

import pytest

from tests.test_architecture import modules

WITH_EXAMPLES = [
    name for name, path in modules() if ">>>" in path.read_text("utf-8") and ".training" not in name
]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_examples_of_a_module_hold(name: str) -> None:
    result = doctest.testmod(import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert not result.failed
