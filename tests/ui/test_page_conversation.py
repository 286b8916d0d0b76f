import json

import pytest

from qa.errors import UsageError
from qa.ui.conversation import MAX_CARRIED, MAX_TURNS, Conversation


def asked(library, question: str) -> Conversation:
    conversation = Conversation().asked(question)
    return conversation.ended(status="done", answer=library.ask(question))


def test_a_conversation_comes_back_from_the_browser_as_it_went(library):
    before = asked(library, "青岚市海水淡化装置日产多少").asked("后来呢").ended(status="failed", message="忙")
    after = Conversation.from_json(json.dumps(before.to_dict()))
    assert after.key == before.key
    assert [turn.question for turn in after.turns] == ["青岚市海水淡化装置日产多少", "后来呢"]
    assert after.turns[0].answer.citations == before.turns[0].answer.citations
    assert after.turns[0].answer.hits[0].lexical == round(before.turns[0].answer.hits[0].lexical, 4)
    assert after.turns[1].message == "忙"


def test_an_answer_still_being_written_is_kept_as_stopped():
    record = Conversation().asked("问").ended(text="半句").to_dict()
    assert Conversation.from_json(json.dumps(record)).turns[0].status == "stopped"


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "null", "{}", '{"key": 1, "turns": [{}]}', '{"key": "k", "turns": [{"question": "q", "status": "done"}]}',
     '{"key": "k", "turns": [{"question": "q", "status": "done", "answer": {"question": 3}}]}', "[" * 100_000],
)  # fmt: skip
def test_a_damaged_record_is_refused_with_one_line(text):
    with pytest.raises(UsageError, match="damaged"):
        Conversation.from_json(text)


def test_a_record_beyond_the_limit_is_refused():
    with pytest.raises(UsageError, match="too large"):
        Conversation.from_json(" " * 3_000_000)


def test_the_oldest_turns_give_way():
    conversation = Conversation()
    for number in range(MAX_TURNS + 5):
        conversation = conversation.asked(str(number))
    assert [conversation.turns[0].question, len(conversation.turns)] == ["5", MAX_TURNS]


def test_failed_questions_are_not_history(library):
    conversation = asked(library, "白石县夜间公交").asked("坏").ended(status="failed")
    assert conversation.history == ["白石县夜间公交"]


def test_each_conversation_gets_a_key_of_its_own_with_its_first_question():
    first, second = Conversation().asked("甲"), Conversation().asked("甲")
    assert "" != first.key != second.key
    assert first.asked("乙").key == first.key


def test_what_the_browser_carries_comes_back_as_it_went_and_an_answer_goes_on(library):
    before = asked(library, "白石县夜间公交").asked("后来呢").ended(text="半句")
    after = Conversation.from_json(before.carried())
    assert [turn.status for turn in after.turns] == ["done", "answering"]
    assert after.history == before.history
    assert after.carried() == before.carried()
    assert Conversation.from_json(Conversation().carried()) == Conversation()


def test_a_long_conversation_is_carried_within_its_limit(library):
    from dataclasses import replace

    answer = library.ask("青岚市海水淡化装置日产多少")
    answer = replace(answer, hits=answer.hits * 40)
    conversation = Conversation()
    for number in range(MAX_TURNS):
        conversation = conversation.asked(f"第{number}问").ended(status="done", answer=answer)
    carried = conversation.carried()
    after = Conversation.from_json(carried)
    assert len(carried) <= MAX_CARRIED
    assert after.turns[-1].answer.hits
    assert not after.turns[0].answer.hits
    assert after.history == conversation.history


@pytest.mark.parametrize("number", ["1e999", "NaN", '"\\ud800"', "[]"])
def test_numbers_that_are_none_are_refused(library, number):
    record = json.dumps(asked(library, "白石县夜间公交").to_dict())
    written = json.dumps(0.9)
    assert written in record
    with pytest.raises(UsageError, match="damaged"):
        Conversation.from_json(record.replace(f'"confidence": {written}', f'"confidence": {number}'))


def test_text_that_cannot_be_written_is_replaced(library):
    after = Conversation.from_json('{"key": "k", "turns": [{"question": "\\ud800问", "status": "failed"}]}')
    assert after.turns[0].question == "?问"
