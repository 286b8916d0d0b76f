"""The options of the command line, one name each; `BULLETIN_QA_<NAME>` variables set those of the server."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer


class LogChoice(str, Enum):
    """The forms of the server's log."""

    human = "human"
    json = "json"


Bulletins = Annotated[
    Path | None, typer.Option("--bulletins", metavar="DIR", help="Folder of bulletins (default: seeds).")
]
Index = Annotated[
    Path | None,
    typer.Option("--index", metavar="DIR", help="Folder of the index (default: beside the bulletins)."),
]
Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="NAME",
        help="Embedding model: a hub id, a local folder or a short name (default: the shipped one).",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON alone on standard output.")]
K = Annotated[int, typer.Option("-k", metavar="N", min=1, max=1000, help="How many passages.")]
Sections = Annotated[
    list[str] | None, typer.Option("--section", metavar="NAME", help="Only this section; may be repeated.")
]
Since = Annotated[
    str | None, typer.Option("--since", metavar="YYYY-MM-DD", help="Only items of this day or later.")
]
Until = Annotated[
    str | None, typer.Option("--until", metavar="YYYY-MM-DD", help="Only items of this day or earlier.")
]
Question = Annotated[str, typer.Argument(metavar="QUESTION", help="The question, in Chinese or English.")]
Host = Annotated[
    str, typer.Option("--host", metavar="H", envvar="BULLETIN_QA_HOST", help="Address to listen on.")
]
Port = Annotated[
    int,
    typer.Option(
        "--port",
        metavar="P",
        min=0,
        max=65535,
        envvar="BULLETIN_QA_PORT",
        help="Port; the next free one when it is taken.",
    ),
]
Auth = Annotated[
    str | None,
    typer.Option("--auth", metavar="USER:PASSWORD", help="Ask for a password (or BULLETIN_QA_AUTH)."),
]
OpenBrowser = Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")]
RootPath = Annotated[
    str,
    typer.Option(
        "--root-path",
        metavar="PATH",
        envvar="BULLETIN_QA_ROOT_PATH",
        help="Sub-path, such as /bulletins, under which a reverse proxy serves the page.",
    ),
]
Log = Annotated[
    LogChoice,
    typer.Option(
        "--log",
        envvar="BULLETIN_QA_LOG",
        help="Log on standard error: warnings for people, or one JSON object a line for every request.",
    ),
]
LogQuestions = Annotated[
    bool,
    typer.Option(
        "--log-questions/--no-log-questions",
        envvar="BULLETIN_QA_LOG_QUESTIONS",
        help="Write the text of questions into the log.",
    ),
]
MetricsPort = Annotated[
    int,
    typer.Option(
        "--metrics-port",
        metavar="P",
        min=0,
        max=65535,
        envvar="BULLETIN_QA_METRICS_PORT",
        help="Tell /metrics at this port too, without the password (0: nowhere else).",
    ),
]
Grace = Annotated[
    int,
    typer.Option(
        "--grace",
        metavar="SECONDS",
        min=0,
        max=600,
        envvar="BULLETIN_QA_GRACE",
        help="How long requests in flight may take after SIGTERM.",
    ),
]
StoreAddress = Annotated[
    str,
    typer.Option(
        "--store",
        metavar="ADDRESS",
        envvar="BULLETIN_QA_STORE",
        help="The Milvus store to fill: milvus://HOST:PORT/COLLECTION.",
    ),
]
Workers = Annotated[
    int, typer.Option("--workers", metavar="N", min=0, help="Processes here; 0: one for each core.")
]
Scheduler = Annotated[
    str,
    typer.Option(
        "--scheduler", metavar="ADDRESS", help="Work on this Dask cluster instead: tcp://HOST:8786."
    ),
]
PublishEvery = Annotated[
    float, typer.Option("--publish-every", metavar="MINUTES", min=0.1, help="Let readers see what is done.")
]
