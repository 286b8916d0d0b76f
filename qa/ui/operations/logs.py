"""Log lines on standard error: plain ones for people, or one JSON object a line for a log collector."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import datetime, timezone
from typing import Any, Literal, TextIO

LogFormat = Literal["human", "json"]

# json.dumps escapes what lies below U+0020; these too can end a line, hide text or turn its direction.
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC), level, event, logger, and the record's own `fields`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end; nothing in it can begin another."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "logger": record.name,
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        written = json.dumps(line, ensure_ascii=False, default=str)
        return _UNSAFE.sub(lambda found: f"\\u{ord(found.group()):04x}", written)


class HumanFormatter(logging.Formatter):
    """`12:30:05 WARNING what happened key=value`; a traceback follows on lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, and the traceback if there is one."""
        time = datetime.fromtimestamp(record.created).strftime("%H:%M:%S")
        fields = "".join(f" {name}={value!r}" for name, value in getattr(record, "fields", {}).items())
        line = f"{time} {record.levelname} {record.getMessage()}{fields}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def configure_logs(chosen: LogFormat, stream: TextIO | None = None) -> None:
    """Send every logger of this process to standard error in the form that is chosen.

    JSON tells of every request and question; for people only warnings and errors are written.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if chosen == "json" else HumanFormatter())
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("qa").setLevel(logging.INFO if chosen == "json" else logging.WARNING)
    logging.captureWarnings(True)
