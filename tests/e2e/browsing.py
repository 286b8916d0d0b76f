"""The server under test, and the page as a user handles it."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from qa.library import Library
from qa.ui import create_app
from qa.ui.limits import Limits
from qa.ui.texts import say

ARGUMENTS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
PATIENCE = 60_000
ANSWERED = """(turns) => document.querySelectorAll(".turn").length === turns
  && !document.querySelector(".writing") && document.querySelector(".turn:last-child .actions")"""


def find_chromium() -> str | None:
    """The browser to use, if there is one."""
    wished = os.environ.get("BULLETIN_QA_CHROMIUM")
    names = [wished] if wished else ["chromium", "chromium-browser", "google-chrome"]
    return next((found for name in names if (found := shutil.which(name))), None)


@dataclass
class Served:
    address: str
    library: Library
    folder: Path

    @cached_property
    def listing(self) -> str:
        """A question that is answered with several quotes."""
        return listing_question(self.library)


@contextmanager
def serve_app(app: Any) -> Iterator[str]:
    """Serve an application on a free port of this machine; its address."""
    import uvicorn

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(256)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 60
        while not server.started:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.05)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(20)


@contextmanager
def serve_library(folder: Path, index: Path) -> Iterator[Served]:
    """Serve the page over `folder`, its limits wide enough for tests that ask without pause."""
    library = Library.open(folder, index=index)
    limits = Limits(burst=1_000, per_minute=6_000)
    with serve_app(create_app(library, limits=limits)) as address:
        yield Served(address, library, folder)


def listing_question(library: Library, citations: int = 3) -> str:
    """A question about one of the items that the library answers with several quotes.

    The page is under test here, not the choice of evidence: whatever is answered so will do.
    """
    for row in library.store.items():
        if library.store.item(row.item_id).enumerations:
            question = say("zh", "example.points", title=row.title)
            if len(library.ask(question).citations) >= citations:
                return question
    raise AssertionError("no item of the samples is answered with several quotes")


@dataclass
class Desk:
    """One user's page, with what its browser asked for and complained of."""

    page: Any
    served: Served
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @classmethod
    @contextmanager
    def open(cls, browser: Any, served: Served, **options: Any) -> Iterator[Desk]:
        options = {"locale": "zh-CN", "viewport": {"width": 1366, "height": 800}, **options}
        context = browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        desk = cls(page, served)
        page.on("request", lambda request: desk.requests.append(request.url))
        page.on("pageerror", lambda error: desk.errors.append(str(error)))
        page.goto(served.address)
        page.wait_for_selector(".thread")
        page.wait_for_selector(".reader", state="attached")
        try:
            yield desk
        finally:
            context.close()

    @property
    def turns(self) -> int:
        return int(self.page.locator(".turn").count())

    @property
    def last(self) -> Any:
        return self.page.locator(".turn").last

    def ask(self, question: str) -> Any:
        """Ask and wait for the whole answer; its turn."""
        expected = self.turns + 1
        self.page.locator("#question textarea").fill(question)
        self.page.keyboard.press("Enter")
        self.page.wait_for_function(ANSWERED, arg=expected)
        return self.last

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name).click()

    def upload(self, *files: Path) -> list[str]:
        """Upload on the Library tab; what is said of each file."""
        self.page.evaluate("() => document.querySelector('.files')?.remove()")
        self.page.locator("#upload input[type=file]").set_input_files([str(path) for path in files])
        ended = "(files) => document.querySelectorAll('.files .done, .files .failed').length === files"
        self.page.wait_for_function(ended, arg=len(files))
        return [str(text) for text in self.page.locator(".files li").all_inner_texts()]

    def in_view(self, selector: str, frame: str) -> bool:
        """Whether the element lies inside the visible part of the frame."""
        return bool(
            self.page.evaluate(
                """([selector, frame]) => {
                  const inner = document.querySelector(selector).getBoundingClientRect();
                  const outer = document.querySelector(frame).getBoundingClientRect();
                  return inner.top >= outer.top && inner.top < outer.bottom && inner.height > 0;
                }""",
                [selector, frame],
            )
        )
