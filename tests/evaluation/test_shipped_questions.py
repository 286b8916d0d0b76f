"""The question set that ships with the project says only what its bulletins say."""

from collections import Counter
from pathlib import Path

import pytest

from qa.evaluation import load_questions
from qa.evaluation.checking import discrepancies, near_duplicates, word_pairs
from qa.parsing import parse_bulletin
from qa.reading import read_source

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture(scope="module")
def questions():
    return load_questions(SEEDS / "questions.jsonl")


@pytest.fixture(scope="module")
def bulletins():
    return [parse_bulletin(read_source(path, path.name)) for path in sorted(SEEDS.glob("*.txt"))]


def test_every_evidence_and_required_string_is_verbatim_in_the_item_named(questions, bulletins):
    assert list(discrepancies(questions, bulletins)) == []


def test_every_item_is_asked_about_in_both_halves(questions, bulletins):
    items = {
        (bulletin.name, "".join(item.title.split())) for bulletin in bulletins for item in bulletin.items
    }
    for split in ("dev", "test"):
        asked = {(gold.file, gold.title) for each in questions if each.split == split for gold in each.gold}
        assert asked == items


def test_there_are_enough_questions_of_every_type(questions):
    types = Counter(question.type for question in questions)
    least = {
        "fact": 40,
        "list": 40,
        "why_how": 20,
        "compare": 20,
        "paraphrase": 40,
        "followup": 25,
        "unanswerable": 40,
        "outofdomain": 15,
    }
    assert {name: count for name, count in least.items() if types[name] < count} == {}
    assert len(questions) >= 220
    assert sum(question.lang == "en" for question in questions) >= 40


def test_both_halves_have_about_as_many_questions_of_each_type(questions):
    halves = {split: Counter(q.type for q in questions if q.split == split) for split in ("dev", "test")}
    assert sum(map(sum, (half.values() for half in halves.values()))) == len(questions)
    for name in halves["dev"]:
        assert abs(halves["dev"][name] - halves["test"][name]) <= 3


def test_paraphrases_share_no_pair_of_characters_with_the_items_that_answer_them(questions, bulletins):
    texts = {
        (bulletin.name, "".join(item.title.split())): item.title
        + "\n"
        + "\n".join(passage.text for passage in item.passages)
        for bulletin in bulletins
        for item in bulletin.items
    }
    shared = {
        (question.id, pair)
        for question in questions
        if question.type == "paraphrase"
        for gold in question.gold
        for pair in word_pairs(question.question) & word_pairs("".join(texts[gold.file, gold.title].split()))
    }
    assert shared == set()


def test_no_two_questions_are_nearly_the_same(questions):
    assert near_duplicates(questions, 0.7) == []


def test_comparisons_over_two_and_three_items_and_lists_over_many_are_there(questions):
    items = {question.id: len(question.gold_keys) for question in questions if question.type == "compare"}
    assert {2, 3} <= set(items.values())
    assert sum(len(question.gold_keys) >= 3 for question in questions if question.type == "list") >= 8


def test_a_required_string_is_no_longer_than_a_phrase(questions):
    longest = max((text for question in questions for text in question.must_include), key=len)
    assert len(longest) <= 24, longest
