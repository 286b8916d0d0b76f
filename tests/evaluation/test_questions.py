import json
import threading

import pytest
from evaluation_helpers import answer

from qa.errors import QuestionSetError
from qa.evaluation import append_question, load_questions
from qa.evaluation.checking import discrepancies, near_duplicates, word_pairs
from qa.evaluation.questions import Question, to_line
from qa.types import Bulletin, Item, Passage, Sentence

GOOD = {
    "id": "q1",
    "lang": "zh",
    "type": "fact",
    "history": [],
    "question": "何时实施？",
    "gold": [{"file": "a.txt", "title": "条例", "evidence": "3月1日起实施"}],
    "answer": "3月1日",
    "must_include": ["3月1日"],
}


def written(tmp_path, *rows):
    path = tmp_path / "questions.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_question_of_the_format_is_read_with_all_its_fields(tmp_path):
    (question,) = load_questions(written(tmp_path, GOOD))
    assert question.gold[0].evidence == "3月1日起实施"
    assert question.must_include == ("3月1日",)
    assert question.answerable


def test_blank_lines_byte_order_mark_and_unknown_fields_do_no_harm(tmp_path):
    path = written(tmp_path, "", {**GOOD, "source": "elsewhere"}, "  ")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(load_questions(path)) == 1


def test_a_line_separator_inside_a_string_does_not_split_the_line(tmp_path):
    (question,) = load_questions(written(tmp_path, {**GOOD, "question": "甲\u2028乙？"}))
    assert question.question == "甲\u2028乙？"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{not json", "line 2: not a JSON object"),
        ("[1, 2]", "line 2: .*write one JSON object"),
        ({**GOOD, "id": "q0"}, "line 2: id 'q0' is already used on line 1"),
        (
            {key: value for key, value in GOOD.items() if key != "question"},
            "line 2: field 'question' is missing",
        ),
        ({**GOOD, "type": "riddle"}, "line 2: field 'type'"),
        ({**GOOD, "gold": []}, "type fact needs gold"),
        ({**GOOD, "type": "outofdomain"}, "type outofdomain has gold"),
        ({**GOOD, "type": "unanswerable", "gold": []}, "must_include without gold"),
        ({**GOOD, "type": "followup"}, "a followup needs history"),
        ({**GOOD, "gold": [{"file": "a.txt"}]}, "gold needs item_id, or file and title"),
        ({**GOOD, "must_include": [" "]}, "must_include holds an empty string"),
        ({**GOOD, "question": " "}, "the question is empty"),
        ({**GOOD, "question": "长" * 5000}, "more than 4,000 characters"),
        ({**GOOD, "history": "一句"}, "line 2: field 'history'"),
        ("[" * 100_000, "line 2: "),
    ],
)
def test_a_line_that_breaks_the_format_is_named_with_its_cure(tmp_path, row, message):
    with pytest.raises(QuestionSetError, match=message):
        load_questions(written(tmp_path, {**GOOD, "id": "q0"}, row))


def test_a_file_that_cannot_be_used_is_named(tmp_path):
    with pytest.raises(QuestionSetError, match=r"none\.jsonl: cannot be read"):
        load_questions(tmp_path / "none.jsonl")
    with pytest.raises(QuestionSetError, match="no question"):
        load_questions(written(tmp_path, ""))
    (tmp_path / "gbk.jsonl").write_bytes('{"id": "问"}'.encode("gbk"))
    with pytest.raises(QuestionSetError, match="not UTF-8"):
        load_questions(tmp_path / "gbk.jsonl")
    with pytest.raises(QuestionSetError, match="no question of split 'dev'"):
        load_questions(written(tmp_path, GOOD), split="dev")


def test_a_written_line_reads_back_as_the_same_question(tmp_path):
    (question,) = load_questions(written(tmp_path, GOOD))
    assert load_questions(written(tmp_path, to_line(question))) == (question,)


def test_thumbs_up_saves_the_cited_items_as_gold(tmp_path):
    path = tmp_path / "questions.jsonl"
    append_question(path, "何时实施？", answer("3月1日[1]", ["条 例"]), "up", history=("什么条例？",))
    (saved,) = load_questions(path)
    assert saved.type == "followup"
    assert saved.history == ("什么条例？",)
    assert saved.gold[0].title == "条例"
    assert saved.gold[0].file == "folder/a.txt"


def test_thumbs_up_on_a_refusal_saves_an_unanswerable_question(tmp_path):
    path = tmp_path / "questions.jsonl"
    append_question(path, "How much?", answer("没有说明"), "up")
    (saved,) = load_questions(path)
    assert (saved.type, saved.lang, saved.answerable) == ("unanswerable", "en", False)


def test_thumbs_down_saves_a_draft_that_is_not_evaluated(tmp_path):
    path = written(tmp_path, GOOD)
    append_question(path, "错答的问题？", answer("错[1]", ["甲"]), "down")
    assert [question.id for question in load_questions(path)] == ["q1"]
    assert json.loads(path.read_text(encoding="utf-8").splitlines()[1])["draft"] is True


def test_a_question_judged_twice_is_kept_once_with_the_last_verdict(tmp_path):
    path = written(tmp_path, GOOD)
    for verdict in ("down", "up"):
        append_question(path, "同一个问题？", answer("答[1]", ["甲"]), verdict)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 2
    assert "draft" not in rows[1]


def test_a_file_that_is_no_question_set_is_never_rewritten(tmp_path):
    path = written(tmp_path, "my notes")
    with pytest.raises(QuestionSetError, match="line 1"):
        append_question(path, "问题？", answer("答[1]", ["甲"]), "up")
    assert path.read_text(encoding="utf-8") == "my notes"


def test_a_name_that_would_pass_for_bulletins_is_refused(tmp_path):
    with pytest.raises(QuestionSetError, match=r"questions….jsonl"):
        append_question(tmp_path / "saved.jsonl", "问题？", answer("答[1]", ["甲"]), "up")


def test_rows_written_from_many_threads_are_all_kept(tmp_path):
    path = tmp_path / "questions.jsonl"
    threads = [
        threading.Thread(target=append_question, args=(path, f"问题 {n}？", answer("答[1]", ["甲"]), "up"))
        for n in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(load_questions(path)) == 12
    assert sorted(each.name for each in tmp_path.iterdir() if each.suffix == ".jsonl") == ["questions.jsonl"]


def test_word_pairs_are_character_pairs_in_chinese_and_words_elsewhere():
    assert word_pairs("上海 G60，3.2% AI") == {"上海", "g60", "3.2%", "ai"}


def test_near_duplicates_are_found_whatever_their_spelling():
    asked = [
        Question("a", "上海知识产权保护条例何时实施？", "unanswerable"),
        Question("b", "上海 知识产权保护条例 何时实施", "unanswerable"),
        Question("c", "深圳的梯度塔有多高？", "unanswerable"),
    ]
    assert [pair[:2] for pair in near_duplicates(asked, 0.5)] == [("a", "b")]


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({}, None),
        ({"evidence": "3月1日起施行"}, "evidence is not verbatim"),
        ({"title": "别的条例"}, "no item '别的条例' in a.txt"),
        ({"file": "b.txt"}, "no item '条例' in b.txt"),
        ({"evidence": "起实施"}, "must_include '3月1日' is not in the evidence"),
    ],
)
def test_what_the_bulletins_do_not_say_is_found_out(tmp_path, changed, complaint):
    sentence = Sentence("将于 3 月 1 日\n起实施。", 3, 15, 1)
    passage = Passage(sentence.text, 3, 15, 1, (sentence,))
    item = Item("i1", "条 例", "", 0, 15, 1, None, (passage,))
    bulletin = Bulletin("folder/a.txt", "", "txt", "", (), (), (), (item,))
    row = {**GOOD, "gold": [{**GOOD["gold"][0], **changed}]}
    found = list(discrepancies(load_questions(written(tmp_path, row)), [bulletin]))
    assert [complaint in line for line in found] == ([True] if complaint else [])
