"""The kinds of answer that a question may ask for, and the words by which both are told."""

from __future__ import annotations

import re

_NUMERALS = "一二两三四五六七八九十百千万亿零〇半数多余几"
NUMERAL = rf"(?:\d[\d,.]*|[{_NUMERALS}]+)"
UNITS = (
    "个|家|人|名|位|项|条|种|类|件|批|次|期|届|款|张|座|处|所|台|套|户|亩|公顷|平方米"
    "|平方公里|公里|千米|米|吨|"
    "岁|倍|成|天|日|年|月|周|小时|分钟|页|章|节|部|支|只|头|点|级|层|轮|场|街道|区|县|市"
    "|省|国|城市|企业|板块|方面|版本"
)
# Words that begin with the character of a unit: 多少支持 counts no 支.
NO_UNIT = (
    "(?!支持|支付|支出|支援|项目|家庭|家长|处罚|处分|处理|门票|门诊|对象|对策|场地|场所|场馆|套餐|单位|列车|级别"
    "|国家|里程|分成|分数|天然|日元|年级|月租|位置|名额|名单|条件|条款|点击|班级|台账|例外|起诉|批次|层次|种类|类别"
    "|类型|种子|部门|部分|所有|次数|期限|片区|个人|个体|笔试|份额|区域|市场|市民|省份|省级|村民|元素|本科|本金|间隔"
    "|节能|节约|节点|头部|轮次|成本|倍数|岁数|年限|度假|户籍|户数|家数|人民币)"
)

# Kinds of answer. TEXT takes any sentence.
TIME, DURATION, NUMBER, MONEY, PERCENT, AREA, PERSON, AGENT, PLACE, REASON, MANNER, CONTACT, TEXT = (
    "time",
    "duration",
    "number",
    "money",
    "percent",
    "area",
    "person",
    "agent",
    "place",
    "reason",
    "manner",
    "contact",
    "text",
)

SIGNS: dict[str, re.Pattern[str]] = {
    TIME: re.compile(
        r"\d{1,4}\s*[年月日号]|\d{4}[-/.]\d{1,2}|[今明去前后]年|[上本下]月|[一二三四]季度"
        r"|[今昨明]天|[今昨明]日"
        r"|年[初中末底]|月[初中末底]|[上中下]旬|日前|近日|近期|[一二三四五六七八九十]+[月日年]"
        r"|即日|当天|当日|次日|“?十[一二三四五]五”?"
        r"|期间|以来|之日|时起|\d+\s*(?:时|点|小时)"
    ),
    DURATION: re.compile(
        rf"{NUMERAL}\s*(?:个)?\s*(?:多)?(?:年|月|周|天|日|小时|分钟|星期|工作日)|长期|永久"
        rf"|终身|期限"
    ),
    NUMBER: re.compile(rf"{NUMERAL}|百分之|%|％|‰"),
    MONEY: re.compile(
        rf"{NUMERAL}\s*(?:多|余)?\s*(?:[万亿千百])*\s*(?:元|[美欧港日韩新加澳]元|人民币|日圆|英镑|克朗|法郎|卢布|卢比|泰铢"
        rf"|比索|令吉|越南盾|兰特|迪拉姆|里亚尔|雷亚尔|新台币|澳门元|块钱?(?![地田]))"
        rf"|免费|无偿|[￥¥$€]\s*\d"
    ),
    PERCENT: re.compile(
        rf"\d[\d.]*\s*[%％‰]|百分之|{NUMERAL}\s*(?:成|倍)|个百分点|[一二三四五六七八九十]分之"
    ),
    AREA: re.compile(rf"{NUMERAL}\s*(?:万|亿)?\s*(?:余|多)?\s*(?:平方米|平方公里|平方千米|公顷|亩|平米|㎡)"),
    PERSON: re.compile(
        r"[\u4e00-\u9fff]{2,4}(?:先生|女士|教授|院士|主任|书记|市长|省长|局长|部长|院长|会长"
        r"|董事长|总经理|处长|厅长|委员|研究员|博士)|(?:主任|书记|市长|省长|局长|部长|院长"
        r"|会长|董事长|总经理|处长|厅长|教授|院士"
        r"|专家)[\u4e00-\u9fff]{2,3}(?=[，、。：表示说介绍指出在])"
    ),
    AGENT: re.compile(
        r"[局委办厅部院会所校社署处府]|公司|集团|中心|大学|学院|协会|政府|企业|机构|单位|部门"
        r"|银行|基金|法院|组织|团队|医院|联盟|商会|站|企|行"
    ),
    PLACE: re.compile(
        r"[省市区县州镇乡村街路港园湾岛国]|基地|走廊|片区|新区|中心|现场|地区|境内|境外|全国"
        r"|全市|全省"
    ),
    REASON: re.compile(
        r"为了?|因|由于|旨在|以便|从而|以期|根据|鉴于|针对|目的|原因|促进|推动|推进|缓解|解决"
        r"|满足|防止|确保|使得|有利于|助力|实现|提升|提高|化解|保护|服务|引导|扩大|加强|增强"
        r"|助推"
    ),
    MANNER: re.compile(
        r"通过|采取|采用|利用|以.{1,12}为|按|依托|由|将|应当|须|需|要求|实行|建立|开展|推动"
        r"|支持|鼓励|给予|提供|设置|设立|组织"
    ),
    CONTACT: re.compile(
        r"\d{3,4}-\d{7,8}|1[3-9]\d{9}|https?://|www\.|@|网址|电话|热线|邮箱|微信|小程序|公众号"
        r"|APP|App"
    ),
}

ZH_RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        CONTACT,
        re.compile(
            r"(?:电话|热线|网址|邮箱|联系方式|地址)(?:号码)?[^，。？]{0,4}(?:是|多少|什么|几|哪)"
            r"|(?:多少|什么|哪个)[^，。？]{0,3}(?:电话|热线|网址|邮箱|联系方式)"
        ),
    ),
    (
        AREA,
        re.compile(
            r"(?:多少|几)[^，。？]{0,3}(?:平方米|平方公里|公顷|亩|平米)|(?:占地"
            r"|面积)[^，。？]{0,8}(?:多少|多大|几)|多大面积"
        ),
    ),
    (
        MONEY,
        re.compile(
            r"多少(?:[万亿]?元|钱|资金|经费|投资|费用)|几[万亿千百]?元|(?:金额|资金|投资|预算|造价"
            r"|费用|价格|租金|罚款|奖金|补贴|资本|经费|票价|收费|薪酬|工资|成本|规模|产值|营收"
            r"|收入|税收|总额|额度|造价)"
            r"[^，。？]{0,10}(?:多少|几|多大|多高)|花了?多少|投了?多少|(?:奖励|资助|支持|补助"
            r"|补贴)[^，。？]{0,6}多少|投资多少|多少.{0,2}投资"
        ),
    ),
    (
        PERCENT,
        re.compile(
            r"百分之几|百分比|比例|占比|比重|(?:增长|增速|下降|强度|率)[^，。？]{0,6}(?:多少|几)"
            r"|多少个?百分点|几成"
        ),
    ),
    (
        DURATION,
        re.compile(
            r"多久|多长时间|几个?(?:钟头|小时)|几[天年周]|多少[天年周]|几个(?:月|小时|工作日)"
            r"|多少个?(?:月|小时"
            r"|工作日)|期限|有效期|几日内|多少日"
        ),
    ),
    (
        TIME,
        re.compile(
            r"什么时候|什么时间|何时|几点(?=钟|[前后能才开关到可以吗呢？?]|$)|几时"
            r"|哪[一]?[天日年月]|几[月号]|几日|时间是|日期|什么日子|啥时候"
            r"|何年|何月|何日|到哪一?年|多会儿|截止.{0,4}时间|时间表|哪个?(?:年份|月份|季度)"
        ),
    ),
    (
        NUMBER,
        re.compile(
            rf"多少|(?<!哪)几(?:{UNITS}|[大类])|第几|数量|总数|多大|多高|多远|多长|人数|户数|家数|件数"
            rf"|上限|下限"
        ),
    ),
    (
        PERSON,
        re.compile(
            r"(?:姓名|名字).{0,3}(?:是|叫)|叫什么名字|哪位|何人"
            r"|(?:负责人|主任|局长|市长|省长|院长"
            r"|校长|会长|董事长|总经理|主席|书记|发言人|作者|法人代表)(?:都?是|叫|姓)(?:谁|什么"
            r"|哪)"
        ),
    ),
    (
        AGENT,
        re.compile(
            r"谁|哪(?:些|个|家|几家|几个)?(?:单位|部门|机构|公司|企业|组织|大学|高校|协会|集团|方)"
            r"|由哪|什么(?:单位|部门|机构|公司)|何单位|哪家|哪几家|哪几方"
        ),
    ),
    (
        PLACE,
        re.compile(
            r"哪里|哪儿|何处|何地|在哪|什么地方|哪(?:些|个|几个)?(?:地方|城市|省|市|区|县|地区"
            r"|国家|街道|场所|城|省份)|地点|地址|位于|落户|选址"
        ),
    ),
    (
        REASON,
        re.compile(
            r"为什么|为何|为啥|原因|目的|意义|何以|凭什么|出于什么|为了什么|有什么用|好处|作用"
            r"|背景|初衷|用意|图什么|缘何|缘故"
        ),
    ),
    (
        MANNER,
        re.compile(
            r"怎么|怎样|如何|怎|何种方式|什么方式|什么办法|靠什么|用什么|通过什么|凭借什么"
            r"|什么途径|流程|步骤|做法"
        ),
    ),
)

EN_RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        CONTACT,
        re.compile(
            r"(?:phone|hotline) number|contact (?:number|details)"
            r"|\b(?:what|which)\b.{0,15}\b(?:website|url|e-?mail|phone|hotline)\b"
        ),
    ),
    (
        AREA,
        re.compile(
            r"how (?:large|big) .{0,20}area|how many (?:square|hectares|acres)|floor area"
            r"|what area"
        ),
    ),
    (
        MONEY,
        re.compile(
            r"how much (?!of|time|space)|\b(?:cost|budget|price|amount|fine|salary|fee|investment"
            r"|funding|subsidy|revenue|capital|rent)s?\b"
            r"|how (?:large|big) .{0,25}(?:fund|grant|award|subsid|invest)|how many (?:yuan|rmb)"
        ),
    ),
    (PERCENT, re.compile(r"percent|proportion|what share|\bratio\b|what fraction|growth rate")),
    (
        DURATION,
        re.compile(
            r"how long|how many (?:days|years|months|weeks|hours)|within what period"
            r"|deadline of"
        ),
    ),
    (
        NUMBER,
        re.compile(
            r"how many|what number|how (?:tall|high|far|old|large|big)|number of|\bcount\b"
            r"|maximum age|age limit"
        ),
    ),
    (
        TIME,
        re.compile(
            r"\bwhen\b|what (?:date|day|year|month|time)|which (?:date|day|year|month)"
            r"|by what (?:date|time|year)|how soon|what's the date|since when|deadline"
        ),
    ),
    (
        PERSON,
        re.compile(
            r"\bwho (?:is|was|are|were) the (?:\w+ )?(?:director|head|leader|mayor|governor"
            r"|chair\w*|president|minister|secretary|spokes\w+|author|ceo|founder)"
            r"|name of the (?:director|head|leader|mayor|person|official)|which person|whose name"
        ),
    ),
    (
        AGENT,
        re.compile(
            r"\bwho\b|\bwhom\b|which (?:\w+ )?(?:agency|agencies|body|bodies|compan\w+"
            r"|organi[sz]ation\w*|departments?|universit\w+|institutions?|authorit\w+|parties"
            r"|firms?|bureau|government|commission)"
        ),
    ),
    (
        PLACE,
        re.compile(
            r"\bwhere\b|which (?:\w+ )?(?:city|cities|place|province|district|region|countr\w+"
            r"|location)|in what (?:city|place|location)"
        ),
    ),
    (
        REASON,
        re.compile(
            r"\bwhy\b|what (?:is|was) the (?:reason|purpose|aim|goal|point)|what for|purpose of"
            r"|aims? of"
        ),
    ),
    (
        MANNER,
        re.compile(
            r"\bhow (?:does|do|did|is|are|will|can|would|should|to|was|were|has|have)\b"
            r"|in what way|by what means"
        ),
    ),
)
