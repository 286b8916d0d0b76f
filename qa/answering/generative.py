"""An answer written by a language model behind any OpenAI-compatible endpoint, shown only as far as verified.

Nothing is sent anywhere unless an endpoint is configured. The endpoint is untrusted: replies are bounded in
time and length, and every failure is one ModelError, upon which the caller gives the extractive answer.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from qa.answering import prompts, replies
from qa.answering.quotes import EvidenceQuote
from qa.answering.verification import NO_ANSWER, VerifiedSentence, verify_sentence
from qa.errors import ModelError, UsageError
from qa.settings import Settings

__all__ = ["EvidenceQuote", "LanguageModel", "ModelSettings"]

_LONGEST_REPLY = 40_000
_HELD_BACK = 24


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Which model to ask, and how long to wait.

    `timeout_s` bounds the silence before each piece of a reply, in seconds; `deadline_s` the whole reply.
    `api_key` is sent to `base_url` alone, and never shown, logged or written.
    """

    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    timeout_s: float = 60.0
    deadline_s: float = 300.0
    max_tokens: int = 2000
    temperature: float = 0.0

    @classmethod
    def of(cls, settings: Settings) -> ModelSettings | None:
        """The language model that `settings` name; None when they name none.

        Raises UsageError when only one of address and model name is set, or the address is no http(s) URL.
        """
        if not settings.llm_base_url and not settings.llm_model:
            return None
        if not settings.llm_base_url or not settings.llm_model:
            missing = "BULLETIN_QA_LLM_MODEL" if settings.llm_base_url else "BULLETIN_QA_LLM_BASE_URL"
            raise UsageError(
                f"{missing} is not set; set it too, or unset both to answer without a language model"
            )
        try:
            address = urlsplit(settings.llm_base_url)
            usable = address.scheme in ("http", "https") and bool(address.hostname) and not address.username
        except ValueError:
            usable = False
        if not usable:
            raise UsageError(
                "BULLETIN_QA_LLM_BASE_URL is not an http(s) address without user name; "
                "give one such as http://127.0.0.1:11434/v1"
            )
        return cls(settings.llm_base_url, settings.llm_model, settings.llm_api_key, settings.llm_timeout)

    @property
    def place(self) -> str:
        """The endpoint's host and port, which may be shown."""
        return urlsplit(self.base_url).netloc.rsplit("@", 1)[-1]


class LanguageModel:
    """Asks one model at one endpoint; safe to use from many threads.

    The client is made on first use, so that importing and opening cost nothing.
    """

    def __init__(self, settings: ModelSettings) -> None:
        self.settings = settings
        self._client: Any = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The model's name, as configured."""
        return self.settings.model

    def close(self) -> None:
        """Closes the connections; the next request opens new ones."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def check(self) -> None:
        """Asks for one short reply. Raises ModelError when the model cannot be reached or does not answer."""
        with contextlib.closing(self._deltas([{"role": "user", "content": "OK?"}])) as deltas:
            next(deltas, None)

    def write(
        self, question: str, standalone: str, language: str, evidence: Sequence[EvidenceQuote]
    ) -> Generator[str, None, None]:
        """The model's reply as it arrives, unverified.

        `standalone` is the question as understood with its history, and what is asked; `question` is used
        when it is empty. Raises ModelError when the endpoint fails, stalls, refuses or replies nothing.
        """
        if not evidence:
            raise ModelError("there is no evidence to answer from; ask without the language model")
        whole = 0
        asked = prompts.messages(standalone or question, evidence, language)
        for delta in _without_thoughts(self._deltas(asked)):
            whole += len(delta.strip())
            yield delta
        if not whole:
            raise ModelError(f"{self._named} sent an empty reply; try again or choose another model")

    def write_verified(
        self, question: str, standalone: str, language: str, evidence: Sequence[EvidenceQuote]
    ) -> Iterator[VerifiedSentence]:
        """Each sentence once it is whole and checked, those not supported included and marked.

        Collect them in a VerifiedText; show those that are `supported`. Raises ModelError as `write`
        does, and when the model says, before anything supported, that the quotes hold no answer.
        """
        cutter = replies.SentenceCutter()
        kept = False
        with contextlib.closing(self.write(question, standalone, language, evidence)) as deltas:
            for sentence in _cut(deltas, cutter):
                if NO_ANSWER in sentence:
                    if kept:
                        return
                    raise ModelError(f"{self._named} found no answer in the quotes")
                verified = verify_sentence(sentence, evidence, language)
                kept = kept or verified.supported
                yield verified

    @property
    def _named(self) -> str:
        return f"language model {self.settings.model!r} at {self.settings.place}"

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                import openai

                self._client = openai.OpenAI(
                    # Without a key the client would send the user's OPENAI_API_KEY to this address.
                    api_key=self.settings.api_key or "none",
                    base_url=self.settings.base_url,
                    organization="",
                    project="",
                    timeout=self.settings.timeout_s,
                    max_retries=0,
                )
            return self._client

    def _deltas(self, messages: Sequence[dict[str, str]]) -> Generator[str, None, None]:
        """The pieces of content of one streamed chat completion."""
        import openai

        started = time.monotonic()
        length = 0
        ended = ""
        try:
            with self._open(messages) as stream:
                for chunk in stream:
                    if time.monotonic() - started > self.settings.deadline_s:
                        raise ModelError(
                            f"{self._named} took longer than {self.settings.deadline_s:g} s; "
                            "choose a faster model or a shorter question"
                        )
                    text = self._content(chunk)
                    ended = ended or (chunk.choices[0].finish_reason if chunk.choices else "") or ""
                    length += len(text)
                    if length > _LONGEST_REPLY:
                        raise ModelError(f"{self._named} wrote more than {_LONGEST_REPLY} characters")
                    if text:
                        yield text
            if length and ended == "length":
                raise ModelError(f"{self._named} was cut off after {self.settings.max_tokens} tokens")
            if length and not ended:
                raise ModelError(f"{self._named} broke off its reply; check that it still runs")
        except ModelError:
            raise
        except openai.APITimeoutError:
            raise ModelError(
                f"{self._named} did not answer within {self.settings.timeout_s:g} s; "
                "raise BULLETIN_QA_LLM_TIMEOUT or check the server"
            ) from None
        except openai.APIStatusError as error:
            raise ModelError(self._refused(error.status_code)) from None
        except openai.APIConnectionError:
            raise ModelError(
                f"{self._named} cannot be reached or broke off; start it or correct BULLETIN_QA_LLM_BASE_URL"
            ) from None
        except openai.OpenAIError:
            raise ModelError(f"{self._named} reported an error while it was writing; see its log") from None
        except (json.JSONDecodeError, UnicodeDecodeError, AttributeError, TypeError, ValueError, KeyError):
            # The client parses what the server sends without checking it.
            raise ModelError(
                f"{self._named} sent a malformed reply; is it an OpenAI-compatible endpoint?"
            ) from None
        except Exception as error:
            # Older clients let their HTTP library's own errors through while a stream is read.
            if not _is_transport_error(error):
                raise
            raise ModelError(f"{self._named} broke off its reply; check that it still runs") from None

    def _open(self, messages: Sequence[dict[str, str]]) -> Any:
        import openai

        options: dict[str, Any] = {
            "max_tokens": self.settings.max_tokens,
            "temperature": self.settings.temperature,
        }
        completions = self._connected().chat.completions
        while True:
            try:
                return completions.create(
                    model=self.settings.model, messages=list(messages), stream=True, **options
                )
            except openai.BadRequestError as error:
                # Reasoning models know max_completion_tokens only, and no temperature but their own.
                complaint = str(error)
                if "max_tokens" in options and "max_tokens" in complaint:
                    options["max_completion_tokens"] = options.pop("max_tokens")
                elif "temperature" in options and "temperature" in complaint:
                    del options["temperature"]
                else:
                    raise

    def _content(self, chunk: Any) -> str:
        if not chunk.choices:
            return ""
        choice = chunk.choices[0]
        if choice.finish_reason == "content_filter" or getattr(choice.delta, "refusal", None):
            raise ModelError(f"{self._named} refused to answer")
        content = choice.delta.content if choice.delta is not None else None
        if content is not None and not isinstance(content, str):
            raise TypeError("content is not text")
        return content or ""

    def _refused(self, status: int) -> str:
        if status in (401, 403):
            return f"{self._named} rejected the key (HTTP {status}); set BULLETIN_QA_LLM_API_KEY"
        if status == 404:
            return f"{self._named} is unknown there (HTTP 404); check BULLETIN_QA_LLM_MODEL and _LLM_BASE_URL"
        if status == 429:
            return f"{self._named} is over its rate limit (HTTP 429); try again later"
        return f"{self._named} answered with HTTP {status}; see the server's log"


def _cut(deltas: Iterator[str], cutter: replies.SentenceCutter) -> Iterator[str]:
    for delta in deltas:
        yield from cutter.feed(delta)
    yield from cutter.finish()


def _without_thoughts(deltas: Iterator[str]) -> Iterator[str]:
    """The pieces outside <think> blocks; a piece that may be the start of a tag waits for the next."""
    pending, thinking = "", False
    for delta in deltas:
        pending += delta
        while tag := re.search(
            r"</think(?:ing)?>" if thinking else r"<think(?:ing)?>", pending, re.IGNORECASE
        ):
            if not thinking and pending[: tag.start()]:
                yield pending[: tag.start()]
            pending, thinking = pending[tag.end() :], not thinking
        opening = pending.rfind("<")
        behind = len(pending) - opening
        waits = behind if opening >= 0 and behind < _HELD_BACK else 0
        ready, pending = pending[: len(pending) - waits], pending[len(pending) - waits :]
        if ready and not thinking:
            yield ready
    if pending and not thinking:
        yield pending


def _is_transport_error(error: Exception) -> bool:
    roots = {kind.__module__.split(".")[0] for kind in type(error).__mro__}
    return bool(roots & {"anyio", "h11", "httpcore", "httpx", "httpx2"})
