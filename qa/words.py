"""Words that ask, point or glue and so say nothing about the topic of a question.

A closed class of the language (interrogatives, pronouns, particles, politeness), the same whatever the
bulletins hold; BM25 alone would weigh them highest, because bulletins hardly ever ask.
"""

from __future__ import annotations

from functools import lru_cache

from qa.text import tokens

_CHINESE = frozenset(
    """
    的 地 得 了 着 过 吗 呢 吧 啊 呀 么 嘛 是 不是 是不是 是否 能否 可否 有没有 有 没有 没 无 也 都 就
    又 还 还有 再 才 只 很 更 最 太 已 已经 将 将要 会 能 能够 可以 可 要 想 应 应该 应当 需要 需 必须
    得以 被 把 让 使 给 对 对于 关于 有关 在 于 从 自 到 至 向 往 由 以 按 按照 用 与 和 跟 同 及 以及
    或 或者 并 并且 而 而且 但 但是 如果 若 那 那么 那个 那些 这 这个 这些 这种 这次 此 该 其 其中 它
    它们 他 他们 她 她们 我 我们 你 你们 咱们 您 自己 各 各自 每 某 本 之 所 等 等等 什么 什么样 何 何时
    何地 何人 何处 为何 为什么 为啥 啥 谁 哪 哪里 哪儿 哪些 哪个 哪几 哪家 哪位 哪一 哪年 哪天 哪种 怎么
    怎么样 怎样 如何 多少 几 几个 几项 几种 几条 几家 几点 几类 几位 几方 几方面 多 多大 多久 多长 多高
    多远 多长时间 时候 什么时候 时 请问 请 问 一下 告诉 介绍 说明 说 说说 说到 讲 谈谈 知道 想知道
    了解 查 查一下 列出 列举 列 简述 概述 总结 一共 总共 共 共有 总 分别 具体 主要 目前 现在 当前 到底
    究竟 大概 大约 左右 根据 提到 提及 涉及 包括 包含 属于 叫 叫做 做 做出 进行 方面 内容 情况 问题 事
    事情 个 项 条 种 家 位 件 些 点 类 一 一个 一些 两 两个 个个 里 里面 中 上 下 内 后 前 之后 之前
    以后 以前 当中 当 来 去 起来 出 出来 过去 一样 样 比较 对比 相比 区别 不同 差异 异同 简报 信息 公报
    文中 文章 报道 资料 材料 消息 条目 原文 里头 上面 下面 第 年 月 日 号 天 一年 期间 作用 意义 原因
    目的 看 看看 所有 全部 任何 呗 哦 咋 咋样 有何 有哪些 是什么 做什么 干什么 如下 以下 方式 为 因为
    所以 由于 通过 大面积 大规模 什麼 哪裡 嗎
    """.split()
)
_ENGLISH = frozenset(
    """
    a an the of in on at to for from by with about into over under as and or but if then than that this
    these those it its they them their there here he she his her i me my we us our you your is are was
    were be been being am do does did done doing have has had having can could will would shall should
    may might must what which who whom whose when where why how many much long far often old large big
    any some all both each every no not only also just please tell give show list name explain describe
    say says said mention mentioned according bulletin bulletins document documents item items s t re ve
    ll d so such out up down off between during after before since until once per via new kind kinds
    sort type main
    """.split()
)

# Nouns that name the kind of thing asked for, not a thing: 哪个部门, 什么级别, 目标是多少.
GENERAL_NOUNS = frozenset(
    """
    目标 规定 部门 级别 单位 东西 地方 编号 文号 机构 主体 来源 项目 情况 数量 金额 名称 内容
    经验 做法 成效 经历
    原因 方式 对象 范围 时间 地点 人员 条件 标准 要求 程序 流程 步骤 措施 政策 办法 文件 数字
    事情 种类 类型 类别 等级 水平 程度 比例 总数 结果 地区 组织 机关 群体 人群 渠道 途径 日期
    年份 月份 期限 时长 钱数 数额 数值 指标 环节 领域 行业 任务 举措 亮点 特点 作用 意义 背景
    目的 理由 好处 影响 变化 区别 共同点 主题 题目 标题 全称 简称 次数 人数 户数
    """.split()
)


def is_function_word(token: str) -> bool:
    """Whether a search token is a word that asks, points or glues."""
    return token in _CHINESE or token in _ENGLISH


@lru_cache(maxsize=2048)
def content_terms(text: str) -> tuple[str, ...]:
    """The search tokens of `text` that say what it is about, each once, in order.

    >>> content_terms("江苏的安全风险报告什么时候交？")
    ('江苏', '安全', '风险', '报告', '交')
    """
    return tuple(dict.fromkeys(token for token in tokens(text) if not is_function_word(token)))
