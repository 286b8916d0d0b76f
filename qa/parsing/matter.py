"""What stands around a bulletin's items: masthead, table of contents, distribution list.

It is found on lines, before paragraphs are: none of it is text of an item, but a table of contents says
which lines are titles.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from qa.dates import find_dates
from qa.parsing.lines import Line
from qa.parsing.shapes import Shape, is_dateline, shape_of, tidy_heading, without_marker
from qa.parsing.years import date_in
from qa.text import compact

_SCAN = 20
_NUMERAL = r"[\d一二三四五六七八九十百〇零]{1,5}"
_ISSUE = re.compile(
    rf"(?:(?:19|20)\d\d\s*年\s*)?第\s*{_NUMERAL}\s*[期号]|总\s*第?\s*{_NUMERAL}\s*期"
    rf"|[（(\[〔](?:19|20)\d\d[)）\]〕]\s*第?\s*{_NUMERAL}\s*[期号]|\bNo\.\s*\d+|\bIssue\s+\d+",
    re.IGNORECASE,
)
_AFTER_DATE = re.compile(r"\s*(?:[（(]?(?:星期|周)[一二三四五六日天][)）]?)?\s*(?:印发|编印|出版|刊)?[)）]?$")
_ROLES = (
    r"责任编辑|执行编辑|编\s*辑|责\s*编|主\s*编|审\s*核|审\s*稿|校\s*对|签\s*发|联\s*系\s*人|联系电话|电\s*话|传\s*真"
    r"|地\s*址|邮\s*编|邮\s*箱|电子邮箱|投稿邮箱|网\s*址|印\s*数|发\s*数"
)
_NOTICE = re.compile(
    r"^[（(【]?(?:内部(?:资料|刊物|参考|文件)|注意保[存密管]|妥善保[存管]|仅供(?:内部|领导)?参[考阅]|不得外传"
    r"|密\s*级|机密|秘密|绝密)"
    rf"|^(?:{_ROLES}|主\s*办|主\s*管|承\s*办|协\s*办|编\s*印|准印证号?|刊\s*号|(?:编印|印发)时间|出版日期)\s*(?:单位)?\s*[:：]"
    r"|(?:办公[室厅]|委员会|研究室|编辑部|信息处|秘书处|中心|[学协]会|[局委厅办处院会社部])\s*"
    r"(?:编印|主办|承办|印发|主编|编发|编)(?:\s|$)"
)
_NAME_ALONE = re.compile(
    r"(?:简报|快报|专报|要报|内参|要参|专刊|周报|月报|摘报|择报|摘编)(?:[（(].{1,12}[)）])?$"
)
_NAME = re.compile(
    _NAME_ALONE.pattern.removesuffix("$")
    + "$|(?:通讯|参考|要情|信息|动态|通报|文摘|快讯|周刊)(?:[（(].{1,12}[)）])?$"
)
_CONTENTS = frozenset(
    ["目录", "本期目录", "目次", "本期要目", "要目", "本期导读", "导读", "本期内容", "内容提要", "contents"]
)
_LEADER = re.compile(
    r"^(?P<title>\S.*?)\s*(?:[.．·•…‥⋯。_＿\-—–]{2,}|\s{2,}|\t|\s(?=[（(]\d))\s*[（(]?(?P<page>\d{1,3})[)）]?$"
)
_PAGED = re.compile(r"(?P<title>\S.*?)\s(?P<page>\d{1,3})$")
_BACK = re.compile(
    r"^(?:报\s*送?|送|发|抄\s*[送报]|主\s*送|分\s*送|呈\s*[报送]|发\s*送|印\s*发)\s*[:：]"
    rf"|^(?:{_ROLES})\s*[:：]|共印\s*\d+\s*份|\d\s*日\s*印发$"
)
_LONGEST_ENTRY = 200
_SENTENCE = re.compile(r"[。；]|[，,].*[，,]")
_ENGLISH_COMMA = re.compile(r",(?=\s*(?:(?:19|20)\d\d\b|No\.|Issue\b))")


@dataclass(frozen=True, slots=True)
class Matter:
    """How many lines at the beginning and the end are no items' text, and what they say.

    `titles` are the compact titles of the table of contents, `headings` those of its entries that have
    no page number where others do.
    """

    front: int = 0
    back: int = 0
    title: str = ""
    issue: str = ""
    date: date | None = None
    titles: frozenset[str] = frozenset()
    headings: frozenset[str] = frozenset()


def find_matter(lines: Sequence[Line]) -> Matter:
    """Masthead, table of contents and distribution list of a document with these lines."""
    masthead = _masthead(lines)
    names = [line for line in lines[:masthead] if not _belongs(line.text)]
    name = next((line for line in names if _NAME.search(compact(line.text))), names[0] if names else None)
    issue = next((found.group() for line in lines[:masthead] if (found := _ISSUE.search(line.text))), "")
    contents, entries = _contents(lines, masthead)
    numbered = {title for title, page in entries if page}
    titles = frozenset(title for title, _ in entries if len(title) >= 3)
    header = matter_of_header([line.text for line in lines[:masthead]])
    return Matter(
        front=contents,
        back=_back(lines[contents:]),
        title=tidy_heading(name.text) if name else header.title,
        issue=" ".join(issue.split()),
        date=date_in([_ISSUE.sub("｜", line.text) for line in lines[:masthead]]) or _closing_date(lines),
        titles=titles,
        headings=titles - numbered if numbered else frozenset(),
    )


def matter_of_header(texts: Sequence[str]) -> Matter:
    """What one line says of the whole bulletin, as a running header does: name, issue and date."""
    for text in texts:
        found = _ISSUE.search(text) if len(text) <= 60 else None
        if found:
            rest = text[: found.start()] + text[found.end() :]
            days = [mention for mention in find_dates(rest, None) if mention.precision == "day"]
            name = rest[: days[0].start] + rest[days[0].end :] if days else rest
            return Matter(
                title=tidy_heading(name.strip(" \t\u3000|｜（）()·-—")),
                issue=" ".join(found.group().split()),
                date=date_in([rest]),
            )
    return Matter()


def names_series(title: str) -> bool:
    """Whether a title is that of a series, such as 工作简报, and says nothing of what stands in an issue."""
    return _NAME.search(compact(title)) is not None


def _closing_date(lines: Sequence[Line]) -> date | None:
    """The day that a notice closes with, on a line of its own or in the imprint."""
    for line in reversed(lines[-8:]):
        if "。" in line.text:
            return None
        if line.width <= 60 and not _is_sentence(line.text) and _ends_in_date(line.text):
            alone = find_dates(line.text, None)[0].start == 0
            if alone or _BACK.search(line.text):
                return date_in([line.text])
    return None


def _is_sentence(text: str) -> bool:
    """Whether a line reads as a sentence; the commas of `Vol. 3, No. 14, April 9, 2021` don't make one."""
    return _SENTENCE.search(_ENGLISH_COMMA.sub(" ", text)) is not None


def _belongs(text: str) -> bool:
    """Whether a short line is a masthead's by what it says: issue, date, notice, editor."""
    return (
        len(text) <= 60
        and not _is_sentence(text)
        and bool(_ISSUE.search(text) or _NOTICE.search(text) or _ends_in_date(text))
    )


def _ends_in_date(text: str) -> bool:
    """Whether a line ends in a day that names its year."""
    days = [mention for mention in find_dates(text, None) if mention.precision == "day"]
    return bool(days) and _AFTER_DATE.match(text, days[-1].end) is not None


def _masthead(lines: Sequence[Line]) -> int:
    """How many lines at the beginning are the masthead's."""
    places: list[int] = []
    for number, line in enumerate(lines[:_SCAN]):
        if line.width > 80 or _is_sentence(line.text) or _is_contents(line):
            break
        if _belongs(without_marker(line.text)):
            places.append(number)
    named = len(lines) > 3 and lines[0].width <= 44 and _NAME_ALONE.search(compact(lines[0].text))
    if places and _belongs_to_item(lines, places):
        places.pop()
    count = places[-1] + 1 if places else 0
    return max(count, 1) if named else count


def _belongs_to_item(lines: Sequence[Line], places: Sequence[int]) -> bool:
    """Whether the last line that could be a masthead's is the day or number of the first item instead.

    It is where a title stands above it and text below: a masthead is followed by headings.
    """
    last = places[-1]
    above = lines[places[-2] + 1 if len(places) > 1 else 0 : last]
    if (
        not is_dateline(lines[last].text)
        or not above
        or any(_NAME.search(compact(line.text)) for line in above)
    ):
        return False
    # The speaker's name may stand between.
    below = next((line for line in lines[last + 1 :] if len(compact(line.text)) > 4), None)
    return below is not None and (
        below.width > 80 or re.search("[，。]|[；：:！？.]$", below.text) is not None
    )


def _is_contents(line: Line) -> bool:
    return compact(without_marker(line.text)).strip("：:【】—-").lower() in _CONTENTS


def _contents(lines: Sequence[Line], start: int) -> tuple[int, list[tuple[str, str]]]:
    """Where the table of contents after line `start` ends, and its entries as (compact title, page)."""
    headed = start < len(lines) and _is_contents(lines[start])
    first = start + headed
    last = first
    for number in range(first, min(len(lines), first + 200)):
        if number - last > 3:
            break
        if _leader(lines[number]) and not _SENTENCE.search(_leaderless(lines[number])):
            last = number + 1
    leaders = sum(_leader(line) is not None for line in lines[first:last])
    if leaders < (1 if headed else 3):
        leaders = 0
        last = _repeated(lines, first) if headed else first
    if last == first and not headed:
        return start, []
    entries: list[tuple[str, str]] = []
    widest = max((line.extent for line in lines[first:last]), default=0)
    for number in range(first, last):
        found = _leader(lines[number]) or (None if leaders else _PAGED.match(lines[number].raw))
        title = compact(tidy_heading(found.group("title") if found else lines[number].raw)).rstrip("….·")
        above = lines[number - 1] if number > first else None
        # An entry that runs over two lines fills the first of them, which a heading hardly does.
        if found and above and not _leader(above) and above.extent >= 0.8 * widest and entries:
            title = entries.pop()[0] + title
        entries.append((title, found.group("page") if found else ""))
    return max(last, first), entries


def _leader(line: Line) -> re.Match[str] | None:
    """A contents entry: a title, dots or a gap, a page number."""
    return _LEADER.match(line.raw) if len(line.raw) <= _LONGEST_ENTRY else None


def _leaderless(line: Line) -> str:
    found = _leader(line)
    return found.group("title") if found else line.raw


def _repeated(lines: Sequence[Line], first: int) -> int:
    """Where a table of contents without page numbers ends: after its last line that comes again later."""
    names = [compact(tidy_heading(line.raw)) if len(line.raw) <= _LONGEST_ENTRY else "" for line in lines]
    last_place = {name: number for number, name in enumerate(names)}
    end = first
    for number in range(first, min(len(lines), first + 200)):
        if "。" in lines[number].text or number - end > 1:
            break
        # The page number may stand after a mere space: that the title comes again tells it from a figure.
        paged = _PAGED.match(lines[number].raw)
        wanted = (names[number], compact(tidy_heading(paged.group("title"))) if paged else "")
        if any(name and last_place.get(name, -1) > number for name in wanted):
            end = number + 1
    return end


def _back(lines: Sequence[Line]) -> int:
    """How many of the last lines are a distribution list or imprint."""
    tail = lines[-15:]
    for number, line in enumerate(tail):
        begins = _BACK.search(line.text) and len(line.text) <= 120 and shape_of(line.text) is Shape.PLAIN
        if begins and not any("。" in later.text and not _BACK.search(later.text) for later in tail[number:]):
            return len(tail) - number
    return 0
