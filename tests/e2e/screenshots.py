"""Make the README's pictures of the real page: `python tests/e2e/screenshots.py`.

Serves copies of the sample bulletins, uses the page in Chromium and writes PNG files with few colours (so
that they stay small) to tests/e2e/screenshots.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE)]

from browsing import ARGUMENTS, Desk, Served, find_chromium, serve_library  # noqa: E402

TARGET = HERE / "screenshots"
COLOURS = 192
WIDE = {"width": 1366, "height": 800}
NARROW = {"width": 390, "height": 780}


def save(page: Any, name: str) -> None:
    """Write what the page shows as a PNG with a palette."""
    from PIL import Image

    page.wait_for_timeout(1200)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    TARGET.mkdir(exist_ok=True)
    path = TARGET / f"{name}.png"
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} KB")


def take(browser: Any, served: Served) -> None:
    """Every picture."""
    with Desk.open(browser, served, viewport=WIDE) as desk:
        desk.ask(served.listing)
        desk.page.wait_for_selector("mark.current")
        desk.last.locator(".chip").nth(2).click()
        desk.page.wait_for_selector('mark.current[data-number="3"]')
        desk.page.mouse.move(5, 400)
        save(desk.page, "answer-zh")
        desk.ask("上海迪士尼乐园的门票多少钱？")
        save(desk.page, "refusal-zh")
        desk.tab("资料库")
        desk.page.wait_for_selector("#chart-section canvas, #chart-section svg")
        save(desk.page, "library-zh")
    with Desk.open(browser, served, viewport=WIDE, locale="en-GB", color_scheme="dark") as desk:
        desk.ask("When does Shanghai's intellectual property protection regulation take effect?")
        desk.last.locator(".why summary").click()
        save(desk.page, "answer-en-dark")
    with Desk.open(browser, served, viewport=NARROW) as desk:
        desk.ask("上海市知识产权保护条例什么时候开始实施？")
        save(desk.page, "answer-narrow")


def main() -> int:
    """Take the pictures; 1 when there is no browser."""
    from playwright.sync_api import sync_playwright

    path = find_chromium()
    if path is None:
        print(
            "No Chromium is installed: install chromium, or name it in BULLETIN_QA_CHROMIUM.", file=sys.stderr
        )
        return 1
    with tempfile.TemporaryDirectory() as folder:
        bulletins = Path(folder) / "bulletins"
        bulletins.mkdir()
        for seed in (ROOT / "seeds").glob("*.txt"):
            shutil.copy(seed, bulletins)
        with serve_library(bulletins, Path(folder) / "index") as served, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            take(browser, served)
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
