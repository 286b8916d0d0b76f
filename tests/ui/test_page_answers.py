import re

from markupsafe import Markup
from page_fakes import IMAGE, SCRIPT

from qa.types import Answer, Citation
from qa.ui.answers import conversation_html, paragraphs_html, welcome_html
from qa.ui.conversation import Conversation


def citation(number: int, item: str = "a") -> Citation:
    return Citation(number, f"引文{number}", f"题{item}", item, "栏目", "a.txt", "2021-01-05", 2, 0, 4)


def shown(answer: Answer, question: str = "问") -> str:
    conversation = Conversation().asked(question).ended(status="done", answer=answer)
    return str(conversation_html(conversation, "zh", Markup("")))


def test_a_marker_becomes_a_chip_that_carries_its_quote_and_place():
    answer = Answer("问", "问", "如此。[1]", False, 0.9, "extractive", (citation(1),))
    chip = re.search(r'<button type="button" class="chip"[^>]*>1</button>', shown(answer)).group()
    assert 'data-quote="引文1"' in chip
    assert 'data-place="题a · 栏目 · 第 2 页 · 2021-01-05"' in chip
    assert 'aria-label="第 1 处引文：题a"' in chip


def test_a_marker_without_a_citation_stays_text():
    answer = Answer("问", "问", "如此。[7]", False, 0.9, "extractive", (citation(1),))
    assert "如此。[7]" in paragraphs_html(answer.answer, answer, 0, "zh")


def test_quotes_of_one_item_share_a_card():
    answer = Answer(
        "问", "问", "甲[1]乙[2]丙[3]", False, 0.9, "extractive", (citation(1), citation(2), citation(3, "b"))
    )
    assert shown(answer).count('<li class="source">') == 2


def test_a_refusal_says_so_and_offers_the_nearest_instead_of_sources(library):
    html = shown(library.ask("火星上的生命形态研究进展"))
    assert 'class="refusal"' in html
    assert 'data-act="near"' in html
    assert 'class="chip"' not in html


def test_why_shows_question_confidence_and_both_scores_of_each_hit(library):
    html = shown(library.ask("青岚市海水淡化装置日产多少"))
    table = html[html.index("<details") :]
    assert "90%" in table
    assert table.count("<tr>") == 1 + len(library.ask("青岚市海水淡化装置日产多少").hits)


def test_a_question_and_an_answer_with_scripts_stay_text(library):
    html = shown(library.ask(f"正文藏着脚本{IMAGE}"), question=SCRIPT)
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html


def test_an_error_is_announced_and_can_be_retried():
    conversation = Conversation().asked("问").ended(status="failed", message="模型没有回应")
    html = conversation_html(conversation, "zh", Markup(""))
    assert '<p role="alert">模型没有回应</p>' in html
    assert 'data-act="retry"' in html


def test_an_empty_library_says_what_to_do_and_where():
    html = welcome_html((0, 0), [], "/srv/简报", "zh")
    assert "资料库里还没有简报" in html
    assert "/srv/简报" in html


def test_examples_are_offered_as_questions_to_click():
    html = welcome_html((1, 2), ['"><script>'], "", "en")
    assert 'data-question="&#34;&gt;&lt;script&gt;"' in html
