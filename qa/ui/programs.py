"""What Gradio's own interface for programs (`gradio_client`) offers: ask, retrieve, contents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio.events import api

from qa.errors import BulletinQAError
from qa.ui.limits import Limits
from qa.ui.operations.context import answering
from qa.ui.texts import say

if TYPE_CHECKING:
    from qa.library import Library


class Programs:
    """The three endpoints, within the limits of each address."""

    def __init__(self, library: Library, limits: Limits) -> None:
        self._library = library
        self._limiter = limits.limiter(limits.address_factor)

    def offer(self) -> None:
        """Add the endpoints to the Blocks that are being built."""
        for function in (self.ask, self.retrieve, self.contents):
            api(function, api_name=function.__name__, concurrency_limit=4)

    def ask(self, request: gr.Request, question: str, history: list[str] | None = None) -> dict[str, Any]:
        """Answer a question with citations, or refuse; the fields of `bulletin-qa ask --json`."""
        self._admit(request)
        try:
            with answering(request.headers.get("x-request-id", "")):
                return self._library.ask(question, history=history or ()).to_dict()
        except BulletinQAError as error:
            raise gr.Error(str(error), print_exception=False) from error

    def retrieve(self, request: gr.Request, question: str, k: int = 5) -> list[dict[str, Any]]:
        """The best passages for a question; the fields of `bulletin-qa retrieve --json`."""
        self._admit(request)
        try:
            return [hit.to_dict() for hit in self._library.retrieve(question, k)]
        except BulletinQAError as error:
            raise gr.Error(str(error), print_exception=False) from error

    def contents(self, request: gr.Request) -> list[dict[str, Any]]:
        """Bulletins with their items: name, title, date and, of each item, title, section, date and page."""
        self._admit(request)
        store = self._library.store
        return [
            {
                "bulletin": row.name,
                "title": row.title,
                "date": row.date,
                "items": [
                    {"item_id": item.item_id, "title": item.title, "section": item.section, "date": item.date,
                     "page": item.page}
                    for item in store.items(row.name)
                ],
            }
            for row in store.bulletins()
        ]  # fmt: skip

    def _admit(self, request: gr.Request) -> None:
        address = request.client.host if request.client else ""
        if not self._limiter.allows(address):
            raise gr.Error(say("en", "error.busy"), print_exception=False)
