"""What a user does with the page, done in a real browser over the sample bulletins."""

from __future__ import annotations

import re
import time
from copy import copy
from pathlib import Path

import httpx
from browsing import Desk, Served, serve_app

from qa.errors import ModelError
from qa.ui import create_app

QUESTION = "上海市知识产权保护条例什么时候开始实施？"
OUTSIDE = "昨晚的足球比赛谁赢了？"
MARKED = "mark.current"


def plain(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_a_question_is_answered_with_citations_from_the_bulletins(desk: Desk):
    turn = desk.ask(QUESTION)
    assert "3月1日" in plain(turn.locator(".answer").inner_text())
    quote = turn.locator(".answer > p .chip").first.get_attribute("data-quote")
    sources = [plain(path.read_text(encoding="utf-8")) for path in desk.served.folder.glob("*.txt")]
    assert any(plain(quote) in source for source in sources)
    assert desk.errors == []


def test_the_answer_is_written_while_one_watches(desk: Desk):
    desk.page.evaluate(
        """() => {
          window.seen = [];
          const note = () => {
            const text = document.querySelector(".writing")?.innerText;
            if (text && text !== window.seen.at(-1)) window.seen.push(text);
          };
          new MutationObserver(note).observe(document.querySelector("#thread"),
            { subtree: true, childList: true, characterData: true, attributes: true });
        }"""
    )
    desk.ask(desk.served.listing)
    lengths = [len(text) for text in desk.page.evaluate("() => window.seen")]
    assert len(lengths) >= 2
    assert lengths[-1] > lengths[0]


def test_a_click_on_a_citation_opens_the_bulletin_at_the_marked_quote(desk: Desk):
    turn = desk.ask(desk.served.listing)
    chip = turn.locator(".answer > p .chip").last
    quote, number = chip.get_attribute("data-quote"), chip.inner_text()
    chip.click()
    desk.page.wait_for_selector(f'{MARKED}[data-number="{number}"]')
    desk.page.wait_for_timeout(500)
    marked = "".join(desk.page.locator(MARKED).all_inner_texts())
    assert plain(re.sub(r"第\d+页", "", plain(marked))) == plain(quote)
    assert desk.in_view(MARKED, ".reader .page")
    header = desk.page.locator(".reader header").first.inner_text()
    place = chip.get_attribute("data-place")
    assert [part for part in place.split(" · ") if part not in header] == []
    assert "第 " in place


def test_hovering_a_citation_shows_its_quote(desk: Desk):
    chip = desk.ask(QUESTION).locator(".chip").first
    chip.hover()
    tip = desk.page.locator(".bqa-tip")
    tip.wait_for(state="visible")
    assert chip.get_attribute("data-quote") in tip.inner_text()


def test_the_keyboard_moves_between_citations(desk: Desk):
    desk.ask(desk.served.listing)
    desk.page.wait_for_selector(f'{MARKED}[data-number="1"]')
    desk.page.locator(".turn .question").last.click()
    for key, number in (("]", "2"), ("]", "3"), ("[", "2")):
        desk.page.evaluate("() => document.activeElement.blur()")
        desk.page.keyboard.press(key)
        desk.page.wait_for_selector(f'{MARKED}[data-number="{number}"]')
    assert desk.in_view(MARKED, ".reader .page")


def test_a_follow_up_is_understood_with_the_question_before(desk: Desk):
    desk.ask("上海自贸区临港新片区发布的人工智能专项政策是哪天发布的？")
    turn = desk.ask("它从几个方面提供支持？")
    assert turn.locator(".refusal").count() == 0
    assert "临港" in turn.locator(".sources").inner_text()


def test_a_question_from_elsewhere_is_refused_and_looks_it(desk: Desk):
    turn = desk.ask(OUTSIDE)
    assert turn.locator(".refusal").is_visible()
    assert turn.locator(".chip").count() == 0


def test_a_near_miss_of_a_refusal_opens_in_the_reader(desk: Desk):
    turn = desk.ask("上海迪士尼乐园的门票多少钱？")
    turn.locator(".near .source").first.click()
    desk.page.wait_for_selector(MARKED)
    assert desk.in_view(MARKED, ".reader .page")


def test_a_filter_by_section_keeps_the_answer_to_it(desk: Desk):
    desk.page.locator("#filters > button").click()
    desk.page.get_by_label("栏目").click()
    desk.page.get_by_role("option", name="域外动态").click()
    desk.page.wait_for_function("() => document.querySelector('#filters > button').innerText.includes('1')")
    turn = desk.ask("知识产权保护条例什么时候开始实施？")
    assert "科创聚焦" not in turn.inner_text()


def test_a_date_that_is_none_is_told_and_the_question_can_be_asked_again(desk: Desk):
    desk.page.locator("#filters > button").click()
    desk.page.get_by_label("自", exact=True).fill("昨天")
    turn = desk.ask(QUESTION)
    assert "“昨天”无法识别" in turn.locator('[role="alert"]').inner_text()
    desk.page.get_by_role("button", name="清除筛选").click()
    desk.page.wait_for_function("() => !document.querySelector('#filters > button').innerText.includes('1')")
    turn.get_by_role("button", name="重试").click()
    desk.page.wait_for_selector(".turn:last-child .answer .chip")
    assert desk.turns == 1


def test_editing_the_last_question_replaces_its_answer(desk: Desk):
    desk.ask(OUTSIDE)
    desk.last.get_by_role("button", name="修改问题").click()
    box = desk.page.locator("#question textarea")
    desk.page.wait_for_function("() => document.querySelector('#question textarea').value !== ''")
    assert box.input_value() == OUTSIDE
    box.fill(QUESTION)
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_selector(".turn:last-child .answer .chip")
    assert desk.turns == 1


def test_conversations_are_kept_in_the_browser_and_open_again(desk: Desk):
    desk.ask(QUESTION)
    desk.page.get_by_role("button", name="新对话").click()
    desk.page.wait_for_selector(".welcome")
    desk.page.reload()
    desk.page.locator(".history .open", has_text=QUESTION[:8]).click()
    desk.page.wait_for_selector(".turn .chip")
    assert desk.last.locator(".question").inner_text() == QUESTION
    desk.last.locator(".chip").first.click()
    desk.page.wait_for_selector(MARKED)
    desk.page.get_by_role("button", name=re.compile("删除对话")).click()
    assert desk.page.locator(".history .open").count() == 0


def test_what_one_user_asks_never_reaches_another(browser, served):
    with Desk.open(browser, served) as first, Desk.open(browser, served) as second:
        first.ask(QUESTION)
        second.page.reload()
        second.page.wait_for_selector(".welcome")
        assert second.turns == 0
        assert QUESTION not in second.page.content()


def test_an_example_question_is_answered_by_a_click(desk: Desk):
    examples = desk.page.locator(".example")
    question = examples.first.inner_text()
    examples.first.click()
    desk.page.wait_for_selector(".turn .answer .chip")
    assert desk.last.locator(".question").inner_text() == question


def test_why_shows_how_the_answer_came_about(desk: Desk):
    turn = desk.ask(QUESTION)
    turn.locator(".why summary").click()
    told = turn.locator(".why").inner_text()
    for name in ("理解为", "可信度", "字词", "语义"):
        assert name in told
    assert turn.locator(".why tbody tr").count() >= 1


def test_copying_gives_the_answer_with_its_references(browser, served):
    with Desk.open(browser, served, permissions=["clipboard-read", "clipboard-write"]) as desk:
        turn = desk.ask(QUESTION)
        turn.get_by_role("button", name="GB/T 7714").click()
        desk.page.wait_for_selector(".plain.done")
        copied = desk.page.evaluate("() => navigator.clipboard.readText()")
    assert re.search(r"\[1\] .+\[Z\]//000_c35e435d67e0821e\. 2020: 1\.", copied)


def test_the_conversation_is_exported_as_markdown(desk: Desk, tmp_path: Path):
    desk.ask(QUESTION)
    with desk.page.expect_download() as download:
        desk.page.get_by_role("button", name="导出对话").click()
    download.value.save_as(tmp_path / "export.md")
    assert f"## {QUESTION}" in (tmp_path / "export.md").read_text(encoding="utf-8")


def test_the_interface_follows_the_browser_and_can_be_switched(browser, served):
    with Desk.open(browser, served, locale="en-GB") as desk:
        desk.page.get_by_role("tab", name="Library").wait_for()
        desk.page.locator("#language").click()
        desk.page.get_by_role("tab", name="资料库").wait_for()
        desk.page.wait_for_function("() => document.documentElement.lang === 'zh-CN'")
        desk.page.reload()
        desk.page.get_by_role("tab", name="资料库").wait_for()


def test_nothing_is_asked_of_any_other_host(browser, served):
    with Desk.open(browser, served) as desk:
        desk.ask(desk.served.listing)
        desk.tab("资料库")
        desk.page.wait_for_selector("#chart-section canvas, #chart-section svg")
        desk.tab("评测")
        desk.page.wait_for_timeout(1500)
        outside = [url for url in desk.requests if not url.startswith((served.address, "data:", "blob:"))]
        names = desk.page.evaluate(
            "() => performance.getEntriesByType('resource').map((entry) => entry.name)"
        )
    assert outside == []
    assert [name for name in names if not name.startswith((served.address, "data:", "blob:"))] == []


def test_a_contents_entry_opens_its_item_in_the_reader(desk: Desk):
    desk.tab("资料库")
    desk.page.locator("#contents .entry", has_text="苏州自贸片区").click()
    desk.page.wait_for_selector(".reader header h3:has-text('苏州自贸片区')")
    desk.page.wait_for_timeout(500)
    shown = desk.page.evaluate(
        """() => {
          const root = document.querySelector(".reader");
          const title = root.querySelector(`.paper [data-item="${CSS.escape(root.dataset.item)}"]`);
          const frame = root.querySelector(".page").getBoundingClientRect();
          const box = title.getBoundingClientRect();
          return [title.innerText, box.top >= frame.top && box.bottom <= frame.bottom];
        }"""
    )
    assert shown == ["苏州自贸片区公平贸易工作站揭牌", True]


def test_a_password_is_asked_for_and_lets_one_in(browser, served):
    library = served.library
    with serve_app(create_app(library, auth="anna:geheim")) as address:
        guarded = Served(address, library, served.folder)
        assert httpx.get(address).status_code == 401
        credentials = {"username": "anna", "password": "geheim"}
        with Desk.open(browser, guarded, http_credentials=credentials) as desk:
            assert desk.ask(QUESTION).locator(".chip").count() >= 1


def test_an_answer_can_be_stopped_and_asked_again(browser, served):
    library = copy(served.library)

    def slowly(*arguments, **options):
        for part in served.library.stream(*arguments, **options):
            time.sleep(0.5)
            yield part

    with (
        serve_app(create_app(library)) as address,
        Desk.open(browser, Served(address, library, served.folder)) as desk,
    ):
        library.stream = slowly
        desk.page.locator("#question textarea").fill(served.listing)
        desk.page.keyboard.press("Enter")
        desk.page.wait_for_selector(".writing p")
        desk.page.get_by_role("button", name="停止").click()
        desk.page.wait_for_selector(".stopped")
        kept = desk.last.inner_text()
        desk.page.wait_for_timeout(1500)
        assert desk.last.inner_text() == kept
        assert desk.page.get_by_role("button", name="提问").is_visible()
        library.stream = served.library.stream
        desk.last.get_by_role("button", name="重试").click()
        desk.page.wait_for_selector(".turn:last-child .answer .chip")
        assert desk.turns == 1


def test_an_error_is_told_in_words_and_the_page_goes_on(browser, served):
    library = copy(served.library)

    def fail(*_, **__):
        raise ModelError("The language model at http://localhost:1 does not answer; start it or unset it.")

    with (
        serve_app(create_app(library)) as address,
        Desk.open(browser, Served(address, library, served.folder)) as desk,
    ):
        library.stream = fail
        desk.page.locator("#question textarea").fill(QUESTION)
        desk.page.keyboard.press("Enter")
        assert "does not answer" in desk.page.locator(".failure [role=alert]").inner_text()
        library.stream = served.library.stream
        assert desk.ask(desk.served.listing).locator(".chip").count() >= 1
