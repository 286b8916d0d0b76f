"""Whole bulletins in styles unlike the samples'."""

from typesetting import outline, parsed


def test_a_research_letter_with_numbered_parts_inside_its_reports() -> None:
    bulletin = parsed(
        """
        某市人民政府发展研究中心
        决策参考信息
        第 45 期
        （总第 1234 期）
        某市人民政府发展研究中心信息处          2022 年 6 月 15 日

        本期要目
        ● 关于推动绿色低碳产业发展的若干建议
        ● 国外主要城市碳中和路径比较

        关于推动绿色低碳产业发展的若干建议

        绿色低碳产业是新赛道之一。本文提出三点建议。

        一、发展现状
        （一）产业规模稳步扩大。2021 年，全市产业规模达到 3000 亿元。
        （二）创新能力持续增强。拥有国家级平台 20 个。
        二、主要问题
        一是核心技术不足。二是标准体系不完善。
        三、对策建议
        1．加强统筹。建立部门联席会议制度。
        2．强化攻关。设立专项资金。
        （供稿：研究一处）

        国外主要城市碳中和路径比较
        伦敦、东京、纽约等城市先后提出碳中和目标。
        伦敦
        伦敦提出 2030 年实现净零排放。
        报：市委、市政府领导
        送：各区人民政府
        """
    )
    assert (bulletin.title, bulletin.issue, bulletin.date) == ("决策参考信息", "第 45 期", "2022-06-15")
    assert [item.title for item in bulletin.items] == [
        "关于推动绿色低碳产业发展的若干建议",
        "国外主要城市碳中和路径比较",
    ]
    assert [len(item.passages) for item in bulletin.items] == [10, 3]


def test_sections_in_brackets_some_with_titles_and_some_with_bullets() -> None:
    bulletin = parsed(
        """
        工作简报
        2021年第3期
        某市发展和改革委员会办公室 2021年3月15日

        【工作动态】
        ●我委召开一季度经济形势分析会。3月12日，我委召开会议，分析形势。
        ●我市三个项目列入省重点。近日，省发改委公布名单。
        【基层经验】
        某区“四个一”推进项目建设
        某区坚持一个项目、一名领导、一个专班，取得实效。
        【数据】
        1—2月，全市规上工业增加值增长 12.3%。
        """
    )
    assert outline(bulletin) == [
        ("工作动态", "我委召开一季度经济形势分析会", "2021-03-12"),
        ("工作动态", "我市三个项目列入省重点", "2021-03-15"),
        ("基层经验", "某区“四个一”推进项目建设", "2021-03-15"),
        ("数据", "1—2月，全市规上工业增加值增长 12.3%", "2021-03-15"),
    ]


def test_sections_and_titles_both_numbered_with_titles_counting_afresh() -> None:
    bulletin = parsed(
        """
        一、要闻速递
        1、国务院常务会议部署支持先进制造业
        6月10日，国务院常务会议部署支持先进制造业的措施。
        2、工信部发布5G应用典型案例
        工信部近日发布 5G 应用典型案例。
        二、国际视野
        1、欧盟推出芯片法案
        欧盟委员会提出芯片法案。
        2、日本发布数字田园都市国家构想
        日本政府发布构想。
        """
    )
    assert outline(bulletin) == [
        ("要闻速递", "国务院常务会议部署支持先进制造业", None),
        ("要闻速递", "工信部发布5G应用典型案例", None),
        ("国际视野", "欧盟推出芯片法案", None),
        ("国际视野", "日本发布数字田园都市国家构想", None),
    ]


def test_a_bulletin_in_english() -> None:
    bulletin = parsed(
        """
        Shanghai Science Bulletin
        No. 12
        January 5, 2021

        Technology
        City launches quantum lab
        On December 30, the city launched a quantum lab. It will employ 300 people.
        Port handles record volume
        The port handled 4.7 million containers last year, an increase of 8.5 percent over 2019.
        """
    )
    assert bulletin.title == "Shanghai Science Bulletin"
    assert outline(bulletin) == [
        ("Technology", "City launches quantum lab", "2020-12-30"),
        ("Technology", "Port handles record volume", "2021-01-05"),
    ]
    assert [len(passage.sentences) for item in bulletin.items for passage in item.passages] == [2, 1]


def test_markdown_with_a_title_a_masthead_subheadings_and_a_table() -> None:
    bulletin = parsed(
        """
        # 浙江简报

        第 3 期 2021 年 3 月 8 日

        ## 科技

        ### 杭州成立实验室

        3 月 5 日成立。

        #### 背景

        早有筹备。

        ## 民生

        ### 温州改造老城

        | 项目 | 数量 |
        |---|---|
        | 道路 | 3 |
        """
    )
    assert (bulletin.title, bulletin.date) == ("浙江简报", "2021-03-08")
    assert outline(bulletin) == [
        ("科技", "杭州成立实验室", "2021-03-05"),
        ("民生", "温州改造老城", "2021-03-08"),
    ]
    assert [passage.text for passage in bulletin.items[1].passages] == ["| 项目 | 数量 |", "| 道路 | 3 |"]


def test_letter_spaced_headings_lose_their_spaces() -> None:
    bulletin = parsed(
        """
        科 创 聚 焦
        某市建成量子实验室
        3 月 1 日，某市建成量子实验室，将开展基础研究。
        民 生 热 线
        某区开通社区巴士
        3 月 2 日，某区开通社区巴士，方便居民出行。
        """
    )
    assert bulletin.sections == ("科创聚焦", "民生热线")


def test_a_very_long_paragraph_is_parted_between_sentences_and_a_very_long_sentence_between_clauses() -> None:
    sentences = "".join(f"第{number}个项目已经开工建设并将按期完成全部任务。" for number in range(200))
    clauses = "，".join(f"项目{number}" for number in range(400)) + "。"
    bulletin = parsed(f"某市推进项目建设\n{sentences}\n{clauses}\n")
    (item,) = bulletin.items
    assert all(len(passage.text) <= 1500 for passage in item.passages)
    assert all(len(sentence.text) <= 601 for passage in item.passages for sentence in passage.sentences)
    assert all(passage.text.endswith(("。", "，")) for passage in item.passages)
    assert "".join(passage.text for passage in item.passages) == sentences + clauses


def test_a_page_break_inside_a_sentence_leaves_the_sentence_whole() -> None:
    bulletin = parsed(
        "某市召开大会\n3 月 1 日，某市召开大会，部署下一阶段\n— 3 —\n\f的重点工作，要求各部门抓好落实。\n会后签约。\n"
    )
    (item,) = bulletin.items
    assert [(passage.text, passage.page) for passage in item.passages] == [
        ("3 月 1 日，某市召开大会，部署下一阶段的重点工作，要求各部门抓好落实。", 1),
        ("会后签约。", 2),
    ]


def test_an_editors_note_subtitles_parts_and_short_news_under_bullets() -> None:
    bulletin = parsed(
        """
        　　　　　　　　科技快讯
        　　　　　　　　第7期
        　　　　　　　　2023年4月10日

        编者按：为贯彻落实全市大会精神，本期选编两篇经验材料，供各单位学习借鉴。

        聚焦科技前沿　勇担创新使命
        ——某某研究院建设高水平研究机构的实践

        　　近年来，某某研究院坚持“四个面向”，不断完善体制机制。

        　　一、坚持需求牵引，建强研发平台
        　　围绕产业需求，建设 5 个研发中心。

        　　二、坚持人才优先，打造创新队伍
        　　引进高层次人才 120 人。

        打造科技成果转化“加速器”
        某某高新区管委会

        　　2022 年，高新区技术合同成交额突破 100 亿元。主要做法有：
        　　（一）完善政策体系
        　　出台“成果转化十条”。

        简讯
        ▲4月3日，市科技局召开会议，传达学习上级精神。
        ▲4月6日，全市科技特派员培训班开班。
        """
    )
    assert [(item.section, item.title) for item in bulletin.items] == [
        ("", "编者按：为贯彻落实全市大会精神，本期选编两篇经验材料，供各单位学习借鉴"),
        ("", "聚焦科技前沿 勇担创新使命 ——某某研究院建设高水平研究机构的实践"),
        ("", "打造科技成果转化“加速器”"),
        ("简讯", "4月3日，市科技局召开会议，传达学习上级精神"),
        ("简讯", "4月6日，全市科技特派员培训班开班"),
    ]
    assert bulletin.items[2].passages[0].text == "某某高新区管委会"


def test_a_name_of_its_own_above_sections_and_titles_with_stops_in_them() -> None:
    bulletin = parsed(
        """
        要 情 专 报

        国内经济
        央行：保持流动性合理充裕，引导金融机构加大对实体经济的支持力度
        央行 7 月 4 日召开会议指出，要保持流动性合理充裕。
        商务部：上半年我国实际使用外资同比增长 17.4%
        商务部 7 月 14 日表示，上半年使用外资 7233.1 亿元。
        国际经济
        美联储加息 75 个基点，为 1994 年以来最大幅度！
        美联储 6 月 15 日宣布加息。
        """
    )
    assert (bulletin.title, bulletin.year) == ("要情专报", None)
    assert outline(bulletin) == [
        ("国内经济", "央行：保持流动性合理充裕，引导金融机构加大对实体经济的支持力度", None),
        ("国内经济", "商务部：上半年我国实际使用外资同比增长 17.4%", None),
        ("国际经济", "美联储加息 75 个基点，为 1994 年以来最大幅度！", None),
    ]


def test_a_notice_is_dated_by_its_closing_line() -> None:
    bulletin = parsed(
        """
        关于做好春节期间有关工作的通知

        各区人民政府，市政府各委、办、局：

        现将有关事项通知如下：

        一、加强组织领导。各单位要高度重视，落实责任。

        二、强化值班值守。严格执行 24 小时值班制度。

        某某市人民政府办公厅

        2024 年 1 月 30 日
        """
    )
    (item,) = bulletin.items
    assert (item.title, item.date, bulletin.year) == ("关于做好春节期间有关工作的通知", "2024-01-30", 2024)
    assert [len(each.points) for each in item.enumerations] == [2]


def test_headings_between_stars_and_a_contents_list_under_one() -> None:
    bulletin = parsed(
        """
        ★本期导读★
        ☆ 某市成立人工智能产业联盟
        ☆ 某省发布数据要素行动方案
        ★产业动态★
        某市成立人工智能产业联盟
        1 月 10 日，某市人工智能产业联盟成立，首批成员 56 家。
        ★政策速递★
        某省发布数据要素行动方案
        1 月 8 日，某省印发《数据要素行动方案》。
        """
    )
    assert outline(bulletin) == [
        ("产业动态", "某市成立人工智能产业联盟", None),
        ("政策速递", "某省发布数据要素行动方案", None),
    ]


def test_parts_as_sections_and_topics_as_titles() -> None:
    bulletin = parsed(
        """
        第一部分 宏观经济
        前三季度经济运行情况分析
        前三季度，全省生产总值 8.2 万亿元，同比增长 5.2%。
        外贸形势分析与应对建议
        9 月，全省进出口总额 4500 亿元。
        第二部分 区域发展
        山区 26 县发展情况
        山区 26 县生产总值增速高于全省。
        """
    )
    assert outline(bulletin) == [
        ("宏观经济", "前三季度经济运行情况分析", None),
        ("宏观经济", "外贸形势分析与应对建议", None),
        ("区域发展", "山区 26 县发展情况", None),
    ]
