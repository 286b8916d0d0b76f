"""The page, audited by axe-core (the rules of WCAG 2 and of good practice) in both languages and themes."""

from __future__ import annotations

from typing import Any

import pytest
from browsing import Desk, Served

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is missing")

SETTINGS = [
    {"locale": "zh-CN", "color_scheme": "light"},
    {"locale": "en-GB", "color_scheme": "dark", "viewport": {"width": 390, "height": 780}},
]


def violations(desk: Desk) -> list[str]:
    found = axe.Axe().run(desk.page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{rule['id']}: {[node['target'] for node in rule['nodes']]}" for rule in found]


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: settings["locale"])
def test_the_page_breaks_no_rule_of_accessibility(
    browser: Any, served: Served, settings: dict[str, Any]
) -> None:
    with Desk.open(browser, served, **settings) as desk:
        assert violations(desk) == []
        desk.ask(served.listing)
        desk.ask("火星上有哪些岩石？")
        desk.last.locator(".why summary").click()
        desk.page.locator("#filters > button").click()
        assert violations(desk) == []
        tabs = desk.page.get_by_role("tab")
        tabs.nth(1).click()
        desk.page.wait_for_selector("#chart-section canvas, #chart-section svg")
        assert violations(desk) == []
        area = desk.page.locator("#upload .upload-container")
        said = {"zh-CN": "把文件拖到这里，或点按选择", "en-GB": "Drop files here, or click to choose"}
        assert area.get_attribute("aria-label") == said[settings["locale"]]
        desk.page.locator("#language").click()
        other = said["en-GB" if settings["locale"] == "zh-CN" else "zh-CN"]
        desk.page.wait_for_function(
            "(said) => document.querySelector('#upload .upload-container').ariaLabel === said", arg=other
        )
        shown = (
            "getComputedStyle(document.querySelector('#upload [data-testid=upload-text]'), '::after').content"
        )
        assert desk.page.evaluate(f"() => {shown}") == f'"{other}"'
        tabs.nth(2).click()
        desk.page.wait_for_selector("#questions .upload-container")
        assert violations(desk) == []
