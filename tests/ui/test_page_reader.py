import re

from qa.types import Item, Page, Passage, Sentence
from qa.ui.reader import Source, Span, in_window, places_of, source_html

TEXT = "标题\n\n第一句话在\n这里。— 2 —第二\n 句。"
START = TEXT.index("第一句")
PASSAGE = Passage("第一句话在这里。第二句。", START, len(TEXT), 1, (Sentence("", 0, 0, 1),))
MARK = (TEXT.index("— 2"), TEXT.index("第二"))
ITEM = Item("x-0", "标题", "栏目", 0, len(TEXT), 1, "2021-01-05", (PASSAGE,))


def source(**changes: object) -> Source:
    fields = {
        "name": "a.txt", "title": "", "text": TEXT, "pages": (Page(1, 0, MARK[0]), Page(2, MARK[0], len(TEXT))),
        "marks": (MARK,), "items": (ITEM,),
    }  # fmt: skip
    return Source(**{**fields, **changes})


def test_each_character_of_a_passage_knows_its_place_in_the_source():
    places = places_of(PASSAGE, TEXT, (MARK,))
    assert [TEXT[place] for place in places] == list(PASSAGE.text)


def test_a_quote_over_a_line_break_and_a_page_mark_is_marked_whole():
    quote = Span(TEXT.index("在\n"), len(TEXT), 1, current=True)
    marked = re.findall(r"<mark[^>]*>([^<]*)</mark>", source_html(source(), [quote], "zh"))
    assert "".join(marked) == "在这里。第二句。"


def test_the_page_is_named_where_it_turns():
    shown = source_html(source(), [], "zh")
    assert shown.index("第一句话在这里。") < shown.index("第 2 页") < shown.index("第二句。")


def test_the_current_quote_stands_out_from_the_others():
    spans = [
        Span(START, START + 3, 1),
        Span(TEXT.index("第二"), len(TEXT), 2, current=True, emphasis=("二句",)),
    ]
    shown = source_html(source(), spans, "zh")
    assert '<mark class="other" data-number="1">第一句</mark>' in shown
    assert '<mark class="current" data-number="2">第<strong>二句</strong>。</mark>' in shown


def test_a_hostile_title_and_text_stay_text():
    text = "<script>alert(1)</script>"
    passage = Passage(text, 0, len(text), 1, ())
    item = Item("<i>", text, text, 0, len(text), 1, None, (passage,))
    shown = source_html(source(text=text, marks=(), pages=(), items=(item,)), [Span(0, 8, 1, True)], "en")
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown


def test_a_long_bulletin_is_cut_at_items_around_the_quote():
    spans = [(at, at + 100) for at in range(0, 1000, 100)]
    first, last = in_window(spans, 550, window=320)
    assert (first, last) == (3, 6)
    assert in_window(spans, 550, window=10) == (5, 6)
    assert in_window([], 5) == (0, 0)
