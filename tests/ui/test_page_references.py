from qa.types import Answer, Citation
from qa.ui.conversation import Conversation
from qa.ui.references import answer_text, conversation_markdown, gbt7714

CITATION = Citation(
    1, "日产淡水十万吨。", "青岚市*启用*装置", "a-000", "科技", "2021/第12期.txt", "2021-01-05", 3, 10, 20
)
ANSWER = Answer("问", "问", "日产淡水十万吨。[1]", False, 0.9, "extractive", (CITATION,))


def test_a_reference_after_gbt_7714_names_item_bulletin_year_and_page():
    assert gbt7714(CITATION) == "[1] 青岚市*启用*装置[Z]//第12期. 2021: 3."


def test_an_unknown_date_and_page_are_left_out_of_a_reference():
    unknown = Citation(2, "q", "题", "i", "", "a.txt", None, 0, 0, 1)
    assert gbt7714(unknown) == "[2] 题[Z]//a."


def test_plain_text_lists_each_quote_with_its_place():
    assert answer_text(ANSWER, "plain", "zh") == (
        "日产淡水十万吨。[1]\n\n参考文献\n[1] 青岚市*启用*装置 (科技，第 3 页，2021-01-05，2021/第12期.txt): “日产淡水十万吨。”"
    )


def test_markdown_uses_footnotes_and_escapes_what_the_bulletin_says():
    written = answer_text(ANSWER, "markdown", "en")
    assert written.startswith("日产淡水十万吨。[^1]\n\n[^1]: **青岚市\\*启用\\*装置** (科技, p. 3")


def test_a_refusal_is_copied_without_references():
    refusal = Answer("问", "问", "没有依据。", True, 0.1, "extractive")
    assert answer_text(refusal, "gbt7714", "zh") == "没有依据。"


def test_an_exported_conversation_holds_every_question_and_answer():
    conversation = Conversation().asked("日产多少").ended(status="done", answer=ANSWER).asked("停").ended(
        status="stopped", text="半句"
    )  # fmt: skip
    written = conversation_markdown(conversation, "zh")
    assert [line for line in written.splitlines() if line.startswith("#")] == [
        "# 简报问答",
        "## 日产多少",
        "## 停",
    ]
    assert written.rstrip().endswith("半句")
