"""What the tests of the Milvus room share: a cheap encoder, small bulletins, a server of one's own."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from pathlib import Path

from qa.types import Bulletin
from tests.index.index_helpers import HashingEncoder, bulletin

ENCODER = HashingEncoder()


def one(name: str, text: str = "上海发布集成电路产业政策。临港落地十个项目。", **more: object) -> Bulletin:
    return bulletin(name, [("上海产业条例", [text]), ("浦东人才平台", ["浦东推进人才平台。"])], **more)  # type: ignore[arg-type]


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def serving(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """A Milvus Lite server, once it listens."""
    command = [str(Path(sys.executable).with_name("milvus-lite")), "server", "--host", "127.0.0.1"]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--data-dir", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(600):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            break
        time.sleep(0.1)
    return process
