"""The nouns and names of a Chinese text, by jieba's part-of-speech tags."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Any

from qa.text import segmenter

# Nouns with which a writer frames what a source says without adding to it: 主要措施包括…
_FRAMES = frozenset(
    "措施 方面 内容 情况 要点 规定 时间 地点 原因 目的 目标 特点 方式 数量 总数 问题 信息 资料 "
    "原文 引文 结果 作用 意义 人士 要求 工作 亮点 事项 简报 条目 报道 消息 部分 范围 对象 具体 名称 "
    "共计 总计 合计 当地 当天 当时 日期 "
    "观众 公众 民众 人们".split()
)
_lock = threading.Lock()
_loaded: Any = None


@lru_cache(maxsize=2048)
def nouns(text: str) -> tuple[str, ...]:
    """The nouns, names and classifying words (市立) of `text` that say something of its matter, in order.

    >>> nouns("实验室主任由李建国教授担任")
    ('实验室', '主任', '李建国', '教授')
    """
    return tuple(
        pair.word
        for pair in _tagger().cut(text)
        if pair.flag[0] in "njb" and len(pair.word) > 1 and pair.word not in _FRAMES
    )


def _tagger() -> Any:
    global _loaded
    if _loaded is None:
        with _lock:
            if _loaded is None:
                from jieba.posseg import POSTokenizer

                _loaded = POSTokenizer(segmenter())
    return _loaded
