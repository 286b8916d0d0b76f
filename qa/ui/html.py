"""The one way from stored text to HTML: every string that is not already markup is escaped here."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

# C0 and C1 controls and the marks that reverse the direction of text: they can hide or reorder what is
# shown, and no bulletin needs them to be read.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")


def text_html(text: str) -> Markup:
    """The text as HTML, with `& < > " '` escaped and control characters left out.

    >>> str(text_html('<script>"&"'))
    '&lt;script&gt;&#34;&amp;&#34;'
    """
    if isinstance(text, Markup):
        return text
    return escape(_INVISIBLE.sub("", str(text)))


def element(name: str, *children: str | None, **attributes: str | int | bool | None) -> Markup:
    """An HTML element; children and attribute values that are plain strings are escaped.

    Attribute names lose a trailing underscore and turn the others into hyphens; None and False leave the
    attribute out, True writes it bare.

    >>> str(element("p", "a < b", class_="note", data_turn=3))
    '<p class="note" data-turn="3">a &lt; b</p>'
    """
    written = Markup("").join(_attribute(key, value) for key, value in attributes.items())
    body = Markup("").join(text_html(child) for child in children if child is not None)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), written, body)


def join(parts: list[Markup], separator: str = "") -> Markup:
    """The parts one after another, the separator escaped."""
    return text_html(separator).join(parts)


def _attribute(key: str, value: str | int | bool | None) -> Markup:
    if value is None or value is False:
        return Markup("")
    name = Markup(key.rstrip("_").replace("_", "-"))
    if value is True:
        return Markup(" {}").format(name)
    return Markup(' {}="{}"').format(name, text_html(str(value)))
