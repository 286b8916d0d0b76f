"""Bulletins in styles unlike the samples': what stands around the text of their items."""

from typesetting import outline, parsed

ENERGY = [
    ("石油天然气", "沙特阿美宣布削减资本支出", "2021-03-10"),
    ("石油天然气", "挪威批准北海新油田开发", "2021-03-11"),
    ("可再生能源", "德国海上风电招标规模创新高", "2021-03-09"),
]


def test_a_contents_list_with_sections_between_its_entries_and_an_entry_over_two_lines() -> None:
    bulletin = parsed(
        """
        长三角协同发展动态
        （2022年第17期　总第231期）
        长三角协同发展研究中心编　　　　　　　　　2022年9月5日

        目　　录

        【要闻】
        三省一市共同签署生态环境联合执法合作协议…………………………1
        长三角生态绿色一体化发展示范区发布第三批制度创新成果
        ………………………………………………………………………………3
        【产业】
        合肥集成电路产业集群入选国家先进制造业集群……………………5
        苏州启用首个跨境数据流动服务平台…………………………………7

        【要闻】
        三省一市共同签署生态环境联合执法合作协议
        8月29日，沪苏浙皖生态环境部门在上海共同签署《长三角生态环境联合执法合作协议》，明确建立信息互通、线索移交、结果互认等机制。
        （来源：新华日报）
        长三角生态绿色一体化发展示范区发布第三批制度创新成果
        8月25日，示范区发布第三批18项制度创新成果，涵盖规划管理、生态保护、土地管理等领域。（来源：解放日报）
        【产业】
        合肥集成电路产业集群入选国家先进制造业集群
        工业和信息化部近日公布名单，合肥市集成电路产业集群入选，集群内企业超过400家。
        （来源：安徽日报）
        苏州启用首个跨境数据流动服务平台
        9月1日，苏州工业园区启用跨境数据流动服务平台，首批12家企业接入。
        （来源：苏州日报）
        """
    )
    assert (bulletin.title, bulletin.issue, bulletin.date, bulletin.year) == (
        "长三角协同发展动态",
        "2022年第17期",
        "2022-09-05",
        2022,
    )
    assert outline(bulletin) == [
        ("要闻", "三省一市共同签署生态环境联合执法合作协议", "2022-08-29"),
        ("要闻", "长三角生态绿色一体化发展示范区发布第三批制度创新成果", "2022-08-25"),
        ("产业", "合肥集成电路产业集群入选国家先进制造业集群", "2022-09-05"),
        ("产业", "苏州启用首个跨境数据流动服务平台", "2022-09-01"),
    ]
    assert [len(item.passages) for item in bulletin.items] == [2, 1, 2, 2]


def test_a_running_header_and_page_marks_without_form_feeds_and_a_title_over_two_lines() -> None:
    bulletin = parsed(
        """
        浙江民生信息　　　　　　　　　　　　　　　　　　　　　　　　2021年第8期
        一、社会保障
        （一）杭州市建立长期护理保险“失能等级评估、服务供给、基金监
        管”三位一体机制
            4月12日，杭州市医疗保障局发布通知，建立长期护理保险三位
        一体机制，覆盖全市1136万参保人员。
            评估由第三方机构承担，评估费用由基金和个人按八比二承担。
                                       — 1 —
        浙江民生信息　　　　　　　　　　　　　　　　　　　　　　　　2021年第8期
        （二）嘉兴市推行社保卡“一卡通”
            4月15日起，嘉兴市推行社保卡“一卡通”，可在图书馆、公园、
        公交等42个场景使用。
        二、教育卫生
        （一）宁波市中小学全部配备专职心理健康教师
            据宁波市教育局统计，全市1182所中小学已全部配备专职心理健
        康教师，比2020年增加356人。
                                       — 2 —
        浙江民生信息　　　　　　　　　　　　　　　　　　　　　　　　2021年第8期
        （二）温州市上线“云胶片”
            4月20日，温州市23家医院上线“云胶片”，患者不再需要领取纸
        质胶片。
                                       — 3 —
        """
    )
    assert (bulletin.title, bulletin.issue, bulletin.date, bulletin.year) == (
        "浙江民生信息",
        "2021年第8期",
        None,
        2021,
    )
    assert outline(bulletin) == [
        ("社会保障", "杭州市建立长期护理保险“失能等级评估、服务供给、基金监管”三位一体机制", "2021-04-12"),
        ("社会保障", "嘉兴市推行社保卡“一卡通”", "2021-04-15"),
        ("教育卫生", "宁波市中小学全部配备专职心理健康教师", None),
        ("教育卫生", "温州市上线“云胶片”", "2021-04-20"),
    ]
    assert [len(item.passages) for item in bulletin.items] == [2, 1, 1, 1]


def test_a_day_and_a_source_under_each_title() -> None:
    bulletin = parsed(
        """
        国际能源观察
        2021.03.15

        石油天然气
        沙特阿美宣布削减资本支出
        2021-03-10　来源：路透社
        沙特阿美10日宣布，将2021年资本支出削减至350亿美元。
        挪威批准北海新油田开发
        2021-03-11　来源：彭博社
        挪威政府11日批准北海油田开发计划，投资约18亿美元。
        可再生能源
        德国海上风电招标规模创新高
        2021-03-09　来源：Recharge
        德国联邦网络管理局9日公布招标结果，总规模958兆瓦。
        """
    )
    assert (bulletin.title, bulletin.issue, bulletin.date, bulletin.year) == (
        "国际能源观察",
        "",
        "2021-03-15",
        2021,
    )
    assert outline(bulletin) == ENERGY
    assert [len(item.passages) for item in bulletin.items] == [2, 2, 2]


def test_a_single_article_with_its_day_under_the_title() -> None:
    bulletin = parsed(
        """
        沙特阿美宣布削减资本支出
        2021-03-10
        沙特阿美10日宣布，将2021年资本支出削减至350亿美元。公司表示，将优先保障股息。
        分析人士认为，此举有助于油价企稳。
        """
    )
    assert (bulletin.title, bulletin.issue, bulletin.date, bulletin.year) == ("", "", None, 2021)
    assert outline(bulletin) == [
        ("", "沙特阿美宣布削减资本支出", "2021-03-10"),
    ]
    assert [len(item.passages) for item in bulletin.items] == [3]


def test_bare_days_under_titles_below_a_masthead() -> None:
    bulletin = parsed(
        """
        国际能源观察
        第12期
        石油天然气
        沙特阿美宣布削减资本支出
        2021-03-10
        沙特阿美10日宣布，将2021年资本支出削减至350亿美元。
        挪威批准北海新油田开发
        2021-03-11
        挪威政府11日批准北海油田开发计划，投资约18亿美元。
        可再生能源
        德国海上风电招标规模创新高
        2021-03-09
        德国联邦网络管理局9日公布招标结果，总规模958兆瓦。
        """
    )
    assert (bulletin.title, bulletin.issue, bulletin.date, bulletin.year) == (
        "国际能源观察",
        "第12期",
        None,
        2021,
    )
    assert outline(bulletin) == ENERGY
    assert [len(item.passages) for item in bulletin.items] == [2, 2, 2]


def test_an_official_document_with_its_number_its_addressees_and_its_signature() -> None:
    bulletin = parsed(
        """
        上海市人民政府办公厅关于印发《上海市数据条例实施方案》的通知
        沪府办发〔2022〕8号
        各区人民政府，市政府各委、办、局：
        经市政府同意，现将《上海市数据条例实施方案》印发给你们，请认真按照执行。
        上海市人民政府办公厅
        2022年3月1日
        上海市数据条例实施方案
        为贯彻落实《上海市数据条例》，制定本方案。
        一、总体要求
        坚持统筹规划，到2025年建成数据要素市场体系。
        二、主要任务
        （一）完善数据基础制度
        建立公共数据授权运营制度。
        （二）培育数据要素市场
        支持数据交易所发展。
        """
    )
    assert (bulletin.title, bulletin.issue, bulletin.date, bulletin.year) == ("", "", None, 2022)
    assert outline(bulletin) == [
        ("", "上海市人民政府办公厅关于印发《上海市数据条例实施方案》的通知", "2022-03-01"),
        ("", "上海市数据条例实施方案", None),
    ]
    assert [len(item.passages) for item in bulletin.items] == [5, 8]


def test_a_header_on_every_page_and_numbers_in_brackets() -> None:
    bulletin = parsed(
        "经济参考内参\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000第 9 期\n"
        "【1】中小企业融资难问题调查\n"
        "    据对全国二十三个省区市一千二百家中小企业的问卷调查，有百分之四十一点三的企业反映融资\n"
        "渠道狭窄，百分之三十五的企业反映综合融资成本高于去年同期。\n"
        "    受访企业普遍建议，完善政府性融资担保体系，提高信用贷款比例，推动银行下沉服务，同时建\n"
        "\x0c经济参考内参\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000第 9 期\n"
        "立跨部门的信用信息共享机制，降低银企信息不对称程度。\n"
        "【2】秋粮收购市场运行平稳\n"
        "    截至九月三十日，主产区累计收购中晚稻一千二百二十万吨，同比增加八十六万吨，市场价格总\n"
        "体平稳，优质优价特征明显。\n"
        "\x0c经济参考内参\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000第 9 期\n"
        "【3】新能源汽车保险费率偏高\n"
        "    部分车主反映新能源汽车保费较同价位燃油车高出两成以上，续保时涨幅更大，有的营运车辆甚\n"
        "至遭遇拒保。\n"
    )
    assert (bulletin.title, bulletin.issue, bulletin.date, bulletin.year) == (
        "经济参考内参",
        "第 9 期",
        None,
        None,
    )
    assert outline(bulletin) == [
        ("", "中小企业融资难问题调查", None),
        ("", "秋粮收购市场运行平稳", None),
        ("", "新能源汽车保险费率偏高", None),
    ]
    assert [len(item.passages) for item in bulletin.items] == [2, 1, 1]


def test_wrapped_titles_and_sources_in_brackets() -> None:
    bulletin = parsed(
        """
                政策与信息
                2019年第2期
            国内动态
            国务院发布《关于进一步做好稳就业工作的意见》 明确六方面
        举措
            12月24日，国务院发布《关于进一步做好稳就业工作的意见》，
        提出支持企业稳定岗位、开发更多就业岗位、促进劳动者多渠道就
        业创业等六方面举措。
            （据新华社）
            科技部启动“科技助力经济2020”重点专项申报
            为应对疫情影响，科技部启动重点专项申报，支持科技型中小企
        业成果转化应用，每个项目资助不超过100万元。
            （据《科技日报》）
            国际动态
            韩国公布“数字新政”路线图
            韩国政府14日公布路线图，到2025年投入58.2万亿韩元，创造90.3
        万个就业岗位。
            （据韩联社）
        """
    )
    assert (bulletin.title, bulletin.issue, bulletin.date, bulletin.year) == (
        "政策与信息",
        "2019年第2期",
        None,
        2019,
    )
    assert outline(bulletin) == [
        ("国内动态", "国务院发布《关于进一步做好稳就业工作的意见》明确六方面举措", "2019-12-24"),
        ("国内动态", "科技部启动“科技助力经济2020”重点专项申报", None),
        ("国际动态", "韩国公布“数字新政”路线图", None),
    ]
    assert [len(item.passages) for item in bulletin.items] == [2, 2, 2]


def test_a_speech_with_its_day_and_the_speakers_name() -> None:
    bulletin = parsed(
        """
        在全市招商引资大会上的讲话
        （2023年2月1日）
        某某某
        同志们：
        今天召开全市招商引资大会，主要任务是总结去年工作，部署今年任务。下面，我讲三点意见。
        一、认清形势，增强紧迫感
        去年，全市新签约亿元以上项目312个，总投资1860亿元，同比增长11.5%。
        二、突出重点，提高精准度
        （一）聚焦主导产业。围绕三大主导产业，编制产业链图谱。
        （二）聚焦重点区域。紧盯长三角、粤港澳大湾区。
        三、强化保障，提升执行力
        各级各部门要把招商引资作为“一号工程”。
        """
    )
    assert (bulletin.title, bulletin.issue, bulletin.date, bulletin.year) == ("", "", None, 2023)
    assert outline(bulletin) == [
        ("", "在全市招商引资大会上的讲话", "2023-02-01"),
    ]
    assert [len(item.passages) for item in bulletin.items] == [11]


def test_sources_in_brackets_are_no_sections() -> None:
    bulletin = parsed(
        """
        产业情报　总第88期　2024-03-20
        ■ 动力电池装车量同比增长
        中国汽车动力电池产业创新联盟数据显示，2月动力电池装车量18.0GWh，同比下降18.1%。
        【来源：中国汽车报】
        ■ 储能中标价格继续下探
        2月储能系统中标均价0.71元/Wh，环比下降4%。
        【来源：高工锂电】
        【编辑：研究部】
        """
    )
    assert (bulletin.title, bulletin.issue, bulletin.date, bulletin.year) == (
        "产业情报",
        "总第88期",
        "2024-03-20",
        2024,
    )
    assert outline(bulletin) == [
        ("", "动力电池装车量同比增长", "2024-03-20"),
        ("", "储能中标价格继续下探", "2024-03-20"),
    ]
    assert [len(item.passages) for item in bulletin.items] == [2, 3]
