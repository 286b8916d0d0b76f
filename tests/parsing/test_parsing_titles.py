"""Bulletins in styles unlike the samples': how sections and titles are marked."""

from typesetting import outline, parsed


def test_sections_in_chinese_and_titles_in_both_languages() -> None:
    bulletin = parsed(
        """
        GLOBAL TECH POLICY DIGEST 全球科技政策速览
        Issue 31 | 2024年6月28日

        ■ 美国
        NIST发布AI 800-1草案，规范双用途基础模型风险管理
        6月20日，美国国家标准与技术研究院（NIST）发布AI 800-1草案，提出七项目标。
        CHIPS and Science Act 补贴再落地：Micron获61亿美元
        美国商务部6月25日宣布，向 Micron 提供61亿美元补贴，用于纽约州和爱达荷州工厂。
        ■ 欧盟
        欧洲议会通过《净零工业法案》（Net-Zero Industry Act）
        该法案要求到2030年欧盟40%的清洁技术需求由本土生产满足。
        ■ 日本
        METI公布GX 2040愿景中期报告
        日本经济产业省（METI）6月18日公布报告。
        """
    )
    assert (bulletin.title, bulletin.issue, bulletin.date, bulletin.year) == (
        "GLOBAL TECH POLICY DIGEST 全球科技政策速览",
        "Issue 31",
        "2024-06-28",
        2024,
    )
    assert outline(bulletin) == [
        ("美国", "NIST发布AI 800-1草案，规范双用途基础模型风险管理", "2024-06-20"),
        ("美国", "CHIPS and Science Act 补贴再落地：Micron获61亿美元", "2024-06-25"),
        ("欧盟", "欧洲议会通过《净零工业法案》（Net-Zero Industry Act）", "2024-06-28"),
        ("日本", "METI公布GX 2040愿景中期报告", "2024-06-18"),
    ]
    assert [len(item.passages) for item in bulletin.items] == [1, 1, 1, 1]


def test_items_numbered_by_han_numerals_and_listed_before() -> None:
    bulletin = parsed(
        """
        经济信息摘报
        （第3期）
        本期要目
        一、央行下调存款准备金率0.5个百分点
        二、财政部：前11月全国财政收入同比增长12.8%
        三、上海临港新片区推出跨境贸易便利化12条

        一、央行下调存款准备金率0.5个百分点
        中国人民银行决定于2021年12月15日下调金融机构存款准备金率0.5个百分点，释放长期资金约1.2万亿元。
        二、财政部：前11月全国财政收入同比增长12.8%
        财政部12月10日公布数据，前11月全国一般公共预算收入191252亿元。
        三、上海临港新片区推出跨境贸易便利化12条
        12月8日，临港新片区管委会发布若干措施。主要内容包括：1.推进离岸贸易；2.完善结算；3.优化监管。
        """
    )
    assert (bulletin.title, bulletin.issue, bulletin.date, bulletin.year) == (
        "经济信息摘报",
        "第3期",
        None,
        2021,
    )
    assert outline(bulletin) == [
        ("", "央行下调存款准备金率0.5个百分点", None),
        ("", "财政部：前11月全国财政收入同比增长12.8%", "2021-12-10"),
        ("", "上海临港新片区推出跨境贸易便利化12条", "2021-12-08"),
    ]
    assert [len(item.passages) for item in bulletin.items] == [1, 1, 1]


def test_a_report_in_numbered_parts_with_numbered_subheadings() -> None:
    bulletin = parsed(
        """
        某某大学智库要报

        新能源汽车下乡的堵点与对策

        摘要：新能源汽车下乡面临充电难、售后难、保值难等问题。本报告建议补短板、建网络、强服务。

        关键词：新能源汽车；乡村振兴；消费

        一、主要堵点

        1.充电设施不足

        截至2023年底，全国乡镇公共充电桩覆盖率仅为62%，每千辆车对应充电桩不足30个。

        2.售后网点偏少

        县域以下授权维修点占比不到15%，平均维修半径超过60公里。

        二、对策建议

        1.加快补齐充电短板

        建议到2025年实现乡镇公共充电桩全覆盖。

        2.完善售后服务网络

        支持企业建立流动服务站。

        （作者：某某大学县域经济研究院课题组）
        """
    )
    assert (bulletin.title, bulletin.issue, bulletin.date, bulletin.year) == (
        "某某大学智库要报",
        "",
        None,
        None,
    )
    assert outline(bulletin) == [
        ("", "新能源汽车下乡的堵点与对策", None),
    ]
    assert [len(item.passages) for item in bulletin.items] == [13]


def test_circles_before_sections_and_dashes_before_titles() -> None:
    bulletin = parsed(
        """
        信息快报（周刊）
        2022年第40期（10月3日—10月9日）

        ◎ 政策动态

        - 国务院印发《关于扩大政务服务“跨省通办”范围的意见》
          10月4日，国务院印发意见，新增22项跨省通办事项。

        - 财政部下达水利救灾资金
          10月7日，财政部下达资金3.5亿元，支持南方省份抗旱。

        ◎ 地方实践

        - 江西推行“一照通办”
          江西省自10月8日起推行改革，企业凭营业执照即可办理23项许可事项。
        """
    )
    assert (bulletin.title, bulletin.issue, bulletin.date, bulletin.year) == (
        "信息快报（周刊）",
        "2022年第40期",
        None,
        2022,
    )
    assert outline(bulletin) == [
        ("政策动态", "国务院印发《关于扩大政务服务“跨省通办”范围的意见》", "2022-10-04"),
        ("政策动态", "财政部下达水利救灾资金", "2022-10-07"),
        ("地方实践", "江西推行“一照通办”", "2022-10-08"),
    ]
    assert [len(item.passages) for item in bulletin.items] == [1, 1, 1]


def test_titles_in_brackets_on_the_line_of_their_text() -> None:
    bulletin = parsed(
        """
        每日科技速递
        2023年6月1日 第101期
        【人工智能】
        【我国发布首个大模型标准体系】5月31日，全国信标委发布大模型标准体系1.0版，包含基础、能力、应用三部分。
        【上海：算力调度平台上线】上海市5月30日上线算力调度平台，首批接入五家算力中心，总算力达3000P。
        【生物医药】
        【新型疟疾疫苗获批】世卫组织5月29日预认证新型疟疾疫苗，年产能2亿剂。
        【基因编辑疗法进入三期临床】某公司宣布，其镰状细胞病疗法进入三期临床。
        """
    )
    assert (bulletin.title, bulletin.issue, bulletin.date, bulletin.year) == (
        "每日科技速递",
        "第101期",
        "2023-06-01",
        2023,
    )
    assert outline(bulletin) == [
        ("人工智能", "我国发布首个大模型标准体系", "2023-05-31"),
        ("人工智能", "上海：算力调度平台上线", "2023-05-30"),
        ("生物医药", "新型疟疾疫苗获批", "2023-05-29"),
        ("生物医药", "基因编辑疗法进入三期临床", "2023-06-01"),
    ]
    assert [len(item.passages) for item in bulletin.items] == [1, 1, 1, 1]


def test_numbered_paragraphs_that_begin_with_their_titles() -> None:
    bulletin = parsed(
        """
        市场监管动态
        2022年第3期
        一、总局要闻
        1．总局部署食品安全专项检查。3月2日，总局召开电视电话会议，部署春季学校食品安全专项检查。
        2．总局公布十大典型案例。3月5日，总局公布2021年反不正当竞争十大典型案例。
        二、地方动态
        1．江苏开展“铁拳”行动。江苏省局3月1日起开展民生领域案件查办“铁拳”行动。
        2．浙江上线“浙江公平在线”系统。3月7日，浙江省局上线系统，监测平台经济重点问题。
        """
    )
    assert (bulletin.title, bulletin.issue, bulletin.date, bulletin.year) == (
        "市场监管动态",
        "2022年第3期",
        None,
        2022,
    )
    assert outline(bulletin) == [
        ("总局要闻", "总局部署食品安全专项检查", "2022-03-02"),
        ("总局要闻", "总局公布十大典型案例", "2022-03-05"),
        ("地方动态", "江苏开展“铁拳”行动", "2022-03-01"),
        ("地方动态", "浙江上线“浙江公平在线”系统", "2022-03-07"),
    ]
    assert [len(item.passages) for item in bulletin.items] == [1, 1, 1, 1]


def test_markdown_with_titles_in_bold_on_the_line_of_their_text() -> None:
    bulletin = parsed(
        """
        # 一周科技要闻

        **政策**

        **科技部印发办法。** 3月1日，科技部印发《科技伦理审查办法》，自6月1日起施行。

        **财政部调整目录。** 财政部3月3日调整进口科技重大装备目录。

        **产业**

        **首台国产核磁设备交付。** 3月4日，首台国产5T核磁设备在武汉交付。
        """
    )
    assert (bulletin.title, bulletin.issue, bulletin.date, bulletin.year) == ("", "", None, None)
    assert outline(bulletin) == [
        ("政策", "科技部印发办法", None),
        ("政策", "财政部调整目录", None),
        ("产业", "首台国产核磁设备交付", None),
    ]
    assert [len(item.passages) for item in bulletin.items] == [1, 1, 1]


def test_an_english_bulletin_in_wrapped_lines() -> None:
    bulletin = parsed(
        """
        Weekly Brief on Yangtze River Delta
        Vol. 3, No. 14                                        April 9, 2021

        POLICY UPDATES

        Shanghai releases plan to boost digital transformation

        The Shanghai municipal government on April 6 released a three-year plan to
        boost the city's digital transformation. The plan lists 12 tasks, including
        building 100 digital factories by 2023.

        Zhejiang sets up provincial carbon account system

        Zhejiang province has set up carbon accounts for 50,000 enterprises, the
        provincial statistics bureau said on April 7.

        BUSINESS

        Nanjing chip hub draws 20 new projects

        Jiangbei New Area in Nanjing signed 20 chip projects worth 15 billion yuan
        on April 8.
        """
    )
    assert (bulletin.title, bulletin.issue, bulletin.date, bulletin.year) == (
        "Weekly Brief on Yangtze River Delta",
        "No. 14",
        "2021-04-09",
        2021,
    )
    assert outline(bulletin) == [
        ("POLICY UPDATES", "Shanghai releases plan to boost digital transformation", "2021-04-06"),
        ("POLICY UPDATES", "Zhejiang sets up provincial carbon account system", "2021-04-07"),
        ("BUSINESS", "Nanjing chip hub draws 20 new projects", "2021-04-08"),
    ]
    assert [len(item.passages) for item in bulletin.items] == [1, 1, 1]


def test_contents_with_a_space_before_the_page_and_a_section_of_one_item_without_number() -> None:
    bulletin = parsed(
        """
        目 录
        一、本周要闻 1
        二、行业数据 3
        三、企业动态 5

        一、本周要闻
        1.国家数据局正式揭牌
        10月25日，国家数据局在北京正式揭牌。
        2.《生成式人工智能服务管理暂行办法》配套标准征求意见
        10月11日，全国信安标委就配套标准公开征求意见，期限至10月25日。
        二、行业数据
        三季度软件业收入增长13.5%
        工信部数据显示，前三季度软件业务收入87610亿元，同比增长13.5%。
        三、企业动态
        1.华为发布全系列存储产品
        华为10月20日发布新产品。
        2.小米汽车获得生产资质
        工信部10月23日公示名单。
        """
    )
    assert [(section, title) for section, title, _ in outline(bulletin)] == [
        ("本周要闻", "国家数据局正式揭牌"),
        ("本周要闻", "《生成式人工智能服务管理暂行办法》配套标准征求意见"),
        ("行业数据", "三季度软件业收入增长13.5%"),
        ("企业动态", "华为发布全系列存储产品"),
        ("企业动态", "小米汽车获得生产资质"),
    ]


def test_minutes_have_the_title_that_stands_in_their_masthead() -> None:
    bulletin = parsed(
        """
        某市数字经济发展领导小组会议纪要
        〔2023〕第4号
        某市数字经济发展领导小组办公室　　　　2023年5月8日
        2023年5月6日下午，副市长李某某主持召开领导小组会议，研究数字经济发展工作。现纪要如下：
        一、会议听取了市经信局关于一季度运行情况的汇报。一季度数字经济核心产业增加值320亿元，增长9.8%。
        二、会议审议并原则通过《关于加快数据要素市场建设的若干措施》。由市大数据局修改完善后印发。
        三、会议要求，各成员单位要压实责任，确保半年“双过半”。
        """
    )
    assert outline(bulletin) == [("", "某市数字经济发展领导小组会议纪要", "2023-05-06")]
    assert [len(found.points) for found in bulletin.items[0].enumerations] == [3]
