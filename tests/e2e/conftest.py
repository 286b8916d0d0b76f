"""A real server over copies of the sample bulletins, and a real browser to use it.

Chromium is looked for as `chromium`, `chromium-browser` or `google-chrome`, or where
BULLETIN_QA_CHROMIUM says; with BULLETIN_QA_REQUIRE_BROWSER=1 the tests fail instead of skipping without it.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from browsing import ARGUMENTS, Desk, Served, find_chromium, serve_library

SEEDS = Path(__file__).resolve().parents[2] / "seeds"


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    required = os.environ.get("BULLETIN_QA_REQUIRE_BROWSER") == "1"
    path = find_chromium()
    if path is None:
        if required:
            pytest.fail("BULLETIN_QA_REQUIRE_BROWSER=1, but no Chromium is installed")
        pytest.skip("no Chromium is installed (chromium, chromium-browser or google-chrome)")
    if not required:
        pytest.importorskip("playwright", reason="the playwright package is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("bulletins")
    for path in SEEDS.glob("*.txt"):
        shutil.copy(path, folder)
    with serve_library(folder, tmp_path_factory.mktemp("index")) as running:
        yield running


@pytest.fixture
def desk(browser: Any, served: Served) -> Iterator[Desk]:
    """A fresh browser profile with the page open in Chinese."""
    with Desk.open(browser, served, locale="zh-CN") as opened:
        yield opened
