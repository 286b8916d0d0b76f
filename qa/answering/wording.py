"""What verification says to the reader, in Chinese and English."""

from __future__ import annotations

_PROBLEMS = {
    "zh": {
        "uncited": "没有注明出处",
        "number": "数字“{}”在所引原文中找不到",
        "date": "日期“{}”在所引原文中找不到",
        "scattered": "“{}”在所引原文中不是同一句话说的",
        "name": "“{}”在所引原文中找不到",
        "place": "地名“{}”在所引原文中找不到",
        "negation": "肯定与否定同所引原文相反",
        "opposite": "“{}”与所引原文的说法相反",
        "words": "用词大多不见于所引原文",
        "uncheckable": "没有可与所引原文核对的内容",
        "markup": "含有链接或标记",
        "long": "过长，无法核对",
    },
    "en": {
        "uncited": "it cites nothing",
        "number": "the number “{}” is not in the quote it cites",
        "date": "the date “{}” is not in the quote it cites",
        "scattered": "“{}” do not stand together in the quote it cites",
        "name": "“{}” is not in the quote it cites",
        "place": "the place “{}” is not in the quote it cites",
        "negation": "it affirms what its quote denies, or the other way round",
        "opposite": "“{}” is the opposite of what its quote says",
        "words": "most of its words are not in the quote it cites",
        "uncheckable": "nothing in it can be compared with the quote it cites",
        "markup": "it holds a link or markup",
        "long": "it is too long to be checked",
    },
}


def problem_text(kind: str, value: str, language: str) -> str:
    """One problem of a sentence, worded for the reader."""
    return _PROBLEMS["zh" if language == "zh" else "en"][kind].format(value[:40])


def summary(dropped: int, whole: int, language: str) -> str:
    """How many of a reply's sentences were left out."""
    if language == "zh":
        return f"语言模型写的 {whole} 句话中有 {dropped} 句在所引原文中查无实据，已略去。"
    return f"{dropped} of the model's {whole} sentences were not borne out by their quotes and are left out."
