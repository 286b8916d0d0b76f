"""Whether a clause affirms or denies, and which of two opposite directions it names.

Negation is counted, so that 不得不 affirms. Bounds (不低于, no less than) and set phrases (不断, 不仅,
not only) deny nothing and are taken out first; words that merely hold a negating character (无线, 未来,
非常) are kept whole by the segmenter.
"""

from __future__ import annotations

import re

from qa.answering.days import undated_numbers
from qa.answering.numerals import numbers
from qa.text import fold, tokens

_NOT_DENIALS = re.compile(
    "不低于|不少于|不小于|不高于|不超过|不多于|不大于|不到|不足|不仅|不但|不断|不只|不光|不论|不管|无论|不限于|不同|不少|"
    "不久|不变|不动产|不锈钢|不良|不法|不合格|不确定|无障碍|无人机|无人驾驶|无线|无偿|无缝|无形|无锡|无疑|"
    "未来|未成年|非常|非遗|非物质|非公|非银|非营利|除非|是否|能否|可否|莫过于|"
    r"not only|no less than|no more than|no fewer than|not less than|not more than|"
    r"not exceed\w*|not lower than|not limited to|no longer than|no\. ?\d"
)
_DENIALS = re.compile(
    "严禁|禁止|不得|不能|不可|不会|不再|不予|不准|不许|不应|不宜|不必|不需|不用|不要|不是|不含|不包括|不属于|不适用|"
    "尚未|并未|从未|未能|未经|未曾|无法|无需|无须|无权|没有|并无|并非|请勿|切勿|杜绝|拒绝|免于|"
    "不|未|无(?=[^一-鿿]|权|人|须|法|关|效)|没|勿|"
    r"\bnot\b|n't\b|n’t\b|\bno\b|\bnever\b|\bwithout\b|\bcannot\b|\bneither\b|\bnor\b|\bnone\b|"
    r"\bprohibit(?:s|ed|ing)?\b|\bforbid(?:s|den)?\b|\bban(?:s|ned)?\b|\brefus(?:e|es|ed)\b"
)
# Directions that exclude each other: what a claim names must not be the opposite of what its quote names.
_OPPOSITES: tuple[tuple[str, str], ...] = (
    (r"增加(?!值)|新增|增长|上升|提高|提升|上涨|扩大|增至|\bincreas|\bris(?:e|es|en|ing)\b|\brose\b|\bexpand|\brais",
     r"减少|压减|压缩|下降|降低|下跌|缩小|缩减|降至|减至|\bdecreas|\bdeclin|\bfell\b|\bfall(?:s|ing)?\b|\breduc|\blower(?:s|ed)\b|\bshrink"),
    (r"通过|批准|同意|核准|\bapprov|\bpass(?:ed|es)\b|\badopt",
     r"否决|驳回|未通过|\breject|\bvot(?:ed|es) down\b|\bveto"),
    (r"成立|设立|组建|建立|揭牌|\bestablish|\bfound(?:ed|s)\b|\bset(?:s|ting)? up\b",
     r"撤销|解散|撤并|注销|\bdissolv|\bdisband|\babolish"),
    (r"开通|启用|启动|上线|开放|投用|投运|\blaunch|\bopen(?:s|ed|ing)?\b|\bstart",
     r"关闭|停用|停运|下线|停止|暂停|终止|\bclos(?:e|es|ed|ing)\b|\bsuspend|\bterminat|\bshut"),
    (r"实施|施行|生效|执行|有效|\bimplement|\btak(?:e|es|ing) effect|\bin force\b|\beffective\b",
     r"废止|失效|取消|中止|\brepeal|\bcancel|\bannul|\brevok"),
    (r"允许|准许|鼓励|支持|\ballow|\bpermit|\bencourag|\bsupport",
     r"禁止|严禁|不得|不准|限制|反对|\bprohibit|\bforbid|\bban(?:s|ned)?\b|\brestrict|\boppos"),
    (r"放宽|放开|\brelax|\beas(?:e|es|ed|ing)\b", r"收紧|从严|\btighten"),
    (r"提高|降低|上调|下调|变化", r"不变|维持"),
    (r"延长|\bextend", r"缩短|\bshorten"),
    (r"(?<!不)高于|(?<!不)超过|(?<!不)多于|\babove\b", r"(?<!不)低于|(?<!不)少于|(?<!不)小于|\bbelow\b"),
    (r"免费|无偿|\bfree\b", r"(?<!不)收费|自费|付费|有偿"),
    (r"盈利|\bprofit", r"亏损|\bloss"),
)  # fmt: skip
_PAIRS = tuple((re.compile(one), re.compile(other)) for one, other in _OPPOSITES)
_DONE = re.compile(r"已经|已(?!知)|业已|\balready\b|\bhas been\b|\bhave been\b")
_PLANNED = re.compile(
    r"将(?=[^军领])|拟|计划|力争|预计|有望|即将|\bwill\b|\bplan(?:s|ned)?\b|\bis to\b|\bexpected to\b"
)
_CLAUSE = re.compile(r"(?:[，；;。！？!?：\n]|[,:](?!\d))+")


def denials(clause: str) -> int:
    """How many negations `clause` holds.

    >>> [denials(c) for c in ("不得擅自变更", "不低于四十平方米", "未来不断提升", "must not be banned")]
    [1, 0, 0, 2]
    """
    return len(_DENIALS.findall(_NOT_DENIALS.sub("", fold(clause))))


def clauses(text: str) -> list[str]:
    """`text` cut at commas, semicolons, colons and full stops."""
    return [clause for clause in (part.strip() for part in _CLAUSE.split(text)) if clause]


def contradicts(claim: str, quotes: list[str], *, same_language: bool) -> bool:
    """Whether `claim` affirms what the closest clause of `quotes` denies, or the other way round.

    Across languages clauses cannot be matched by words: then a claim that denies needs some clause that
    does, and a claim that affirms must not stand on quotes that deny in every clause.
    """
    pool = [clause for quote in quotes for clause in clauses(quote)]
    if not pool:
        return False
    if not same_language:
        odd = [denials(clause) % 2 == 1 for clause in pool]
        return not any(odd) if denials(claim) % 2 else all(odd)
    for clause in clauses(claim):
        if not tokens(clause):
            continue
        nearest = closest(clause, pool)
        if not nearest and denials(clause) % 2 and not any(denials(other) % 2 for other in pool):
            return True
        if nearest and all(denials(clause) % 2 != denials(other) % 2 for other in nearest):
            return True
    return False


def closest(clause: str, pool: list[str]) -> list[str]:
    """The clauses of `pool` that `clause` most likely restates; empty when none shares a word with it.

    Those that hold all its figures come first: 同比下降 4.7% restates 同比增长 4.7%, whatever surrounds it.
    """
    figures = undated_numbers(clause)
    holding = [
        other
        for other in pool
        if figures and all(any(f.value == n.value for n in numbers(other, strict=False)) for f in figures)
    ]
    mine = set(tokens(clause))
    shares = []
    for other in holding or pool:
        theirs = set(tokens(other))
        shares.append(len(mine & theirs) / len(mine | theirs) if theirs else 0.0)
    best = max(shares, default=0.0)
    return [o for o, share in zip(holding or pool, shares, strict=True) if best and share >= best - 0.05]


def _opposite(claim: str, quote: str) -> tuple[str, str] | None:
    for pair in _PAIRS:
        for mine, theirs in (pair, pair[::-1]):
            named, opposite = mine.search(claim), theirs.search(quote)
            if named and opposite and not mine.search(quote) and not theirs.search(claim):
                return named.group(), opposite.group()
    return None


def opposite_direction(claim: str, quote: str) -> tuple[str, str] | None:
    """The word of `claim` whose opposite alone stands in `quote`, and that opposite; None when there is none.

    >>> opposite_direction("产值下降 3%", "产值增长 3%")
    ('下降', '增长')
    """
    claim, quote = fold(claim), fold(quote)
    found = _opposite(claim, quote)
    if found:
        return found
    for clause in clauses(claim):
        opposites = [_opposite(clause, other) for other in closest(clause, clauses(quote))]
        if opposites and all(opposites):
            return opposites[0]
    if _DONE.search(claim) and not _DONE.search(quote):
        planned = _PLANNED.search(quote)
        if planned and not _PLANNED.search(claim):
            return "已", planned.group()
    return None
