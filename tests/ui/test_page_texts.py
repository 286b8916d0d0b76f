import re
from pathlib import Path

import pytest

import qa.ui
from qa.ui.texts import TEXTS, language_of_browser


@pytest.mark.parametrize("key", TEXTS)
def test_both_languages_say_something_with_the_same_places(key):
    chinese, english = TEXTS[key]
    places = [set(re.findall(r"{(\w+)}", text)) for text in (chinese, english)]
    assert chinese
    assert english
    assert places[0] == places[1]


def test_every_text_is_used():
    folder = Path(qa.ui.__file__).parent
    source = "".join(
        path.read_text(encoding="utf-8") for path in folder.glob("*.py") if path.name != "texts.py"
    )
    stems = set(re.findall(r'f"([a-z._]+\.)\{', source))
    unused = [
        key for key in TEXTS if f'"{key}"' not in source and f"'{key}'" not in source
        and not any(key.startswith(stem) for stem in stems) and key not in ("stopped", "failed", "example")
    ]  # fmt: skip
    assert unused == []


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-US,en;q=0.9", "en"),
        ("de, en;q=0.5, zh;q=0.7", "zh"),
        ("fr", "en"),
        ("*", "zh"),
        ("", "zh"),
        ("en;q=broken, zh", "zh"),
    ],
)
def test_the_language_follows_the_browser(header, language):
    assert language_of_browser(header) == language
