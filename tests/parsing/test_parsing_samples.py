"""The two sample bulletins: their structure in full, and the slice test for every span."""

from collections.abc import Callable
from pathlib import Path

import pytest

from qa.parsing import parse_bulletin
from qa.reading import read_source
from qa.reading.source import paged_text
from qa.text import compact
from qa.types import Bulletin

SEEDS = Path(__file__).parents[2] / "seeds"
FIRST, SECOND = "000_c35e435d67e0821e.txt", "001_167d264cfd7a1efd.txt"
SECTIONS = ("科创聚焦", "经济热点", "产业动向", "政策举措", "经验交流", "域外动态")
TITLES = {
    FIRST: [
        "上海出台知识产权保护条例 具有六个亮点",
        "长三角 G60 科创走廊将打造形成若干世界级制造业集群",
        "上海智联网络系统科学中心启动建设",
        "上海将实施“总部增能行动”",
        "上海自贸区临港新片区发布 2.0 版人工智能专项政策",
        "上海现代服务业标准创新发展中心成立",
        "上海发布全国首个《健身行业会员合同范本》",
        "上海四措施进一步加强金融对外开放",
        "上海成立全国首个“新冠科”助力常态化防控",
        "江苏正式启动“进口冷链食品追溯系统”",
        "江苏开通外籍人才招聘网顺畅人才跨国合作",
        "上海立法明确社区养老服务设施刚性指标",
        "上海快递人员首评高级职称",
        "“江苏医保云”平台上线 足不出户查医保办医保",
        "山东出台国内首个公共安全领域应急保障体系规划",
        "青岛将全面推广养老服务时间银行 全市通存通兑",
        "广东成立粤普小额再贷款公司",
        "深圳在全国率先推出城市更新条例",
    ],
    SECOND: [
        "国家版权创新发展基地落地浦东",
        "长三角科技创新将推进六大工作举措",
        "上海智慧城市建设将从三方面加快突破",
        "上海成立国际数据港产业合作共同体",
        "上海将从“五个一批”入手推进商业数字化转型",
        "上海拟设立金融科技产业基金",
        "江苏成立智慧牧业装备科技中心",
        "上海港口严格实施六项新冠肺炎疫情防控措施",
        "上海机场全方位全流程全环节落实疫情管控",
        "上海发布人力资源服务产业园 20 条",
        "上海“沪冷链”信息化系统上线试运行",
        "上海市启动“科技青年 35 人引领计划”",
        "上海发布家庭应急物资储备建议清单",
        "江苏规定明年江苏工业企业都需报告安全风险",
        "苏州自贸片区公平贸易工作站揭牌",
        "山东设立规模 1000 亿元山东半岛城市群基础设施投资基金",
        "广东发布全国首个《城市地质调查数据库规范》团体标准",
        "广东全国首创数字政府网络安全指数",
        "深圳建成全国首个城市环境空气质量垂直监测系统",
    ],
}


def sample(name: str) -> Bulletin:
    return parse_bulletin(read_source(SEEDS / name, name))


def visible(bulletin: Bulletin, start: int, end: int) -> str:
    """The slice with page marks taken out, then white space."""
    hidden = {place for left, right in bulletin.marks for place in range(left, right)}
    return compact("".join(bulletin.text[place] for place in range(start, end) if place not in hidden))


@pytest.mark.parametrize("name", [FIRST, SECOND])
def test_every_title_and_section_of_a_sample_is_found(name: str) -> None:
    bulletin = sample(name)
    assert [item.title for item in bulletin.items] == TITLES[name]
    assert bulletin.sections == SECTIONS
    assert len(bulletin.pages) == 15


@pytest.mark.parametrize("name", [FIRST, SECOND])
def test_every_span_of_a_sample_round_trips(name: str) -> None:
    bulletin = sample(name)
    for item in bulletin.items:
        for passage in item.passages:
            assert visible(bulletin, passage.start, passage.end) == compact(passage.text)
            assert "".join(compact(sentence.text) for sentence in passage.sentences) == compact(passage.text)
            for sentence in passage.sentences:
                assert visible(bulletin, sentence.start, sentence.end) == compact(sentence.text)


def stripped(text: str) -> str:
    """The sample without the space that ends its paragraphs; page breaks keep theirs in front."""
    return "\n".join(line.rstrip() for line in text.split("\n"))


def closed_up(text: str) -> str:
    """The sample without blank lines, spaces at the ends of lines and signs of page breaks."""
    return "\n".join(line.strip() for line in text.split("\n") if line.strip())


@pytest.mark.parametrize("change", [stripped, closed_up])
@pytest.mark.parametrize("name", [FIRST, SECOND])
def test_the_samples_titles_are_found_without_the_signs_that_only_they_have(
    name: str, change: Callable[[str], str]
) -> None:
    text = change((SEEDS / name).read_text(encoding="utf-8"))
    bulletin = parse_bulletin(paged_text(text, name, "txt"))
    assert [item.title for item in bulletin.items] == TITLES[name]
    assert bulletin.sections == SECTIONS


@pytest.mark.parametrize("name", [FIRST, SECOND])
def test_the_samples_are_of_december_2020_by_what_they_say(name: str) -> None:
    bulletin = sample(name)
    assert bulletin.year == 2020
    assert bulletin.date is None
    assert {item.date[:7] for item in bulletin.items if item.date} == {"2020-12"}


def test_relative_dates_of_the_samples_resolve_to_their_days() -> None:
    mentions = {
        (item.title, mention.text): mention.first
        for name in (FIRST, SECOND)
        for item in sample(name).items
        for mention in item.dates
    }
    assert mentions["上海出台知识产权保护条例 具有六个亮点", "明年 3 月 1 日"] == "2021-03-01"
    assert mentions["青岛将全面推广养老服务时间银行 全市通存通兑", "今年 4 月 14 日"] == "2020-04-14"
    assert mentions["江苏规定明年江苏工业企业都需报告安全风险", "明年 2 月 1 日"] == "2021-02-01"
    assert mentions["上海市启动“科技青年 35 人引领计划”", "12 月７日"] == "2020-12-07"
    assert mentions["国家版权创新发展基地落地浦东", "日前"] is None


def test_the_lists_of_the_samples_are_found_with_all_their_points() -> None:
    found = {
        item.title: [(each.announced, len(each.points)) for each in item.enumerations]
        for name in (FIRST, SECOND)
        for item in sample(name).items
        if item.enumerations
    }
    assert found == {
        "上海出台知识产权保护条例 具有六个亮点": [(None, 6)],
        "长三角 G60 科创走廊将打造形成若干世界级制造业集群": [(4, 4)],
        "上海四措施进一步加强金融对外开放": [(4, 4)],
        "山东出台国内首个公共安全领域应急保障体系规划": [(None, 4)],
        "长三角科技创新将推进六大工作举措": [(6, 6)],
        "上海智慧城市建设将从三方面加快突破": [(3, 3)],
        "上海将从“五个一批”入手推进商业数字化转型": [(None, 5)],
        "上海港口严格实施六项新冠肺炎疫情防控措施": [(6, 6)],
        "上海机场全方位全流程全环节落实疫情管控": [(None, 3)],
        "广东发布全国首个《城市地质调查数据库规范》团体标准": [(2, 2)],
    }
