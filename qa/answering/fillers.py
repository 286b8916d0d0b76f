"""What can fill a role in a Chinese sentence: an organisation, a person's name, a telephone number, a sum …

Patterns, not a tagger: a tagger of the size that may be shipped costs a second at the first question. Texts
are in clause form (`clauses.clause_form`).
"""

from __future__ import annotations

import re

from qa.kinds import MONEY, NUMERAL, SIGNS

# 三家, 6家, 有关, 该 and the like name nobody.
_UNNAMED = re.compile(
    rf"(?:{NUMERAL}|多|几|各|某|该|本|此|其|每|有关|相关|所在|所属|当地|社会|专业|第三方|上述|首批|部分|其他)\s*"
    r"(?:家|个|名|所|支|级)?[\u4e00-\u9fff]{0,4}?$"
)
ORGANISATION = re.compile(
    r"[\u4e00-\u9fffA-Za-z0-9“”（）]{2,}?"
    r"(?:公司|集团|局|委员会|委|办公室|厅|部|研究院|学院|法院|医院|院|协会|学会|商会|中心|大学|联盟|银行"
    r"|研究所|政府|基金会|社区|街道|机构|企业|厂|社|队|署|处|站|合作社|高校)"
)
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦"
    "马苗凤花方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝安常乐于时傅皮卞齐康伍余元卜顾孟平黄穆萧尹姚邵湛"
    "汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆"
    "高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘缪干解应宗丁宣邓郁单杭洪包诸左石崔吉钮龚程邢滑裴陆荣翁荀羊惠甄"
    "曲封芮储靳段富焦巴牧谷车侯全班仰秋仲伊宫宁仇栾甘厉祖武符刘景詹束龙叶幸司黎薄印白怀蒲鄂索咸籍赖卓蔺"
    "屠蒙池乔阴闻党翟谭劳姬申扶冉桑桂牛寿通边扈冀浦尚农温庄晏柴瞿阎慕连茹习宦艾容向古易廖庾终居衡步都耿满"
    "弘匡国文寇广禄东欧沃利蔚越夔隆师巩聂晁勾敖融冷辛阚那简饶空曾关肖涂"
)
TITLES = (
    "主任|书记|市长|省长|区长|县长|州长|局长|部长|厅长|处长|科长|院长|校长|会长|理事长|秘书长|董事长|总经理|总裁"
    "|首席\\w{1,4}|站长|馆长|行长|司长|署长|社长|队长|负责人|发言人|院士|教授|研究员|工程师|专家|委员|主席|创始人"
)
PERSON_NAME = re.compile(
    rf"(?:{TITLES})\s*[{_SURNAMES}][\u4e00-\u9fff·]{{1,2}}"
    r"(?=[，、。：；()]|表示|说|介绍|指出|认为|担任|出席|宣布|透露|强调|$)"
    rf"|(?:^|[，、。：“(由为是聘请和与选举推选任命])[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}\s*"
    rf"(?:先生|女士|博士|同志|(?:担|出|首|兼|当选)?任?(?:为)?(?:{TITLES}))"
)
PHONE = re.compile(
    r"\d{3,4}[-—]\d{7,8}|(?<!\d)1[3-9]\d{9}|(?<!\d)(?:400|800)[-\d]{7,}|(?<!\d)1[29]\d{3}(?![\d万亿元年])"
    r"|\d{5,}热线|热线\D{0,4}\d{5,}"
)
LINK = re.compile(r"https?://|www\.|[a-z0-9]+\.(?:com|cn|gov|org|net)|[\w.]+@[\w.]+|公众号|小程序|app")
PLACE_NAME = re.compile(
    r"[\u4e00-\u9fff]{2,}(?:省|市|区|县|州|镇|乡|村|路|街|港|园|湾|岛|新城|基地|大厦|广场|中心|校区|片区|口岸)"
)
DOCUMENT = re.compile(
    r"[〔\[(](?:19|20)\d{2}[〕\])]\s*\d+\s*号|[a-z]{2,}/?[a-z]*\s*[\d.]+(?:[—–-]\d{4})?|第\s*\d+\s*号"
)
NAMES = re.compile(
    r"[\u4e00-\u9fff]{2,}(?:、[\u4e00-\u9fff“”]{2,})+|“[^”]{2,30}”|《[^》]{2,40}》"
    r"|(?:是|为|即|包括|分别为|分别是|：)[\u4e00-\u9fff]{3,}"
)
_LONG_NAME = (
    r"[\u4e00-\u9fff“”]{2,}(?:公司|集团|企业|银行|大学|学院|医院|协会|学会|商会|联合会|联盟|研究院|研究所|中心"
    r"|政府|法院|基金|局|厅|委|部|厂|社|署|站)"
)
SEVERAL = re.compile(
    rf"{_LONG_NAME}(?:、|和|与|及|以及|，){_LONG_NAME}"
    r"|[\u4e00-\u9fff“”]{4,}(?:、[\u4e00-\u9fff“”]{4,}){2,}"
    r"|[\u4e00-\u9fff“”]{2,}(?:、[\u4e00-\u9fff“”]{2,})+(?:等|共)?(?:\d+|[两三四五六七八九十]+)家"
)
SUM = re.compile(SIGNS[MONEY].pattern + r"|\d[\d.]*\s*%|" + NUMERAL + "成|一半|[一二三四五六七八九]折")
ANYTHING = re.compile("")


def organisations(clause: str) -> set[str]:
    """The organisations that `clause` names; 三家企业 and 有关部门 are none."""
    found = (match.group() for match in ORGANISATION.finditer(clause))
    return {name for name in found if not _UNNAMED.match(name)}
