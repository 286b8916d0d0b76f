"""What a question asks of dates: whether something held on a day, or what began, ended or came out by then.

A question about one thing (截至 2020 年底《…条例》已生效吗？) is asked again as one after its day; one about
all of them (明年起施行的有哪些规定？) leaves conditions that items are held against. Relative days count from
the newest date of the collection.
"""

from __future__ import annotations

from qa.answering.asof_chinese import ask_in_chinese, may_ask_in_chinese
from qa.answering.asof_days import DateQuestion
from qa.answering.asof_english import ask_in_english, may_ask_in_english
from qa.query import Query


def date_question(query: Query, newest: str | None) -> DateQuestion | None:
    """What `query` asks of dates; None for any other question.

    `newest` is the newest date of the collection (ISO), which 现在 and "yet" mean; None when none is known.
    """
    return ask_in_chinese(query, newest) if query.language == "zh" else ask_in_english(query, newest)


def may_ask_of_dates(query: Query) -> bool:
    """Whether `date_question` may find anything: a cheap look before the newest date is read."""
    return may_ask_in_chinese(query.standalone) if query.language == "zh" else may_ask_in_english(query)
