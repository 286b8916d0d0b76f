"""What exactly is asked: the unit, the words beside the interrogative, ordinals, bounds and times; and which
of them a sentence accounts for.

A figure answers only where it is a figure of the thing asked: "首期到位 40 亿元" gives a sum, yet none for
"社会资本出了多少". Each check returns what is *missing*, in [0, 1], so that a detail that the evidence lacks
can be weighed and named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from qa.answering.clauses import clause_form, clause_spans
from qa.expectation import Expectation
from qa.kinds import CONTACT, NO_UNIT, NUMBER, NUMERAL, PERSON, SIGNS, TIME
from qa.text import matching_form
from qa.words import content_terms

_FAMILIES = (
    "人 名 位 人次",
    "米 公里 千米 海里 厘米 毫米 里",
    "吨 公斤 千克 克 斤 万吨",
    "平方米 平方公里 平方千米 公顷 亩 平米",
    "立方米 升",
    "年 月 个月 天 日 周 星期 小时 个小时 分钟 秒 钟头 个钟头 工作日 个工作日 季度",
    "元 美元 欧元 港元 日元 英镑 新元 克朗 韩元 卢布 块 块钱 钱",
    "千瓦 千瓦时 兆瓦 度电",
    "摄氏度 度",
    "岁 周岁",
    "分 点 学分",
    "% 成 倍 个百分点 分之",
)
_FAMILY = {unit: set(units.split()) for units in _FAMILIES for unit in units.split()}
_COUNTERS = (
    "个 家 项 条 种 类 件 批 次 期 届 款 张 座 处 所 台 套 户 部 支 只 头 层 轮 场 册 株 艘 辆 架 笔 份"
    " 宗 起 例 门 列 班 对 栋 幢 间 枚 本 棵 块 片 盏 箱 瓶 艘次 架次 单 页"
    " 章 节 级 县 市 省 区 街道 国 村 镇"
).split()
_UNITS = sorted({*_FAMILY, *_COUNTERS}, key=len, reverse=True)
_HOW_MANY = re.compile(
    rf"(?<!哪)(?:多少|几)(?P<scale>[万亿千百十]*)(?P<unit>{NO_UNIT}(?:{'|'.join(map(re.escape, _UNITS))}))?"
)
_ENGLISH_UNITS = (
    (r"tonnes?|tons?|kilogram\w*|kg", "吨"),
    (r"kilomet\w+|met(?:re|er)s?|km|miles?", "米"),
    (r"hectares?|square|mu\b|acres?", "亩"),
    (r"people|persons?|residents?|students?|workers?|staff|employees|visitors|passengers|traders", "人"),
    (r"days?|months?|years?|hours?|minutes?|weeks?", "年"),
    (r"yuan|rmb|dollars?|euros?", "元"),
)
_HOW_MANY_EN = re.compile(r"how many (?P<noun>\w+)")
_ASKING = re.compile(
    r"多少|几|哪|什么|谁|何|怎么?样?|如何|多(?:大|长|久|高|远|快|重|宽|深)|为什么|吗|呢|是否|能否"
)
_BREAK = re.compile(r"[，。？！；：,?!;:]")
_PARTICLE = re.compile(r"[的是为有了达到约在于]+$")
_ORDINAL = re.compile(
    r"第[一二三四五六七八九十\d]+(?=[\u4e00-\u9fff])|[特一二三四五]等|首(?=[个批家期届轮月周年位单座条日次支])|上[一]?(?=[期批届轮])"
    r"|副(?=[院主部局会校市省])|[红黄橙蓝绿](?=[色码档牌区])|(?<![a-z])[a-e](?=\s*[级类档轮])|[甲乙丙丁](?=[级类等])"
    r"|(?:星|初|中|高|特)级|[大中小微]型"
)
_FIRST = {
    "首": ("首", "第一", "第1"),
    "第一": ("第一", "首", "第1", "一是", "一等"),
    "一等": ("一等", "第一", "首"),
}
_RANK = re.compile(
    r"\b(?:second|third|fourth|fifth)[- ](?:prize|place|class|phase|batch|round|stage|edition|issue|runner)"
)
_RANKS = {"second": "二2", "third": "三3", "fourth": "四4", "fifth": "五5"}
_EXTREME = re.compile(r"(?P<word>最[高大多长老早远快好低小少短晚贵重])(?=[的\u4e00-\u9fff])")
_BOUNDS = {
    "up": re.compile(
        r"不超过|不高于|不大于|不多于|以内|以下|最[高多大长]|上限|至多|封顶|限|内|不低于|不少于|以上|超过|提高到|达到"
    ),
    "down": re.compile(r"不低于|不少于|不小于|以上|最[低少小短]|下限|至少|起|超过|满|达到|不得|少于|低于"),
}
_WHOLE = re.compile(r"合计|累计|总计|总(?=[投额量规产])|全(?=[省市国年县区])")
_THEN = re.compile(
    r"去年|前年|上年|明年|后年|上半年|下半年|上月|下月|首月|首周|首日|首个周末|全年|春节|冬季|夏季"
)
_SAME_TIME = {"去年": ("去年", "上年"), "上年": ("去年", "上年")}
_EACH = re.compile(
    r"每(?!年|天|月|周|日|季|个?工作日|次)|单(?=[价台个套])|平均|人均|户均|亩均"
    r"|一(?=[台辆个座套所家户件份张株亩单公吨艘名位栋])(?!个月|共)"
)
_SAYS_EACH = re.compile(r"每|单|均|[/／]|一[台辆个座套所家户件份张株亩单艘]|各")
_SAYS_WHOLE = re.compile(r"总|共|合计|累计|全|达|规模")


@dataclass(frozen=True, slots=True)
class Asked:
    """The detail asked for.

    `unit` is that of the figure, `focus` the words beside the interrogative with their worth, the nearest
    first; the others are what the question says of the figure (第二, 最高, 总, 去年, 每台).
    """

    text: str
    expects: Expectation
    unit: str
    focus: tuple[tuple[str, float], ...] = ()
    ordinals: tuple[str, ...] = ()
    extreme: str = ""
    whole: bool = False
    times: tuple[str, ...] = ()
    each: bool = False
    chinese: bool = True

    def values(self, sentence: str) -> list[tuple[int, int]]:
        """Spans in `sentence` (clause form) of what may be the answer: of the kind and the unit asked for."""
        if self.unit:
            family = _FAMILY.get(self.unit)
            units = "|".join(map(re.escape, sorted(family or {self.unit}, key=len, reverse=True)))
            if not family:
                units += "|个(?!工作日|小时|月|百分点|方面|环节)"
            scale = r"\s*[万亿千百]*\s*(?:多|余)?\s*"
            return [m.span() for m in re.finditer(rf"{NUMERAL}{scale}(?:{units})", sentence)]
        spans = self.expects.places(sentence)
        if not spans and self.expects.kind == NUMBER:
            spans = [match.span() for match in SIGNS[NUMBER].finditer(sentence)]
        return spans

    def unit_missing(self, sentences: Sequence[str]) -> float:
        """1 when the question gives a unit and no figure of that family is there, else 0."""
        return float(
            bool(self.unit) and not any(self.values(clause_form(sentence)) for sentence in sentences)
        )

    def focus_lacking(self, clauses: Sequence[str]) -> float:
        """Share, in [0, 1], of the focus words' worth that the best of `clauses` lacks; 0 without any."""
        total = sum(worth for _, worth in self.focus)
        if not total:
            return 0.0
        held = (sum(worth * _held(term, matching_form(c)) for term, worth in self.focus) for c in clauses)
        return 1.0 - max(held, default=0.0) / total

    def qualifier_missing(self, text: str, clauses: Sequence[str]) -> float:
        """1 when an ordinal, an extreme, a time or a "for each" of the question is not accounted for, else 0.

        `text` is the title and quotes in clause form, `clauses` those of its clauses that hold a value.
        """
        lacking = self.lacking_ordinals(text) or self._lacking_times(text)
        if not lacking and self.extreme and self.extreme not in text:
            lacking = not _BOUNDS["up" if self.extreme[1:] in "高大多长" else "down"].search(text)
        if not lacking and clauses:
            lacking = (self.each and not any(_SAYS_EACH.search(clause) for clause in clauses)) or (
                self.whole and not any(_SAYS_WHOLE.search(clause) for clause in clauses)
            )
        return float(bool(lacking))

    def lacking_ordinals(self, text: str) -> list[str]:
        """The ordinals, grades and colours of the question that `text` (clause form) does not give."""
        return [o for o in self.ordinals if not any(form in text for form in _forms(o))]

    def _lacking_times(self, text: str) -> bool:
        return any(not any(form in text for form in _SAME_TIME.get(when, (when,))) for when in self.times)

    def rival(self, clauses: Sequence[str]) -> float:
        """Share of the question's compounds whose first character alone a clause varies (二等奖, 一等奖)."""
        grams = _compounds(self.text) if self.chinese else ()
        joined = "".join(clauses)
        varied = sum(gram not in joined and gram[1:] in joined for gram in grams)
        return varied / len(grams) if grams else 0.0


def asked_of(
    question: str, language: str, expects: Expectation, known: Iterable[str], *, counted: bool = False
) -> Asked:
    """What `question` asks for; words in `known` (those of the item's title, places) say only of what.

    `counted` tells that its ordinal counts the points of a list (第三项), which need not be written so.
    """
    return _asked(clause_form(question), language, expects, frozenset(known), counted)


@lru_cache(maxsize=512)
def _asked(text: str, language: str, expects: Expectation, known: frozenset[str], counted: bool) -> Asked:
    if language != "zh":
        ranks = tuple(dict.fromkeys(match.group() for match in _RANK.finditer(text)))
        return Asked(text, expects, _english_unit(text), ordinals=ranks, chinese=False)
    many = _HOW_MANY.search(text)
    extreme = _EXTREME.search(text)
    return Asked(
        text,
        expects,
        (many["unit"] or "") if many and expects.kind not in {TIME, CONTACT, PERSON} else "",
        tuple(_focus(text, known)),
        () if counted else tuple(dict.fromkeys(match.group() for match in _ORDINAL.finditer(text))),
        extreme["word"] if extreme else "",
        bool(_WHOLE.search(text)),
        tuple(dict.fromkeys(_THEN.findall(text))),
        bool(_EACH.search(text)),
    )


def _english_unit(text: str) -> str:
    match = _HOW_MANY_EN.search(text)
    if not match:
        return ""
    return next((unit for pattern, unit in _ENGLISH_UNITS if re.match(pattern, match["noun"])), "")


def _focus(text: str, known: frozenset[str]) -> Iterator[tuple[str, float]]:
    """The content words beside the interrogative: after it first, then back from it, each worth less."""
    match = _ASKING.search(text)
    if not match:
        return
    before = _BREAK.split(text[: match.start()])[-1]
    after = _BREAK.split(text[match.end() :])[0]
    behind = [term for term in content_terms(after) if term not in known]
    ahead = [term for term in content_terms(before) if term not in known]
    worth = 1.0
    seen: set[str] = set()
    for term in [*reversed(ahead[-2:]), *behind[:2]]:
        if not any(term in other for other in seen):
            seen.add(term)
            yield term, worth
            worth = max(0.4, worth - 0.2)


# Words of public affairs that may stand for one another; each line is one sense.
_SENSES = tuple(
    set(line.split())
    for line in """
    投资 造价 耗资 投入 出资 斥资 花费 花 总投资 资金 经费
    罚款 罚金 处罚 罚 处以
    票价 门票 收费 价格 售价 费用 单价 收取 交费 缴纳 缴 交 付 自付 掏
    补贴 补助 奖补 资助 扶持 津贴 补 补偿 给予
    奖励 奖金 资助 奖
    启用 开通 上线 投用 启动 运行 开放 开业 揭牌 投入使用 开行 正式 试运行 推出 推行
    实施 施行 生效 执行 起 开始 适用 试行
    截止 截至 为止 到期 期限 最迟 最晚 前
    发布 印发 出台 公布 颁布 下发 公开 发出
    成立 设立 组建 创建 揭牌 建立 设
    建成 竣工 完工 建设 建 新建 落成
    提高 增加 增长 上升 提升 上浮 增 涨
    降低 减少 下降 压缩 缩短 下调 降 减免 减 省 节约 节省
    参加 参与 报名 参赛 加入
    覆盖 惠及 服务 涉及 辐射
    拨付 到账 发放 支付 到位 投放
    办理 受理 办结 完成 处理
    期限 有效期 期 为期 期间 存续期 时间 时长 用时
    面积 占地 占地面积 建筑面积
    距离 全长 全程 长 长度 总长 里程
    时速 速度 限速
    次数 频率 每
    占比 比重 比例 占 份额 成
    原因 因为 由于 为了
    要求 条件 须 应当 必须 需 具有 具备
    位于 坐落 建在 设在 落户 地址 地点
    接入 接 连接 汇集
    送达 送到 配送 运送 送 运
    购买 买 采购 购
    招募 招收 招聘 招 聘请 聘用 引进
    培训 培养
    占用 堵塞
    登记 备案 申报 申请 报名 报送
    """.strip().splitlines()
)


def _forms(ordinal: str) -> tuple[str, ...]:
    """How Chinese text may write an ordinal of a question."""
    if ordinal.isascii() and len(ordinal) > 1:
        numerals = _RANKS[re.split("[- ]", ordinal)[0]]
        return tuple(form for n in numerals for form in (f"第{n}", f"{n}等", f"{n}期"))
    return _FIRST.get(ordinal, (ordinal,))


@lru_cache(maxsize=4096)
def like_words(term: str) -> frozenset[str]:
    """`term` and the words that may stand for it."""
    return frozenset({term}.union(*(sense for sense in _SENSES if term in sense)))


def _held(term: str, text: str) -> float:
    if term in text:
        return 1.0
    if any(other in text for other in like_words(term) if len(other) > 1 or len(term) == 1):
        return 0.8
    if term.isascii() or len(term) < 2:
        return 0.0
    return 0.5 * sum(character in text for character in term) / len(term)


def clauses_with_values(asked: Asked, sentences: Sequence[str]) -> list[str]:
    """The clauses that hold what may be the answer, each with the clause before it.

    All clauses, where any text may answer.
    """
    found: list[str] = []
    for sentence in sentences:
        text = clause_form(sentence)
        spans = asked.values(text) if asked.expects.kind in SIGNS else [(0, len(text))]
        clauses = clause_spans(text)
        for index, (start, end) in enumerate(clauses):
            if any(first < end and last > start for first, last in spans):
                found.append(text[clauses[max(0, index - 1)][0] : end])
    return found


@lru_cache(maxsize=512)
def _compounds(text: str) -> tuple[str, ...]:
    """Three-character stretches inside words of the question, or of a word and the one before it."""
    found: list[str] = []
    for run in re.findall(r"[\u4e00-\u9fff\d]{3,}", text):
        stretch = _ASKING.split(run)
        found.extend(part[i : i + 3] for part in stretch for i in range(len(part) - 2))
    return tuple(dict.fromkeys(found))
