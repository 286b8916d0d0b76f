"""Text on its ground reaches WCAG AA (4.5 : 1), in light and in dark."""

import re
from pathlib import Path

import pytest

import qa.ui

STYLE = (Path(qa.ui.__file__).parent / "static" / "page.css").read_text(encoding="utf-8")
PAIRS = [
    ("ink", "ground"), ("ink", "paper"), ("soft", "ground"), ("soft", "paper"), ("red", "ground"), ("red", "paper"),
    ("red", "red-soft"), ("soft", "red-soft"), ("mark-ink", "mark"), ("ink", "other"), ("ink", "warn"), ("soft", "warn"),
]  # fmt: skip


def palette(selector: str) -> dict[str, str]:
    block = re.search(rf"^{re.escape(selector)} {{(.*?)^}}", STYLE, re.MULTILINE | re.DOTALL).group(1)
    return dict(re.findall(r"--bqa-([a-z-]+): (#[0-9a-f]{6})", block))


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_has_the_known_contrast():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", [":root", ".dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_can_be_read_on_its_ground(scheme, text, ground):
    colours = palette(scheme)
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", [":root", ".dark"])
def test_white_on_the_filled_button_can_be_read(scheme):
    assert contrast("#ffffff", palette(scheme)["fill"]) >= 4.5
