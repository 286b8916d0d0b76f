"""A small real library, served by a real server in this process."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from qa.library import Library

PARKS = """城市建设

青禾市启用三处社区口袋公园

2023年4月8日，青禾市启用三处社区口袋公园，总投资1.2亿元。公园不设围墙，全天免费开放，严禁机动车驶入。

青禾市改造老旧小区供水管网

2023年4月10日，青禾市完成21个老旧小区的供水管网改造，惠及居民8600户。

教育动态

青禾市中学开设<script>alert(1)</script>编程课

2023年4月12日，青禾市12所中学开设编程课，教材由市教育局免费提供。
"""


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("bulletins")
    (folder / "qinghe.txt").write_text(PARKS, encoding="utf-8")
    with Library.open(folder, tmp_path_factory.mktemp("index")) as opened:
        yield opened


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """Serves an application on a free local port; gives its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 60
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)


@pytest.fixture(scope="session")
def bulletins(library: Library) -> Path:
    return library.bulletins
