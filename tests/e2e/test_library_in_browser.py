"""Uploading, removing, hostile bulletins and an empty library, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import Desk, Served, serve_library

NEWS = """第 5 期

2021 年 3 月 2 日

低空经济

梅岭市低空经济园区开工建设

3 月 1 日，梅岭市低空经济园区正式开工建设，项目总投资 27.6 亿元，占地 480 亩。

园区将重点引进无人机整机制造和航空材料企业，力争到 2025 年集聚企业 120 家。
"""
SCRIPT = "<script>window.hacked=1</script>"
IMAGE = "<img src=x onerror='window.hacked=1'>"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Served]:
    """A server of its own over an empty folder, for tests that change the library."""
    (tmp_path / "bulletins").mkdir()
    with serve_library(tmp_path / "bulletins", tmp_path / "index") as running:
        yield running


def test_an_empty_library_says_what_to_do(browser, empty):
    with Desk.open(browser, empty) as desk:
        assert "还没有简报" in desk.page.locator(".welcome").inner_text()
        desk.page.get_by_role("button", name="打开资料库").click()
        desk.page.locator("#upload").wait_for(state="visible")


def test_an_uploaded_bulletin_can_be_asked_and_removed(browser, empty, tmp_path):
    (tmp_path / "新简报.txt").write_text(NEWS, encoding="utf-8")
    (tmp_path / "假.pdf").write_text("not a pdf", encoding="utf-8")
    with Desk.open(browser, empty) as desk:
        desk.tab("资料库")
        told = desk.upload(tmp_path / "新简报.txt", tmp_path / "假.pdf")
        assert "已加入" in told[0]
        assert "不是 PDF" in told[1]
        assert sorted(path.name for path in empty.folder.glob("*.*")) == ["新简报.txt"]
        desk.page.wait_for_selector("#contents .entry:has-text('梅岭市')")
        desk.tab("问答")
        turn = desk.ask("梅岭市低空经济园区总投资多少？")
        assert "27.6" in turn.locator(".answer").inner_text()

        desk.tab("资料库")
        desk.page.get_by_label("要移除的简报").click()
        desk.page.get_by_role("option", name="新简报.txt").click()
        desk.page.locator("#remove").click()
        desk.page.locator("#yes").click()
        desk.page.wait_for_selector("#status .told:has-text('已移除')")
        assert not (empty.folder / "新简报.txt").exists()
        assert (empty.folder / ".removed" / "新简报.txt").read_text(encoding="utf-8") == NEWS
        desk.tab("问答")
        desk.page.get_by_role("button", name="新对话").click()
        desk.page.wait_for_selector(".welcome.none")
        assert desk.ask("梅岭市低空经济园区总投资多少？").locator(".refusal").count() == 1


def test_the_same_content_is_not_added_twice_and_nothing_is_overwritten(browser, empty, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (tmp_path / "简报.txt").write_text(NEWS, encoding="utf-8")
    (other / "简报.txt").write_text(NEWS.replace("梅岭市", "东湖市"), encoding="utf-8")
    with Desk.open(browser, empty) as desk:
        desk.tab("资料库")
        desk.upload(tmp_path / "简报.txt")
        desk.page.wait_for_selector("#contents .entry")
        assert "相同" in desk.upload(tmp_path / "简报.txt")[0]
        desk.page.wait_for_timeout(500)
        assert "简报 (2).txt" in desk.upload(other / "简报.txt")[0]
    assert (empty.folder / "简报.txt").read_text(encoding="utf-8") == NEWS


def test_a_hostile_bulletin_stays_text_wherever_it_is_shown(browser, empty, tmp_path):
    items = [
        {"id": "1", "title": f"紧急通知{SCRIPT}", "text": f"正文{IMAGE}说明红枫港扩建工程投资九亿元。", "section": f"栏目{IMAGE}"},
        {"id": "2", "title": f"{IMAGE}第二条", "text": f"红枫港第二期工程{SCRIPT}明年开工。", "section": f"栏目{IMAGE}"},
    ]  # fmt: skip
    name = "x' onmouseover='window.hacked=1.jsonl"
    (empty.folder / name).write_text("\n".join(json.dumps(item) for item in items), encoding="utf-8")
    with Desk.open(browser, empty) as desk:
        desk.tab("资料库")
        desk.page.locator("#reindex").click()
        desk.page.wait_for_selector("#contents .entry")
        desk.page.wait_for_timeout(800)
        desk.tab("问答")
        turn = desk.ask(f"红枫港扩建工程投资多少？{SCRIPT}{IMAGE}")
        turn.locator(".why summary").click()
        if turn.locator(".chip").count():
            turn.locator(".chip").first.hover()
            turn.locator(".chip").first.click()
            desk.page.wait_for_selector("mark.current")
        desk.page.locator(".bar .contents").first.click()
        desk.page.locator("#reader .entry").first.click()
        desk.page.wait_for_selector(".reader header h3")
        desk.page.wait_for_timeout(800)
        assert desk.page.evaluate("() => window.hacked") is None
        assert desk.page.locator("#thread img, #thread script, #reader img, #reader script").count() == 0
        assert SCRIPT in desk.page.locator(".turn .question").last.inner_text()


def test_a_question_set_is_evaluated_with_a_report_to_keep(browser, empty, tmp_path):
    (empty.folder / "简报.txt").write_text(NEWS, encoding="utf-8")
    questions = [
        {"id": "q1", "lang": "zh", "type": "fact", "history": [], "question": "梅岭市低空经济园区总投资多少？",
         "gold": [{"file": "简报.txt", "title": "梅岭市低空经济园区开工建设", "evidence": "项目总投资27.6亿元"}],
         "answer": "27.6 亿元", "must_include": ["27.6亿元"]},
        {"id": "q2", "lang": "zh", "type": "outofdomain", "history": [], "question": "昨晚的足球比赛谁赢了？",
         "gold": [], "answer": "", "must_include": []},
    ]  # fmt: skip
    path = tmp_path / "questions-x.jsonl"
    path.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in questions), encoding="utf-8")
    with Desk.open(browser, empty) as desk:
        desk.tab("资料库")
        desk.page.locator("#reindex").click()
        desk.page.wait_for_selector("#contents .entry")
        desk.tab("评测")
        desk.page.locator("#questions input[type=file]").set_input_files(str(path))
        desk.page.wait_for_selector("#questions .file-preview, #questions table")
        desk.page.locator("#evaluate").click()
        desk.page.wait_for_selector("#measures .report")
        assert "item_recall@1" in desk.page.locator("#measures").inner_text()
        with desk.page.expect_download() as download:
            desk.page.locator("#report").click()
        download.value.save_as(tmp_path / "report.html")
    assert "<html" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_an_answer_is_saved_as_a_question_of_the_evaluation(browser, empty):
    (empty.folder / "简报.txt").write_text(NEWS, encoding="utf-8")
    empty.library.sync()
    with Desk.open(browser, empty) as desk:
        turn = desk.ask("梅岭市低空经济园区总投资多少？")
        turn.get_by_role("button", name="存为评测题").click()
        desk.page.wait_for_selector(".toast-body")
    saved = (empty.folder / "questions-saved.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["question"] for line in saved] == ["梅岭市低空经济园区总投资多少？"]


def test_a_narrow_screen_opens_the_source_over_the_talk_and_closes_it(browser, empty):
    (empty.folder / "简报.txt").write_text(NEWS, encoding="utf-8")
    empty.library.sync()
    with Desk.open(browser, empty, viewport={"width": 390, "height": 780}) as desk:
        turn = desk.ask("梅岭市低空经济园区总投资多少？")
        assert not desk.page.locator("#beside").is_visible()
        turn.locator(".chip").first.click()
        desk.page.locator("#beside").wait_for(state="visible")
        desk.page.wait_for_selector("mark.current")
        desk.page.get_by_role("button", name="关闭原文").click()
        desk.page.locator("#beside").wait_for(state="hidden")
        wide = desk.page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= 390
