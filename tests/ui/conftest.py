"""A library of three items in memory, some of them hostile."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from page_fakes import IMAGE, SCRIPT, FakeLibrary, bulletin


@pytest.fixture
def library(tmp_path: Path) -> FakeLibrary:
    plain = bulletin(
        "第12期.txt",
        [
            (
                "科技",
                "青岚市启用海水淡化新装置",
                "2021-01-05",
                ["青岚市的海水淡化装置日产淡水十万吨。", "运行由市水务集团负责。"],
            ),
            ("民生", "白石县开通夜间公交", None, ["白石县自本月起开通三条夜间公交线路，票价一元。"]),
        ],
        title="信息简报",
    )
    hostile = bulletin(
        f"{IMAGE}.txt", [(SCRIPT, f"标题{SCRIPT}", None, [f"正文{IMAGE}藏着脚本。"])], title=SCRIPT
    )
    return FakeLibrary(tmp_path, plain, hostile)
