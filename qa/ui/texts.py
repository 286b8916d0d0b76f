# ruff: noqa: E501 (a table of texts reads best with one entry a line)
"""What the page says, in Chinese and English."""

from __future__ import annotations

from typing import Literal

Language = Literal["zh", "en"]

TEXTS: dict[str, tuple[str, str]] = {
    "title": ("简报问答", "Bulletin QA"),
    "subtitle": ("逐字有据，无据则止", "Verbatim answers, or an honest refusal"),
    "tab.ask": ("问答", "Ask"),
    "tab.library": ("资料库", "Library"),
    "tab.evaluation": ("评测", "Evaluation"),
    "language": ("English", "中文"),
    "theme": ("明暗", "Theme"),
    "counts": ("{bulletins} 份简报 · {items} 条", "{bulletins} bulletins · {items} items"),
    "contents.more": (
        "另有 {number} 条未列出，可直接提问",
        "{number} more items are not listed; ask for them",
    ),
    "counts.items": ("{number} 条", "{number} items"),
    # Asking
    "question": ("问题", "Question"),
    "question.placeholder": (
        "就简报内容提问（回车发送）",
        "Ask about the bulletins (Enter to send)",
    ),
    "send": ("提问", "Ask"),
    "stop": ("停止", "Stop"),
    "editing": (
        "正在修改上一个问题，发送后将替换原来的回答。",
        "Editing the last question; sending replaces its answer.",
    ),
    "cancel": ("取消", "Cancel"),
    "filters": ("筛选", "Filters"),
    "filters.active": ("筛选（{number} 项生效）", "Filters ({number} active)"),
    "filter.section": ("栏目", "Sections"),
    "filter.bulletin": ("简报", "Bulletins"),
    "filter.since": ("自", "From"),
    "filter.until": ("至", "To"),
    "filter.date": ("年-月-日", "YYYY-MM-DD"),
    "filter.clear": ("清除筛选", "Clear filters"),
    "mode": ("回答方式", "Answer mode"),
    "mode.auto": ("自动", "Automatic"),
    "mode.extractive": ("逐字摘录", "Verbatim quotes"),
    "mode.generative": ("语言模型撰写", "Written by a language model"),
    "examples": ("可以这样问", "You could ask"),
    "example.points": ("{title}，有哪几个方面？", "What are the main points of “{title}”?"),
    "example.when": ("{title}，是什么时间？", "When did this happen: {title}?"),
    "example.what": ("{title}，具体内容是什么？", "What does it say about “{title}”?"),
    "welcome": ("向 {bulletins} 份简报中的 {items} 条信息提问", "Ask {items} items in {bulletins} bulletins"),
    "welcome.more": (
        "回答只引用简报原文，每一句都注明出处，点按编号即可核对；简报没有说的，会直接告诉您。",
        "Answers quote the bulletins word for word. Every sentence carries its source, one click away; "
        "what the bulletins do not say, you are told.",
    ),
    "empty": ("资料库里还没有简报", "There are no bulletins yet"),
    "empty.more": (
        "请到“资料库”页上传简报（PDF、DOCX、HTML、TXT、MD、JSONL），或把文件放进下面的文件夹后点“重新索引”。",
        "Upload bulletins (PDF, DOCX, HTML, TXT, MD, JSONL) in the Library tab, or put files into the folder "
        "below and choose Re-index.",
    ),
    "empty.open": ("打开资料库", "Open the library"),
    "conversation": ("对话", "Conversation"),
    "answering": ("正在查阅简报…", "Reading the bulletins…"),
    "stopped": ("已停止", "Stopped"),
    "refused": ("简报中没有依据", "Not supported by the bulletins"),
    "failed": ("没有完成", "Not completed"),
    "nearest": ("最接近的内容", "The closest the bulletins come"),
    "references": ("参考文献", "References"),
    "sources": ("出处", "Sources"),
    "sources.count": ("出处（{number}）", "Sources ({number})"),
    "cite": ("第 {number} 处引文：{title}", "Citation {number}: {title}"),
    "page": ("第 {number} 页", "p. {number}"),
    "copy.plain": ("复制", "Copy"),
    "copy.markdown": ("复制为 Markdown", "Copy as Markdown"),
    "copy.gbt7714": ("复制为 GB/T 7714", "Copy as GB/T 7714"),
    "retry": ("重试", "Retry"),
    "edit": ("修改问题", "Edit"),
    "good": ("有用", "Helpful"),
    "bad": ("没用", "Not helpful"),
    "save": ("存为评测题", "Save as question"),
    "saved": ("已存入 {path}", "Saved to {path}"),
    "why": ("为什么这样回答", "Why this answer"),
    "why.understood": ("理解为", "Understood as"),
    "why.confidence": ("可信度", "Confidence"),
    "why.mode": ("方式", "Mode"),
    "why.seconds": ("用时", "Time"),
    "why.time": ("{seconds} 秒", "{seconds} s"),
    "why.reason": ("依据判断", "Reason"),
    "why.notes": ("说明", "Notes"),
    "why.hits": ("检索到的段落", "Passages found"),
    "why.rank": ("序", "Rank"),
    "why.item": ("条目", "Item"),
    "why.evidence": ("最相关的一句", "Best sentence"),
    "why.lexical": ("字词", "Lexical"),
    "why.dense": ("语义", "Dense"),
    "why.score": ("得分", "Score"),
    # Conversations kept in the browser
    "menu": ("对话列表", "Chats"),
    "new": ("新对话", "New conversation"),
    "history": ("历史对话", "Conversations"),
    "history.none": ("对话只保存在这个浏览器里。", "Conversations are kept in this browser only."),
    "history.delete": ("删除对话“{title}”", "Delete the conversation “{title}”"),
    "export": ("导出对话", "Export"),
    "export.none": ("还没有可以导出的对话。", "There is nothing to export yet."),
    # The reader
    "reader": ("原文", "Source"),
    "reader.none": (
        "点按回答中的编号，在这里核对原文。",
        "Choose a number in an answer to check it in the source here.",
    ),
    "reader.keys": ("按 [ 和 ] 在引文间移动", "[ and ] move between citations"),
    "reader.previous": ("上一处引文", "Previous citation"),
    "reader.next": ("下一处引文", "Next citation"),
    "reader.close": ("关闭原文", "Close the source"),
    "reader.contents": ("目录", "Contents"),
    "reader.gone": ("资料库里已没有《{name}》。", "“{name}” is no longer in the library."),
    "reader.part": (
        "原文较长，只显示引文前后的部分。",
        "The bulletin is long; the part around the quote is shown.",
    ),
    "reader.of": ("{number} / {total}", "{number} / {total}"),
    # Library
    "library.upload": ("把文件拖到这里，或点按选择", "Drop files here, or click to choose"),
    "library.upload.hint": (
        "PDF、DOCX、HTML、TXT、MD、JSONL；每次最多 {number} 个文件，每个不超过 {size} MB。",
        "PDF, DOCX, HTML, TXT, MD, JSONL; at most {number} files at a time, {size} MB each.",
    ),
    "library.remove": ("移除", "Remove"),
    "library.remove.pick": ("要移除的简报", "Bulletin to remove"),
    "library.remove.sure": (
        "确认移除？文件将移到简报文件夹里的 .removed 文件夹，不会被删除。",
        "Remove it? The file moves to the folder .removed inside the bulletins folder; it is not deleted.",
    ),
    "library.removed": ("已移除《{name}》，文件在 {path}", "Removed “{name}”; the file is now {path}"),
    "library.reindex": ("重新索引", "Re-index"),
    "library.reindexed": (
        "索引已是最新：新增 {added}，变更 {changed}，移除 {removed}，跳过 {skipped}，用时 {seconds} 秒。",
        "The index is up to date: {added} added, {changed} changed, {removed} removed, {skipped} skipped, "
        "{seconds} s.",
    ),
    "library.skipped": ("跳过《{name}》：{reason}", "Skipped “{name}”: {reason}"),
    "library.folder": ("简报文件夹", "Bulletins folder"),
    "library.index": ("索引文件夹", "Index folder"),
    "library.contents.head": ("## 目录", "## Contents"),
    "library.upload.head": ("## 上传简报", "## Upload bulletins"),
    "library.care.head": ("## 整理", "## Look after the library"),
    "library.file.done": ("已加入", "added"),
    "library.file.failed": ("没有加入", "not added"),
    "library.file.waiting": ("等待", "waiting"),
    "library.file.reading": ("读取中…", "reading…"),
    "library.file.added": ("已加入：{items} 条", "added: {items} items"),
    "library.file.renamed": ("已加入，存为《{name}》：{items} 条", "added as “{name}”: {items} items"),
    "library.file.same": ("内容与《{name}》相同，未重复加入", "the same as “{name}”, not added again"),
    "library.cancelled": (
        "已取消；已加入的文件保留，正在读取的文件会读完并加入。",
        "Cancelled; files already added stay, and the one being read is finished and added.",
    ),
    "chart.sections": ("各栏目条目数（共 {number} 条）", "Items by section ({number})"),
    "chart.places": (
        "标题和首段提到的省份（条目数）",
        "Provinces named in title or first passage",
    ),
    "chart.months": ("各月条目数（注明日期的 {number} 条）", "Items by month ({number} dated)"),
    "chart.section": ("栏目", "Section"),
    "chart.place": ("地区", "Place"),
    "chart.month": ("月份", "Month"),
    "chart.items": ("条目数", "Items"),
    "none.section": ("（无栏目）", "(no section)"),
    # Evaluation
    "evaluation.file": ("评测题（JSONL）", "Question set (JSONL)"),
    "evaluation.head": ("## 评测题（JSONL）", "## Question set (JSONL)"),
    "evaluation.hint": (
        "每行一题；格式见说明。在回答下点“存为评测题”也会积累题目。",
        "One question a line; see the README for the format. “Save as question” under an answer collects more.",
    ),
    "evaluation.run": ("开始评测", "Run the evaluation"),
    "evaluation.kept": ("评测已保存的题目", "Evaluate the saved questions"),
    "evaluation.progress": ("正在评测：{done} / {total}", "Evaluating: {done} of {total}"),
    "evaluation.done": ("共 {number} 题，用时 {seconds} 秒。", "{number} questions, {seconds} s."),
    "evaluation.none": ("请先选择评测题文件。", "Choose a question set first."),
    "evaluation.nothing": ("还没有保存的题目。", "No questions have been saved yet."),
    "evaluation.report": ("下载 HTML 报告", "Download the HTML report"),
    "evaluation.measure": ("指标", "Measure"),
    "evaluation.value": ("数值", "Value"),
    "evaluation.interval": ("95% 区间", "95% interval"),
    "evaluation.type": ("类型", "Type"),
    "evaluation.answer": ("回答", "Answer"),
    "evaluation.cited": ("引用条目", "Cited items"),
    "evaluation.rows": ("逐题结果", "Question by question"),
    # Errors
    "error.busy": (
        "提问太快了，请稍候再试。",
        "Too many questions in a short time; wait a moment and try again.",
    ),
    "error.long": (
        "问题太长（最多 {number} 字），请缩短。",
        "The question is too long (at most {number} characters).",
    ),
    "error.unexpected": (
        "出了意外的错误，已记入日志；请重试。",
        "Something unexpected went wrong and was logged; please try again.",
    ),
    "error.date": (
        "日期“{value}”无法识别，请写成 2020-12-01 的样子。",
        "“{value}” is not a date such as 2020-12-01.",
    ),
    "error.type": (
        "《{name}》不是可读的简报格式（{suffixes}）。",
        "“{name}” is not a format that can be read ({suffixes}).",
    ),
    "error.content": ("《{name}》的内容不是 {kind} 文件。", "The content of “{name}” is not {kind}."),
    "error.size": ("《{name}》超过 {size} MB。", "“{name}” is larger than {size} MB."),
    "error.count": ("一次最多 {number} 个文件。", "At most {number} files at a time."),
    "error.void": ("《{name}》是空文件。", "“{name}” is empty."),
    "error.name": (
        "“{name}”会被当作评测题或说明文件，请改名后再传。",
        "“{name}” would be taken for a question set or a readme; rename it first.",
    ),
}


def say(language: Language, key: str, **values: object) -> str:
    """The text of `key` in `language`, its places filled with `values`."""
    text = TEXTS[key][0 if language == "zh" else 1]
    return text.format(**values) if values else text


def language_of_browser(accept_language: str) -> Language:
    """The language that an Accept-Language header asks for first: Chinese unless English comes before it.

    >>> language_of_browser("fr;q=0.9, en-GB;q=0.8, zh-CN;q=0.5")
    'en'
    >>> language_of_browser("")
    'zh'
    """
    wishes: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept_language.split(",")):
        tag, _, parameters = part.strip().partition(";")
        try:
            weight = float(parameters.partition("q=")[2]) if "q=" in parameters else 1.0
        except ValueError:
            continue
        if weight > 0 and tag:
            wishes.append((-weight, place, tag.lower()))
    for _, _, tag in sorted(wishes):
        if tag.startswith("zh"):
            return "zh"
        if tag.startswith("en"):
            return "en"
    return "en" if wishes and not any(tag == "*" for _, _, tag in wishes) else "zh"
