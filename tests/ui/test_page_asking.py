import pytest

from qa.errors import ModelError
from qa.ui.asking import Asker, Filters
from qa.ui.conversation import Conversation
from qa.ui.limits import Limits, RateLimiter


def last(steps):
    *_, end = steps
    return end.turns[-1]


def test_the_answer_is_written_piece_by_piece_and_then_whole(library):
    steps = list(
        Asker(library, Limits()).ask("青岚市海水淡化装置日产多少", Conversation(), Filters(), "zh", "a", "s")
    )
    texts = [step.turns[-1].text for step in steps[:-1]]
    assert texts == sorted(texts, key=len)
    assert len(steps) > 3
    assert steps[-1].turns[-1].answer.citations


def test_the_questions_before_are_handed_on(library):
    heard = []
    library.stream = lambda question, history=(), **_: heard.append(list(history)) or iter(())
    conversation = Conversation().asked("第一问").ended(status="done")
    list(Asker(library, Limits()).ask("第二问", conversation, Filters(), "zh", "a", "s"))
    assert heard == [["第一问"]]


def test_filters_reach_the_library_and_an_empty_one_means_any(library):
    filters = Filters(sections=("民生",), since="2021-01-05", mode="extractive")
    assert filters.arguments("zh") == {
        "sections": ["民生"], "bulletins": None, "since": "2021-01-05", "until": None, "mode": "extractive"
    }  # fmt: skip
    assert filters.active == 2
    turn = last(Asker(library, Limits()).ask("白石县夜间公交票价", Conversation(), filters, "zh", "a", "s"))
    assert turn.answer.citations[0].section == "民生"


def test_a_date_that_is_none_is_told_in_the_users_language(library):
    turn = last(Asker(library, Limits()).ask("问", Conversation(), Filters(since="昨天"), "zh", "a", "s"))
    assert (turn.status, "“昨天”无法识别" in turn.message) == ("failed", True)


def test_an_error_of_ours_is_shown_and_one_of_nobodys_is_not(library):
    def fail(error):
        def stream(*_, **__):
            raise error
            yield

        library.stream = stream
        return last(Asker(library, Limits()).ask("问", Conversation(), Filters(), "en", "a", "s"))

    assert fail(ModelError("The model at X does not answer.")).message == "The model at X does not answer."
    assert "secret" not in fail(RuntimeError("secret path /root")).message


def test_one_user_who_asks_too_fast_is_told_and_another_is_not(library):
    asker = Asker(library, Limits(burst=2, per_minute=1))
    ask = lambda session: last(asker.ask("白石县夜间公交", Conversation(), Filters(), "zh", "a", session))  # noqa: E731
    assert [ask("s").status, ask("s").status, ask("s").status, ask("t").status] == [
        "done",
        "done",
        "failed",
        "done",
    ]


def test_a_new_session_does_not_escape_the_limit_of_its_address(library):
    asker = Asker(library, Limits(burst=1, per_minute=1, address_factor=2))
    ask = lambda session: last(asker.ask("白石县夜间公交", Conversation(), Filters(), "zh", "a", session))  # noqa: E731
    assert [ask(str(number)).status for number in range(3)] == ["done", "done", "failed"]


def test_a_question_beyond_the_limit_is_refused(library):
    turn = last(Asker(library, Limits()).ask("长" * 201, Conversation(), Filters(), "zh", "a", "s"))
    assert "最多 200 字" in turn.message


def test_the_bucket_refills_with_time_and_forgets_the_oldest_keys():
    now = [0.0]
    limiter = RateLimiter(1, 60.0, keys=2, clock=lambda: now[0])
    assert [limiter.allows("a"), limiter.allows("a")] == [True, False]
    now[0] = 1.0
    assert limiter.allows("a")
    assert [limiter.allows("b"), limiter.allows("c"), limiter.allows("a")] == [True, True, True]


@pytest.mark.parametrize("text", [None, "", "[", "[]", "7", '{"sections": "x", "since": 3}', "[" * 100_000])
def test_filters_that_a_browser_sent_damaged_are_no_filters(text):
    assert Filters.from_json(text) == Filters()


def test_filters_come_as_the_browser_joined_them():
    filters = Filters.from_json('{"sections": ["科技", 3], "since": "2021-01-01", "mode": "extractive"}')
    assert filters == Filters(sections=("科技",), since="2021-01-01", mode="extractive")
