import gradio as gr
import pytest
from page_fakes import SCRIPT, bulletin

from qa.ui.asking import Asker
from qa.ui.chat import ChatTab
from qa.ui.contents import items_by_month, items_by_section
from qa.ui.conversation import Conversation
from qa.ui.desk import Desk
from qa.ui.labels import Labels
from qa.ui.limits import Limits


@pytest.fixture
def tab(library) -> ChatTab:
    with gr.Blocks():
        return ChatTab(Desk(library), Asker(library, Limits()), Labels(), generative=False)


@pytest.fixture
def conversation(library) -> Conversation:
    question = "青岚市海水淡化装置日产多少"
    return Conversation().asked(question).ended(status="done", answer=library.ask(question))


def test_a_citation_opens_the_bulletin_with_the_quote_marked(tab, conversation):
    html = tab.opened_html({"act": "cite", "turn": 0, "number": 1}, conversation, "zh")
    assert '<mark class="current" data-number="1">青岚市的海水淡化装置日产淡水十万吨。</mark>' in html
    assert 'data-total="1"' in html
    assert "白石县开通夜间公交" in html


def test_a_near_miss_opens_at_its_quote(tab, library):
    question = "火星上的生命形态研究进展"
    conversation = Conversation().asked(question).ended(status="done", answer=library.ask(question))
    assert "mark" in tab.opened_html({"act": "near", "turn": 0, "number": 1}, conversation, "zh")


@pytest.mark.parametrize(
    "asked",
    [
        {"act": "cite", "turn": 9, "number": 1},
        {"act": "cite", "turn": -1, "number": 1},
        {"act": "cite", "turn": 0, "number": 99},
        {"act": "cite", "turn": "0", "number": None},
        {"act": "boom"},
        {},
        None,
    ],
)
def test_a_place_that_does_not_exist_shows_the_contents(tab, conversation, asked):
    if asked and asked.get("turn") == -1:
        conversation = Conversation()
    assert 'class="contents"' in tab.opened_html(asked, conversation, "zh")


@pytest.mark.parametrize(("bulletin", "item"), [("../../etc/passwd", "x"), ("第12期.txt", "nobody")])
def test_an_item_that_is_not_in_the_library_is_an_error_in_the_panel(tab, conversation, bulletin, item):
    html = tab.opened_html({"act": "item", "bulletin": bulletin, "item": item}, conversation, "en")
    assert 'role="alert"' in html


def test_a_bulletin_removed_meanwhile_is_told_in_the_panel(tab, conversation, library):
    del library.store.held["第12期.txt"]
    library.store.generation += 1
    assert 'role="alert"' in tab.opened_html({"act": "cite", "turn": 0, "number": 1}, conversation, "zh")


def test_hostile_names_titles_and_texts_stay_text_everywhere(tab, conversation, library):
    name = next(name for name in library.store.held if "onerror" in name)
    opened = tab.opened_html({"act": "item", "bulletin": name, "item": f"{name}-0"}, conversation, "zh")
    for html in (opened, tab.contents("zh"), tab.thread_html(Conversation(), "zh")):
        assert SCRIPT not in html
        assert "<img" not in html


def test_examples_come_from_the_items_and_are_answered(library):
    desk = Desk(library)
    examples = desk.examples("zh")
    titles = [entry.title for listing in desk.listings() for entry in listing.entries]
    assert examples
    assert all(any(title in example for title in titles) for example in examples)
    assert not any(library.ask(example).refused for example in examples)


def test_the_contents_follow_the_store(library):
    desk = Desk(library)
    assert desk.counts() == (2, 3)
    library.store.held.popitem()
    library.store.generation += 1
    assert desk.counts() == (1, 2)


def test_items_are_counted_by_section_and_month(library):
    listings = Desk(library).listings()
    assert items_by_section(listings, "zh")[0][1] == 1
    assert items_by_month(listings) == [("2021-01", 1)]


def test_months_between_are_counted_as_zero(library):
    from dataclasses import replace

    (first, *_) = Desk(library).listings()
    entries = tuple(replace(first.entries[0], date=date) for date in ("2020-11-30", "2021-02-01"))
    months = items_by_month([replace(first, entries=entries)])
    assert months == [("2020-11", 1), ("2020-12", 0), ("2021-01", 0), ("2021-02", 1)]


def test_places_are_counted_by_province(library):

    library.store.held = {
        "a": bulletin(
            "a", [("s", "苏州建成新园区", None, ["江苏和浙江"]), ("s", "杭州举办展会", None, ["x"])]
        )
    }
    library.store.generation += 1
    assert dict(Desk(library).items_by_place()) == {"江苏": 1, "浙江": 2}


def test_a_library_too_large_to_list_says_how_much_is_missing(library):
    from dataclasses import replace

    from qa.ui.contents import MAX_ENTRIES, contents_html

    (first, *_) = Desk(library).listings()
    many = replace(first, entries=first.entries[:1] * (MAX_ENTRIES + 7))
    html = contents_html([many], "en")
    assert html.count('data-act="item"') == MAX_ENTRIES
    assert "7 more items" in html
