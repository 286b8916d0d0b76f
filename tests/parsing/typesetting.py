"""One made-up bulletin set in many layouts: what a parser must not be misled by."""

import re
import unicodedata
from dataclasses import dataclass
from textwrap import dedent

from qa.parsing import parse_bulletin
from qa.reading.source import paged_text
from qa.text import compact
from qa.types import Bulletin, SourceText

Report = tuple[str, tuple[str, ...]]

CONTENT: tuple[tuple[str, tuple[Report, ...]], ...] = (
    (
        "工作动态",
        (
            (
                "杭州启动老旧小区电梯更新专项行动",
                (
                    "3 月 5 日，杭州市召开老旧小区电梯更新专项行动动员会，部署今年更新改造工作。会议提出，年内完成使用年限超过十五年的住宅电梯更新 1200 台，惠及居民 4.6 万户。",
                    "专项行动由市住建局牵头，市场监管、财政等部门参与，资金由财政补助、维修资金和业主共同承担，其中财政补助比例不超过 50%。",
                ),
            ),
            (
                "宁波舟山港集装箱海铁联运量同比增长两成",
                (
                    "据宁波舟山港集团 3 月 3 日通报，前两个月该港完成集装箱海铁联运业务 21.5 万标准箱，同比增长 20.3%，新开通至安徽、江西的班列 3 条。",
                    "集团负责人表示，下一步将围绕“一港多站”布局加密班次，推动更多货物由公路转向铁路运输，进一步降低综合物流成本。",
                ),
            ),
        ),
    ),
    (
        "他山之石",
        (
            (
                "成都推行社区微更新四项机制",
                (
                    "成都市近日出台社区微更新工作指引，提出建立四项机制。",
                    "一是需求征集机制。每季度由社区组织居民议事会，收集更新需求，形成项目清单并向居民公示，公示期不少于七日。",
                    "二是专业支持机制。为每个街道配备社区规划师，负责方案把关、施工协调和后期评估，规划师每月到现场不少于两次。",
                    "三是资金整合机制。统筹城市更新、社区保障等专项资金，对单个项目补助最高 30 万元，鼓励社会资本参与运营。",
                    "四是长效管护机制。更新后的公共空间由社区与物业签订管护协议，明确责任人和管护标准，每半年开展一次评估。",
                ),
            ),
            (
                "武汉建成首座智慧化长江取水泵站 日供水能力五十万吨",
                (
                    "3 月 1 日，武汉首座智慧化长江取水泵站建成投用，日供水能力五十万吨，可满足周边三个区一百二十万居民用水需要。",
                    "泵站应用数字孪生、智能巡检等技术，主要有三个特点：一是无人值守，设备状态实时上传；二是节能降耗，单位水量电耗下降 12%；三是应急联动，水质异常时两分钟内自动切换备用水源。",
                ),
            ),
        ),
    ),
    (
        "领导讲话",
        (
            (
                "在全省数字经济工作推进会上的讲话摘要",
                (
                    "各地要把数字经济作为转型发展的关键抓手，抓好项目、人才和场景三件事，确保一季度开好局、起好步。",
                    "要加强统计监测，建立按月通报制度，对进展慢的市县及时提醒，推动各项任务落到实处。",
                ),
            ),
        ),
    ),
)

SECTIONS = tuple(section for section, _ in CONTENT)
TITLES = [title for _, reports in CONTENT for title, _ in reports]
PARAGRAPHS = [paragraph for _, reports in CONTENT for _, paragraphs in reports for paragraph in paragraphs]


@dataclass(frozen=True)
class Setting:
    """How to set it: `width` in columns (0: not wrapped), what parts lines, what is put before headings."""

    width: int = 0
    indent: str = ""
    drop_indent: bool = False
    between_lines: str = "\n"
    between_blocks: str = "\n"
    line_end: str = ""
    block_end: str = ""
    section: str = "{}"
    title: str = "{}"
    number_sections: bool = False
    number_titles: bool = False
    centred: bool = False


def columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(each) in "WFA" else 1 for each in text)


def wrap(text: str, width: int, first: int) -> list[str]:
    """Lines of at most `width` columns (a closing mark may hang), the first shorter by `first`."""
    pieces = re.findall(r"[A-Za-z0-9.%\-]+|\s|.", text)
    lines, line, room = [], "", width - first
    for piece in pieces:
        if line and columns(line) + columns(piece) > room and piece not in "，。、；：！？”）》%":
            lines.append(line)
            line, room = "", width
        line += piece if line or not piece.isspace() else ""
    return [*lines, line]


def typeset(setting: Setting) -> str:
    """The content as text."""
    blocks: list[str] = []

    def put(text: str, *, paragraph: bool) -> None:
        indented = paragraph and (setting.indent or setting.drop_indent)
        lines = wrap(text, setting.width, 4 if indented else 0) if setting.width else [text]
        if paragraph and setting.indent:
            lines[0] = setting.indent + lines[0]
        elif setting.centred and not paragraph:
            lines = [" " * ((setting.width - columns(line)) // 2) + line for line in lines]
        joined = (setting.line_end + setting.between_lines).join(lines)
        blocks.append(joined + setting.block_end)

    for number, (section, reports) in enumerate(CONTENT):
        name = f"{'一二三四五'[number]}、{section}" if setting.number_sections else section
        put(setting.section.format(name), paragraph=False)
        for count, (title, paragraphs) in enumerate(reports, 1):
            name = f"{count}. {title}" if setting.number_titles else title
            put(setting.title.format(name), paragraph=False)
            for paragraph in paragraphs:
                put(paragraph, paragraph=True)
    return setting.between_blocks.join(blocks)


def source(text: str, kind: str = "txt") -> SourceText:
    """`text` as the reader gives it."""
    return paged_text(text, "made-up.txt", kind)


def visible(bulletin: Bulletin, start: int, end: int) -> str:
    """The slice with page marks taken out, then white space."""
    parts, place = [], start
    for left, right in bulletin.marks:
        if right > start and left < end:
            parts.append(bulletin.text[place : max(place, left)])
            place = max(place, right)
    return compact("".join([*parts, bulletin.text[place:end] if place < end else ""]))


def check_spans(bulletin: Bulletin) -> None:
    """Every passage, sentence, point, lead and date is the slice that it says it is."""
    pages = {page.number: page for page in bulletin.pages}
    for item in bulletin.items:
        for passage in item.passages:
            assert visible(bulletin, passage.start, passage.end) == compact(passage.text)
            assert "".join(compact(each.text) for each in passage.sentences) == compact(passage.text)
            assert item.start <= passage.start < passage.end <= item.end
            for sentence in passage.sentences:
                assert visible(bulletin, sentence.start, sentence.end) == compact(sentence.text)
                assert pages[sentence.page].start <= sentence.start < pages[sentence.page].end
        for found in item.enumerations:
            assert len(found.points) >= 2
            for start, end in [*found.points, *([found.lead] if found.lead else [])]:
                assert item.start <= start < end <= item.end
                assert visible(bulletin, start, end)
            assert all(
                left[1] <= right[0] for left, right in zip(found.points, found.points[1:], strict=False)
            )
        for mention in item.dates:
            assert visible(bulletin, mention.start, mention.end) == compact(mention.text)


def check_coverage(bulletin: Bulletin) -> None:
    """Each character belongs to one item, a mark, or the heading of a section or of the document."""
    covered = sorted([*bulletin.marks, *((item.start, item.end) for item in bulletin.items)])
    left_over, place = [], 0
    for start, end in covered:
        left_over.append(bulletin.text[place:start])
        place = max(place, end)
    left_over.append(bulletin.text[place:])
    headings = {*bulletin.sections, bulletin.title}
    for piece in left_over:
        rest = compact(piece)
        for heading in sorted(headings, key=len, reverse=True):
            rest = rest.replace(compact(heading), "") if heading else rest
        assert re.fullmatch(
            r"[#*_★☆◆◇●○■□▲△【】〖〗\[\]（）()①-⑳一二三四五六七八九十、．.\d第部分章篇\W]*", rest
        ), piece
    starts = [item.start for item in bulletin.items]
    assert starts == sorted(starts)
    for item in bulletin.items:
        inside = "".join(visible(bulletin, passage.start, passage.end) for passage in item.passages)
        whole = visible(bulletin, item.start, item.end)
        assert whole.endswith(inside)


def parsed(text: str) -> Bulletin:
    """The bulletin that an indented text is, its places checked."""
    bulletin = parse_bulletin(source(dedent(text).lstrip("\n")))
    check_spans(bulletin)
    check_coverage(bulletin)
    return bulletin


def outline(bulletin: Bulletin) -> list[tuple[str, str, str | None]]:
    """Section, title and day of each item."""
    return [(item.section, item.title, item.date) for item in bulletin.items]
