"""What a researcher sees: answers, lists, comparisons, collections, dates and refusals on the samples."""

from __future__ import annotations

import pytest

from qa import Library
from qa.text import compact


def said(library: Library, question: str, *history: str) -> str:
    answer = library.ask(question, history)
    assert not answer.refused, answer.answer
    return compact(answer.answer)


def test_a_fact_is_answered_by_its_sentence(samples: Library) -> None:
    answer = samples.ask("山东半岛城市群基础设施投资基金的规模有多大？")
    assert "1000亿元" in compact(answer.answer)
    assert len(answer.citations) <= 2


def test_a_list_gives_every_point_once_and_says_how_many(samples: Library) -> None:
    text = said(samples, "上海港口采取了哪些疫情防控措施？")
    places = [text.index(f"{numeral}是") for numeral in "一二三四五六"]
    assert places == sorted(places)
    assert "共6点" in text


def test_one_point_of_a_list_can_be_asked_for(samples: Library) -> None:
    text = said(samples, "上海港口疫情防控的第四项措施是什么？")
    assert "定期核酸检测" in text
    assert "环境消毒" not in text


def test_a_comparison_gives_a_block_for_each_side(samples: Library) -> None:
    answer = samples.ask("上海和江苏的进口冷链管理系统各叫什么？")
    assert {"沪冷链", "江苏冷链"} <= {name for name in ("沪冷链", "江苏冷链") if name in answer.answer}
    assert len({citation.item_id for citation in answer.citations}) == 2


def test_a_side_that_the_bulletins_do_not_cover_is_named(samples: Library) -> None:
    answer = samples.ask("江苏和云南的进口冷链食品追溯系统分别从哪天启用？")
    assert "云南" in answer.answer
    assert all("江苏" in citation.title for citation in answer.citations)


def test_a_question_about_the_collection_is_answered_over_all_of_it(samples: Library) -> None:
    answer = samples.ask("12 月 8 日发生了哪些事？")
    assert "2 期 37 条" in answer.answer
    found = {citation.item_id for citation in answer.citations}
    dated = {row.item_id for row in samples.store.items() if any(d.first == "2020-12-08" for d in row.dates)}
    assert found == dated


def test_sections_are_listed(samples: Library) -> None:
    answer = samples.ask("两期简报有哪些栏目？")
    for name in ("科创聚焦", "经济热点", "产业动向", "政策举措", "经验交流", "域外动态"):
        assert name in answer.answer


def test_relative_dates_are_resolved_beside_the_words(samples: Library) -> None:
    text = said(samples, "上海知识产权保护条例什么时候施行？")
    assert "明年3月1日起实施" in text
    assert "2021-03-01" in text


def test_follow_ups_keep_the_topic(samples: Library) -> None:
    text = said(samples, "它什么时候实施？", "上海出台了一部知识产权方面的什么条例？")
    assert "3月1日" in text


def test_english_questions_get_the_chinese_quote_with_place_and_date_around_it(samples: Library) -> None:
    answer = samples.ask("How tall is the gradient tower used for air monitoring in Shenzhen?")
    assert "356米" in compact(answer.answer)
    assert "Shenzhen" in answer.answer


@pytest.mark.parametrize(
    "question",
    [
        "红烧肉怎么做才不腻？",
        "What is the capital of Australia?",
        "用 Python 怎么给字典按值排序？",
        "Tell me a joke.",
    ],
)
def test_out_of_domain_questions_are_refused_in_their_language(samples: Library, question: str) -> None:
    answer = samples.ask(question)
    assert answer.refused
    assert answer.citations == ()
    assert answer.answer.isascii() == question.isascii()


def test_a_wrong_place_is_pointed_out(samples: Library) -> None:
    answer = samples.ask("北京的知识产权保护条例什么时候实施？")
    assert answer.refused
    assert answer.reason == "other_place"
    assert "北京" in answer.answer
    assert "上海" in answer.answer
    assert answer.nearest[0].quote


def test_a_missing_detail_is_refused_with_the_nearest_item(samples: Library) -> None:
    answer = samples.ask("上海智联网络系统科学中心总投资多少？")
    assert answer.refused
    assert "智联网络" in answer.nearest[0].title


def test_all_items_of_a_subject_are_counted_whatever_the_order_of_words(samples: Library) -> None:
    for question in ("提到人工智能的有哪些条目？", "哪些条目提到了人工智能？"):
        answer = samples.ask(question)
        assert "2 期 37 条中找到 2 条" in answer.answer
        assert all("人工智能" in compact(citation.quote) for citation in answer.citations)


def test_what_a_section_holds_is_every_item_of_it(samples: Library) -> None:
    answer = samples.ask("经济热点写了什么？")
    wanted = {row.item_id for row in samples.retriever.items() if row.section == "经济热点"}
    assert {citation.item_id for citation in answer.citations} == wanted


def test_the_size_of_the_collection_is_said_plainly(samples: Library) -> None:
    assert samples.ask("两期简报一共有多少条？").answer == "2 期简报共 37 条。"


def test_a_numbered_list_is_given_whole_whatever_it_counts(samples: Library) -> None:
    text = said(samples, "上海机场的三项工作是什么？")
    assert all(f"{numeral}是" in text for numeral in "一二三")
