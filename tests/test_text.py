"""Normalising, sentences, tokens and language."""

import itertools
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qa
from qa.text import (
    closing_places,
    compact,
    fold,
    language_of,
    matching_form,
    split_sentences,
    tokens,
)
from qa.text.dictionary import load_segmenter, private_cache_folder


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


def test_compact_takes_out_every_kind_of_white_space() -> None:
    assert compact(" 上 海\u3000市\n\t12\xa0月\f") == "上海市12月"


def test_matching_form_makes_widths_cases_and_spaces_equal() -> None:
    assert matching_form("Ｇ60 科创 走廊") == matching_form("g６０科创走廊") == "g60科创走廊"
    assert fold("Ｇ60 走廊") == "g60 走廊"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("会议召开。会议要求？好！", ["会议召开。", "会议要求？", "好！"]),
        ("他说：“很好。”会议结束。", ["他说：“很好。”", "会议结束。"]),
        ("他说“很好。”的时候大家笑了。", ["他说“很好。”的时候大家笑了。"]),
        ("坚持“大保护。快保护。同保护”的原则。完成。", ["坚持“大保护。快保护。同保护”的原则。", "完成。"]),
        ("办法（试行。暂行）施行。完。", ["办法（试行。暂行）施行。", "完。"]),
        ("一个“没有关上的引号。后面一句。", ["一个“没有关上的引号。", "后面一句。"]),
        ("一是打基础；二是强功能。", ["一是打基础；二是强功能。"]),
        ("真的吗？！是的。", ["真的吗？！", "是的。"]),
        ("增长3.2%，达到2.0版。", ["增长3.2%，达到2.0版。"]),
        (
            "It grew 3.5 percent. Dr. Li of U.S. Steel agreed. He left.",
            ["It grew 3.5 percent.", "Dr. Li of U.S. Steel agreed.", "He left."],
        ),
        ("没有句号的一行", ["没有句号的一行"]),
        ("  前后有空格。  ", ["前后有空格。"]),
        ("", []),
    ],
)
def test_sentences_end_at_stops_but_not_inside_quotes_or_brackets(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.text(alphabet="上海。！？；，“”‘’（）()《》\"' aA1.\n\u3000", max_size=80))
@settings(max_examples=300, deadline=None)
def test_sentences_cover_a_text_in_order_and_lose_nothing(text: str) -> None:
    spans = split_sentences(text)
    assert compact("".join(text[start:end] for start, end in spans)) == compact(text)
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(spans))
    assert all(start < end for start, end in spans)


def test_unclosed_marks_by_the_hundred_thousand_are_no_burden() -> None:
    assert closing_places("（“" * 100_000 + "》" * 100_000) == {}
    assert len(split_sentences("（" * 200_000 + "句。" * 10)) == 10


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("G60 科创走廊，PM2.5", ["g60", "科创", "走廊", "pm2.5"]),
        ("5G-6G", ["5g", "6g"]),
        ("１，０００ 万元和1,000万元", ["1000", "万元", "和", "1000", "万元"]),
        ("3.2%以上", ["3.2", "以上"]),
        ("12 月７日", ["12", "月", "7", "日"]),
        ("What's Shanghai's plan?", ["what", "shanghai", "plan"]),
        ("covid-19 U.S.A", ["covid", "19", "u", "s", "a"]),
        ("。，！ ", []),
    ],
)
def test_tokens_keep_numbers_and_names_whole_and_drop_punctuation(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


def test_chinese_is_cut_in_search_mode_and_always_the_same_way() -> None:
    assert tokens("知识产权保护条例") == tokens("知识产权保护条例")
    assert {"知识", "产权", "知识产权", "保护", "条例"} <= set(tokens("知识产权保护条例"))


def test_a_dot_joins_words_only_where_there_is_a_digit() -> None:
    assert tokens("sentence.Next v2.0 pm2.5.") == ["sentence", "next", "v2.0", "pm2.5"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("上海出台了什么条例？", "zh"),
        ("What did Shanghai announce?", "en"),
        ("What is 沪冷链?", "en"),
        ("G60 科创走廊的 PM2.5 和 AI for Science 是什么", "zh"),
        ("《条例》", "zh"),
        ("RCEP", "en"),
        ("", "zh"),
        ("2020", "zh"),
    ],
)
def test_the_language_is_that_of_the_words(text: str, expected: str) -> None:
    assert language_of(text) == expected


def test_tokens_are_the_same_from_many_threads() -> None:
    texts = ["上海市出台知识产权保护条例", "长三角科技创新", "G60 科创走廊"] * 30
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(tokens, texts)) == [tokens(text) for text in texts]


def test_the_dictionary_cache_stays_in_a_private_folder_of_the_user(tmp_path: Path) -> None:
    program = (
        "import os, tempfile; from qa.text import tokens; tokens('上海出台条例');"
        "print([name for name in os.listdir(tempfile.gettempdir()) if 'jieba' in name])"
    )
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    environment = {
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "TMPDIR": str(scratch),
        "PATH": "",
        "HOME": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=Path(qa.__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
    assert done.stderr == ""
    folder = tmp_path / "cache" / "bulletin-qa"
    assert oct(folder.stat().st_mode & 0o777) == "0o700"
    assert [path.suffix for path in folder.iterdir()] == [".words"]


def test_a_cache_folder_that_others_can_write_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = tmp_path / "bulletin-qa"
    folder.mkdir()
    folder.chmod(0o777)
    assert private_cache_folder() is None
    folder.chmod(0o700)
    assert private_cache_folder() == folder


def test_the_cached_dictionary_is_jiebas_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import jieba

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    built, cached = load_segmenter(), load_segmenter()
    plain = jieba.Tokenizer()
    plain.FREQ, plain.total = plain.gen_pfdict(plain.get_dict_file())
    assert (built.FREQ, built.total) == (cached.FREQ, cached.total) == (plain.FREQ, plain.total)


@pytest.mark.parametrize("damage", [b"", b"bulletin-qa words 1 9 9\n", b"\x80junk", None])
def test_a_damaged_cache_is_built_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes | None
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    whole = load_segmenter()
    (path,) = (tmp_path / "bulletin-qa").iterdir()
    path.write_bytes(path.read_bytes()[:-1000] if damage is None else damage)
    assert load_segmenter().FREQ == whole.FREQ
    assert path.stat().st_size > 1_000_000
