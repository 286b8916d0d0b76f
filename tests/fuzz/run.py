"""Fuzz a target with coverage for its guide: `pip install atheris`, then

    python tests/fuzz/run.py TARGET [--seconds 300] [--corpus DIR]

An input that breaks the target is written beside the corpus and named; once the fault is mended, a short
form of it belongs into `tests/fuzz/found/TARGET/`, where the tests try it again.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [
    str(ROOT),
    str(ROOT / "tests" / "parsing"),
    str(ROOT / "tests" / "reading"),
    str(ROOT / "tests" / "fuzz"),
]

PIECES = (
    "一是 二是 三是 第一， 首先 （一） 一、 二、 1. ① 目录 …… — 【工作动态】 # ## ** ◆ ★ - 第12期 2021年3月8日 12月30日 明年 日前 近日 去年 上半年"
    " 一季度 春节 昨天 上周 报： 责任编辑： 简报 上海 江苏 沪 浦东 全国首个 以下几个方面 四项任务 G60 PM2.5 亿元 。 ， ； ： “ ” （ ） 《 》 、"
    " 哪些 为什么 怎么 多少 什么时候 谁 它 那 呢 ？ 第三条 分别 对比 How What When compare December 30 2020-12-30 <p> </p> <table> <td> <tr>"
    ' <h2> <div> <br> </div> {"id": "title": "text": "date": "question": "gold": [] {} null true 1e999 <w:p> </w:p> <w:r><w:t> </w:t></w:r> <w:tbl>'
    ' <w:tr> <w:tc> <w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr> <w:num w:numId="1"> <w:abstractNum w:abstractNumId="0"> <w:lvl w:ilvl="0">'
    ' <w:numFmt w:val="chineseCounting"/> <w:lvlText w:val="%1、"/> <w:ins> <w:del> <w:br/> <w:tab/> obj endobj stream endstream /Type /Page BT ET Tj'
).split(" ")  # fmt: skip


def samples(target: str) -> list[bytes]:
    """Good inputs to begin with."""
    import making
    from typesetting import Setting, typeset

    text = typeset(Setting(width=56, indent="　　"))
    questions = [
        "江苏的安全风险报告什么时候交？",
        "上海和江苏有哪些措施？\n那江苏呢？",
        "12月8日发生了什么？",
        "Compare them.",
    ]
    found = {
        "pdf": [making.pdf()[:20000], making.two_columns(), making.scan(1)],
        "docx": [making.docx(table=[("甲", "乙")])],
        "html": [making.html().encode(), making.html("gbk").encode("gbk")],
        "jsonl": ['{"id": "a", "title": "题", "text": "文。", "date": "2020-12-30"}'.encode()],
        "questions": (ROOT / "seeds" / "questions.jsonl").read_bytes().splitlines()[:20],
        "question": [each.encode() for each in questions],
        "ask": [each.encode() for each in questions],
        "word": [b'<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>a</w:t></w:r></w:p>'],
    }  # fmt: skip
    return found.get(target, [text.encode(), text.encode("gb18030"), text[:400].encode("utf-16")])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target")
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--corpus", type=Path)
    options = parser.parse_args()
    import atheris

    with atheris.instrument_imports(include=["qa", "docx", "bs4"]):
        import targets
    if options.target not in targets.TARGETS:
        parser.error(f"no target {options.target!r}: use one of {', '.join(targets.TARGETS)}")
    run = targets.TARGETS[options.target]
    corpus = options.corpus or Path(tempfile.mkdtemp(prefix="bulletin-qa-corpus-"))
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(samples(options.target)):
        (corpus / f"sample-{number}").write_bytes(data)
    for path in sorted((ROOT / "tests" / "fuzz" / "found" / options.target).glob("*")):
        (corpus / f"found-{path.name}").write_bytes(path.read_bytes())
    words = corpus.parent / f"{corpus.name}.words"
    escaped = ("".join(f"\\x{byte:02x}" for byte in piece.encode()) for piece in PIECES)
    words.write_text("".join(f'"{word}"\n' for word in escaped))
    arguments = [
        sys.argv[0],
        str(corpus),
        f"-max_total_time={options.seconds}",
        f"-dict={words}",
        f"-artifact_prefix={corpus.parent / corpus.name}.",
        "-timeout=20",
        "-rss_limit_mb=4000",
        "-max_len=30000" if options.target in ("pdf", "docx") else "-max_len=4000",
        "-print_final_stats=1",
    ]
    # What is loaded once (a dictionary, a library) is no fault of the first input.
    run(samples(options.target)[0])
    atheris.Setup(arguments, run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
