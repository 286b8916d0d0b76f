"""The role that a question asks to have filled, and whether a sentence fills it.

"由哪家公司开发" asks for an organisation beside a verb of developing, "罚款多少" for a sum beside a word of
fining. That the sentence holds some organisation or some sum is not enough: the words of the role and what
fills it must stand together, in one clause or in two that follow each other (the frames and their elements
of Fillmore, "Frame semantics", 1982, held to what patterns can tell). The words are those of public affairs
in general: what is paid, who acts, when a thing begins and ends, how to reach somebody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from qa.answering.clauses import clause_form, clause_spans, closes
from qa.answering.fillers import (
    ANYTHING,
    DOCUMENT,
    LINK,
    NAMES,
    ORGANISATION,
    PERSON_NAME,
    PHONE,
    PLACE_NAME,
    SEVERAL,
    SUM,
    TITLES,
    organisations,
)
from qa.kinds import MONEY, PERCENT, SIGNS, TIME

_BODY = "公司|企业|单位|机构|部门|厂家|厂商|厂|方|局|大学|高校|院|银行|团队|集团|组织|协会|政府|公会|社"
_WHO = (
    r"(?:谁|哪[一二两三四五六七八九十几\d]*家|(?:哪[一二两三四五六七八九十几\d]*(?:个|些|位|支|所)?|什么)"
    rf"[^，。？、的]{{0,5}}?(?:{_BODY}))"
)
_WHO_EN = (
    r"\b(?:who|whom|(?:which|what) (?:\w+ ){0,3}(?:compan\w+|firms?|organi[sz]ation\w*|agenc\w+|bod(?:y|ies)"
    r"|departments?|banks?|universit\w+|institut\w+|bureau|ministr\w+|authorit\w+|part(?:y|ies)|enterprises?))\b"
)
_NOUN = "(?:商|者|方|人|单位|公司|企业|机构|部门|厂家|厂商|机关|院校)"


@dataclass(frozen=True, slots=True)
class Role:
    """A role: its name, the words that ask for it, those that state it, and what can fill it."""

    name: str
    asks: re.Pattern[str]
    asks_english: re.Pattern[str]
    says: re.Pattern[str]
    filler: re.Pattern[str]
    several: bool = False

    def filled_in(self, sentence: str) -> bool:
        """Whether a clause of `sentence`, or two in a row, holds both the role's words and a filler."""
        windows = _windows(clause_form(sentence), 1 if self.several else 2)
        return any(self._fills(window) for window in windows)

    def filled_across(self, sentences: Sequence[str]) -> bool:
        """Whether `sentences` together hold the role's words and a filler: a list may spread them."""
        text = clause_form("".join(sentences))
        filler = SEVERAL if self.several else self.filler
        return bool(self.says.search(text) and filler.search(text))

    def _fills(self, clause: str) -> bool:
        if not self.says.search(clause):
            return False
        if self.several:
            return bool(SEVERAL.search(clause))
        if self.filler is ORGANISATION:
            return bool(organisations(clause))
        return bool(self.filler.search(clause))


def _windows(text: str, most: int) -> Iterator[str]:
    clauses = [text[start:end] for start, end in clause_spans(text)]
    yield from clauses
    if most == 1:
        return
    yield from (first + second for first, second in pairwise(clauses) if not closes(first))


def _agent(name: str, verbs: str, english: str) -> Role:
    """A role of who acts: asked as 由谁…, 哪家…的 or …方是谁."""
    return Role(
        name,
        re.compile(
            rf"{_WHO}(?:[^，。？]{{0,6}}?)(?:{verbs})|(?:{verbs}){_NOUN}[^，。？]{{0,8}}(?:是|叫|有|为|包括)"
            rf"|(?:归|由){_WHO}[^，。？]{{0,6}}(?:{verbs})"
        ),
        re.compile(rf"{_WHO_EN}.{{0,60}}\b(?:{english})"),
        re.compile(verbs),
        ORGANISATION,
    )


def _role(name: str, asks: str, english: str, says: str, filler: re.Pattern[str]) -> Role:
    return Role(name, re.compile(asks), re.compile(english), re.compile(says), filler)


_COSTS = r"(?:多少|几|多大|多高|啥价)"
_BODIES = re.compile(_BODY)
# Several names are asked for: one, or their number, is no answer.
_SEVERAL = re.compile(
    r"哪(?:几|[二两三四五六七八九十\d]+)家|哪些(?:公司|企业|单位|银行|机构|高校|大学|协会)|[二两三四五六七八九十\d]+家[^，。？的]{0,8}叫什么"
)
_OTHER_COUNT = re.compile(
    r"(?:多少|几)[万亿千百]*(?:[个家台套天日年月项条名人户位种次吨亩辆艘件所座处倍架株册批支]|小时|分钟|公里|公斤|平方)"
)

ROLES: tuple[Role, ...] = (
    _role("phone", r"电话|热线|联系方式", r"\bphone|hotline|telephone|contact (?:number|details)", "", PHONE),
    _role(
        "link",
        r"网址|官网|邮箱|网站(?:是|地址)|链接",
        r"\b(?:what|which)\b.{0,20}\b(?:website|url|e-?mail)\b|web(?:site)? address",
        "",
        LINK,
    ),
    _role(
        "document number",
        r"(?:文号|编号|标准号|发文字号|文件号)[^，。？]{0,4}(?:是|多少|什么|几|为)|什么(?:文号|编号|标准号)",
        r"\b(?:document|standard|reference) number\b|number of the (?:document|standard)",
        "",
        DOCUMENT,
    ),
    _role(
        "degree",
        r"(?:什么|何种|哪种|多高)[^，。？]{0,3}学历|学历[^，。？]{0,6}(?:要求|条件|是|多高|什么)",
        r"\b(?:degree|education\w*|qualification)s?\b.{0,30}\b(?:need|requir|must)|what (?:degree|education)",
        r"学历|学位|本科|专科|大专|硕士|博士|中专|高中|毕业",
        ANYTHING,
    ),
    _role(
        "sanction",
        r"(?:受|有|面临|承担|给予)[^，。？]{0,4}(?:什么|何种|哪些|怎样的)[^，。？]{0,4}(?:处罚|处分|惩罚|后果|责任|惩戒)",
        r"\b(?:penalt|punish|sanction|consequence)\w*",
        r"罚|处分|处理|责任|取消|追回|追究|撤销|停业|失信|通报|警告|约谈|吊销|责令|收回|不得再|退回|暂停|扣",
        ANYTHING,
    ),
    _role(
        "fine",
        rf"罚款|罚金|(?:被|要|会|应|处以?)罚[^，。？]{{0,8}}{_COSTS}|罚{_COSTS}|罚了?{_COSTS}",
        r"\b(?:fine|fines|fined)\b",
        r"罚款|罚金|处[^，。；]{0,16}元",
        SIGNS[MONEY],
    ),
    _role(
        "wage",
        rf"(?:工资|月薪|年薪|薪酬|薪资|报酬|起薪|待遇)[^，。？]{{0,8}}{_COSTS}",
        r"\b(?:salar\w+|wages?|pay (?:of|for)|starting pay|paid per)\b",
        r"工资|薪|报酬|待遇|收入",
        SIGNS[MONEY],
    ),
    _role(
        "award",
        rf"(?:奖金|奖励)[^，。？]{{0,8}}{_COSTS}|{_COSTS}[^，。？]{{0,4}}(?:奖金|奖励)",
        r"how (?:much|large|big)\b.{0,40}\b(?:prize|award|bonus|reward)|\bprize money\b",
        r"奖|资助|补助|补贴",
        SIGNS[MONEY],
    ),
    _role(
        "subsidy",
        rf"(?:补贴|补助|津贴|补偿|资助|赔偿|赔款|扶持资金|让利)[^，。？]{{0,8}}{_COSTS}"
        rf"|{_COSTS}(?:钱|元)?的?(?:补贴|补助|津贴|补偿|资助|赔偿|赔款)|补{_COSTS}",
        r"\b(?:subsid\w+|allowance|grants?|compensat\w+)\b",
        r"补|津贴|资助|奖|赔|支持|扶持|减免|让利|给予|发放",
        SUM,
    ),
    _role(
        "loan",
        rf"(?:贷款|授信|融资)(?:额度?|余额|总额|金额|规模|最[高多]|上限)?[是有为达了到高能可贷放发的]{{0,4}}{_COSTS}|贷到?了?{_COSTS}|(?:能|可以?)贷[^，。？]{{0,3}}{_COSTS}",
        r"how (?:much|large|big)\b.{0,40}\b(?:loans?|borrow\w*|lend\w*)\b|\bloan (?:amount|ceiling|limit)",
        r"贷|授信|融资|额度|信用",
        SIGNS[MONEY],
    ),
    _role(
        "turnover",
        rf"(?:产值|营收|营业额|销售额|成交额|交易额|货值|产业规模|利润|税收|收入|出口额|进口额)[^，。？]{{0,8}}{_COSTS}",
        r"\b(?:revenue|turnover|sales|profit|output value|transaction (?:value|volume)|earn\w*)\b",
        r"产值|营收|营业|销售|成交|交易|货值|利润|税|收入|出口|进口|规模|贸易|结算",
        SIGNS[MONEY],
    ),
    _role(
        "charge",
        rf"(?:票价|门票|收费|费用|保费|会费|服务费|学费|租金|运费|押金)[^，。？]{{0,10}}{_COSTS}"
        rf"|(?:收|交|缴|付|掏)[^，。？]{{0,4}}{_COSTS}(?:钱|元|费)|{_COSTS}(?:元|钱)?的?(?:费用|门票|保费|费)",
        r"\b(?:fees?|fares?|charg\w+|tickets?|tuition|rent|premium)\b",
        r"票|收费|收取|费|缴|交纳|付|租金|每[^，。；]{0,8}元|免|元[/／]|押金|让利",
        SUM,
    ),
    _role(
        "price",
        rf"(?:价格|售价|单价|电价|水价|气价|成本|房价|约定价)[^，。？]{{0,10}}{_COSTS}|卖{_COSTS}"
        rf"|一[辆台个份张件套盒斤餐节][^，。？]{{0,12}}多少钱"
        r"|多少钱一[辆台个份张件套盒斤餐节]",
        r"\b(?:price|sell for|unit cost)\b",
        r"价|成本|元[/／]|售|每[^，。；]{0,6}元|费|票|收取",
        SIGNS[MONEY],
    ),
    _role(
        "investment",
        rf"(?:投资|造价|耗资|投入|出资|花费|要花|建设资金|建设经费|经费|预算)[^，。？]{{0,10}}{_COSTS}"
        rf"|{_COSTS}[^，。？]{{0,4}}(?:投资|资金|经费)|(?:投|花|拨)了?{_COSTS}|出了?多少钱|(?:钱|资)[^，。？]{{0,5}}出了?{_COSTS}|{_COSTS}钱(?:建|造|做)",
        r"\b(?:cost|invest\w*|spen[dt]\w*|budget|financ\w+|funding)\b",
        r"投资|造价|耗资|投入|投了|出资|花费|花了|斥资|资金|经费|预算|总价|成本|规模|拨|筹|承担",
        SUM,
    ),
    _role(
        "interest",
        r"利率|利息|收益率|费率",
        r"\b(?:interest|yield|rate of return|premium rate)\b",
        r"利率|利息|收益|费率|年化|lpr|下浮|基点",
        re.compile(SIGNS[PERCENT].pattern + "|基点"),
    ),
    _role(
        "office holder",
        rf"(?:{TITLES})[^，。？]{{0,6}}(?:是|叫|为)[^，。？]{{0,3}}(?:谁|什么|哪|何人)|谁[^，。？]{{0,3}}(?:是|任|担任|当)[^，。？]{{0,12}}(?:{TITLES})"
        rf"|(?:姓名|名字)[^，。？]{{0,3}}(?:是|叫)|哪位|何人",
        r"\bwho (?:is|was|are|were|will be|heads?|chairs?|leads?|runs?|directs?)\b.{0,60}"
        r"|name of the (?:director|head|leader|mayor|person|official|chair\w*)|whose name",
        "",
        PERSON_NAME,
    ),
    _role(
        "winner",
        r"获奖|得主|冠军|第一名|夺得|夺冠|获胜|优胜|(?:拿|得|获)[^，。？]{0,4}(?:第一|一等奖|金奖|大奖)|排名第一|得分最高|居首",
        r"\b(?:winn?er\w*|won|laureate|first (?:place|prize)|champion\w*|ranked first"
        r"|top[- ](?:rank|scor)\w*)\b",
        r"荣获|获得?[^，。；]{0,8}[奖名]|一等奖|金奖|冠军|夺|第一|榜首|居首|首位|名列|得主",
        re.compile(r"[\u4e00-\u9fff“”]{2,}"),
    ),
    _role(
        "first one",
        r"(?:首|第一)(?:个|家|座|位|批|支|单|笔)[^，。？]{0,14}(?:是|叫|为|有)[^，。？]{0,4}(?:什么|哪|谁|何)",
        r"\b(?:what|which|who)\b.{0,24}\bfirst\b.{0,24}\b(?:project|compan\w+|batch|user|customer|institution)",
        r"首(?:个|家|座|位|批|支|单|笔)|第一(?:个|家|座|位|批|支|单|笔)|率先",
        NAMES,
    ),
    _agent("developer", "开发|研发|研制|设计", "develop|design|built the (?:app|system|platform)"),
    _agent("maker", "制造|生产|供货|供应|造", "manufactur|made|makes|suppl|produc"),
    _agent("builder", "承建|施工|建设|建造|修建|总承包|承包|兴建|共建", "build|built|construct|contractor"),
    _agent("operator", "运营|经营|管理|运维|维护|管护|运行", "operat|runs?\\b|manag|maintain"),
    _agent("insurer", "承保", "insur|underwrit"),
    _agent("funder", "出资|投资|资助|赞助|注资|认购", "fund|financ|invest|sponsor|paid|pays"),
    _agent("undertaker", "承办|承担|实施|执行", "undertak|undertook|implement"),
    _agent(
        "leader",
        "牵头|主持|主办|发起|组织|领衔|召集|组建|成立|设立|负责",
        "led\\b|leads?\\b|initiat|organi[sz]|launch|set up|establish|found",
    ),
    _agent("drafter", "起草|编制|制定|制订|编写|撰写", "draft|compil|wrote|written"),
    _agent("issuer", "发布|印发|出台|公布|颁布|批准|通过|宣布", "issu|publish|releas|announc|approv|adopt"),
    _role(
        "names",
        r"叫什么|名称是|名字是|是哪[一二三四五六七八九十几\d]*(?:家|个|些|所|支|位|座|条|位)|有谁|(?:哪|什么)[一二三四五六七八九十几\d]*(?:家|支|所)",
        r"\bnames? of\b|\bwhat (?:is|are|was|were) .{0,40}\bcalled\b",
        "",
        NAMES,
    ),
    _role(
        "place",
        r"(?:建|位于|坐落|设|落户|选址|落|开|办)[在于到]?了?(?:哪(?![天年月日])|何处|什么地方)"
        r"|在哪(?:个|座|里|儿)?[^，。？]{0,3}(?:城市|地方|县|区|镇|$|？)",
        r"\bwhere (?:is|are|was|were|will)\b.{0,40}\b(?:located|based|situated|built|held)"
        r"|in which (?:city|town|county|district)",
        r"位于|坐落|设[在于立]|落户|选址|建[在于成]|在|于|地处|落地|启用|开[放设]",
        PLACE_NAME,
    ),
    _role(
        "deadline",
        r"截止|最迟|最晚|期限前|报名到|申报到",
        r"\bdeadline\b|\bby what (?:date|time)\b|closing date",
        r"截止|之?前|以前|为止|日内|月内|期限|最迟|底前|至\d",
        SIGNS[TIME],
    ),
    _role(
        "end",
        r"(?:到|至)(?:哪|什么时候|何时)[^，。？]{0,6}(?:为止|结束|到期|截止)|(?:实行|有效|持续|执行|延续|开放)到(?:哪|什么时候|何时)|何时(?:结束|到期|终止)|什么时候(?:结束|到期|终止|停)",
        r"\b(?:end|expire|finish|run until|last until)s?\b",
        r"止|结束|到期|有效期|期限|终止|至\d|为期|试行期|期为|停|底前?",
        SIGNS[TIME],
    ),
    _role(
        "works begin",
        r"(?:何时|什么时候|哪[天年月])[^，。？]{0,4}(?:开工|动工|开建)|(?:开工|动工)[^，。？]{0,3}(?:时间|日期)",
        r"\b(?:construction|work|building)\b.{0,20}\b(?:begin|start)",
        r"开工|动工|开建|奠基|启动建设|破土",
        SIGNS[TIME],
    ),
    _role(
        "works end",
        r"(?:何时|什么时候|哪[一]?[天年月]|几月)[^，。？]{0,6}(?:建成|竣工|完工|通车|投产|投用)",
        r"\b(?:complet\w+|finish\w*|open to traffic)\b",
        r"建成|竣工|完工|通车|投产|投用|启用|投入|完成|开通|上线",
        SIGNS[TIME],
    ),
)


@lru_cache(maxsize=1024)
def role_of(question: str, language: str) -> Role | None:
    """The role that `question` asks to have filled, or None when it asks for none that is known.

    >>> role_of("“沪冷链”系统由哪家公司开发？", "zh").name
    'developer'
    """
    text = clause_form(question)
    counts = bool(_OTHER_COUNT.search(text))
    for role in ROLES:
        if counts and role.filler in (SIGNS[MONEY], SUM):
            continue
        if (role.asks if language == "zh" else role.asks_english).search(text):
            several = bool(_SEVERAL.search(text))
            if role.filler is NAMES and several:
                role = replace(role, says=_BODIES, filler=ORGANISATION)
            return replace(role, several=several) if several else role
    return None
