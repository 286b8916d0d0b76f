"""The command line: build, ask, retrieve, evaluate, contents, serve, watch, ingest, mcp."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa.command_options import (
    AsJson,
    Auth,
    Bulletins,
    Grace,
    Host,
    Index,
    K,
    Log,
    LogChoice,
    LogQuestions,
    MetricsPort,
    Model,
    OpenBrowser,
    Port,
    PublishEvery,
    Question,
    RootPath,
    Scheduler,
    Sections,
    Since,
    StoreAddress,
    Until,
    Workers,
)
from qa.errors import BulletinQAError, UsageError
from qa.terminal import Bars, print_answer, print_json, print_report, report_fields

if TYPE_CHECKING:
    from qa.library import Library

app = typer.Typer(
    name="bulletin-qa",
    help="Ask a folder of Chinese information bulletins; get the answer in their own words, with citations.",
    epilog="Settings may also come from BULLETIN_QA_* variables, e.g. BULLETIN_QA_BULLETINS,"
    " BULLETIN_QA_MODEL.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _opened(bulletins: Path | None, index: Path | None, model: str | None, *, check: bool = False) -> Library:
    """The library, opened with progress bars that are gone when it is open or has failed."""
    from qa.library import Library

    bars = Bars()
    try:
        return Library.open(bulletins, index, model, progress=bars, check=check)
    finally:
        bars.finish()


@contextmanager
def _library(
    bulletins: Path | None,
    index: Path | None,
    model: str | None,
    tell: Callable[[str], None] | None = None,
) -> Iterator[Library]:
    """The open library; what was repaired or skipped is told to standard error, or to `tell`."""
    tell = tell or partial(typer.echo, err=True)
    with _opened(bulletins, index, model) as library:
        for notice in library.last_sync.notices if library.last_sync else ():
            tell(f"notice: {notice}")
        for name, reason in library.last_sync.skipped if library.last_sync else ():
            tell(f"skipped {name}: {reason}")
        yield library


@app.command()
def build(
    bulletins: Bulletins = None, index: Index = None, model: Model = None, as_json: AsJson = False
) -> None:
    """Build the index or bring it up to date, and say what changed."""
    with _opened(bulletins, index, model, check=True) as library:
        report = library.last_sync
        counts = library.store.counts()
        if report is None:
            raise UsageError(f"name the folder to take into {library.place} with --bulletins DIR")
        if as_json:
            print_json(
                {
                    **report_fields(report),
                    "index": library.place,
                    "items": counts.items,
                    "passages": counts.passages,
                }
            )
            return
        print_report(report)
        typer.echo(
            f"{counts.bulletins} bulletins, {counts.items} items, {counts.passages} passages in"
            f" {library.place}"
        )


@app.command()
def ask(
    question: Question,
    history: Annotated[
        list[str] | None,
        typer.Option("--history", metavar="Q", help="An earlier question, oldest first; may be repeated."),
    ] = None,
    k: K = 5,
    section: Sections = None,
    since: Since = None,
    until: Until = None,
    as_json: AsJson = False,
    bulletins: Bulletins = None,
    index: Index = None,
    model: Model = None,
) -> None:
    """Answer a question with citations, or say that the bulletins don't."""
    with _library(bulletins, index, model) as library:
        answer = library.ask(question, history or (), k=k, sections=section, since=since, until=until)
        if as_json:
            print_json(answer.to_dict())
        else:
            print_answer(answer)


@app.command()
def retrieve(
    question: Question,
    k: K = 5,
    section: Sections = None,
    since: Since = None,
    until: Until = None,
    as_json: AsJson = False,
    bulletins: Bulletins = None,
    index: Index = None,
    model: Model = None,
) -> None:
    """Print the passages that fit a question best, with their scores."""
    with _library(bulletins, index, model) as library:
        hits = library.retrieve(question, k, sections=section, since=since, until=until)
        if as_json:
            print_json({"question": question, "hits": [hit.to_dict() for hit in hits]})
            return
        for hit in hits:
            typer.echo(
                f"{hit.rank}. {hit.score:.3f}  {hit.title}  [{hit.section or '—'}] {hit.bulletin}"
                f" p.{hit.page} {hit.date or ''}"
            )
            typer.echo(f"   {hit.evidence}")


@app.command()
def contents(
    as_json: AsJson = False, bulletins: Bulletins = None, index: Index = None, model: Model = None
) -> None:
    """List bulletins, sections and items with their dates."""
    from dataclasses import asdict

    with _library(bulletins, index, model) as library:
        listing = library.contents()
        if as_json:
            print_json({"bulletins": [asdict(bulletin) for bulletin in listing]})
            return
        if not listing:
            typer.echo(
                f"No bulletins in {library.bulletins} yet: put .txt, .pdf, .docx, .html, .md or .jsonl"
                f" files there."
            )
        for bulletin in listing:
            typer.echo(f"{bulletin.name}  {bulletin.title} {bulletin.issue} {bulletin.date or ''}".rstrip())
            for section in bulletin.sections:
                typer.echo(f"  {section.name or '—'}")
                for item in section.items:
                    typer.echo(f"    {item.date or '          '}  p.{item.page:<3} {item.title}")


@app.command()
def evaluate(
    questions: Annotated[
        Path, typer.Argument(metavar="QUESTIONS.jsonl", help="A question set, one JSON object a line.")
    ],
    json_out: Annotated[
        Path | None, typer.Option("--json", metavar="OUT", help="Write the report as JSON.")
    ] = None,
    report_out: Annotated[
        Path | None, typer.Option("--report", metavar="OUT.html", help="Write the report as one HTML page.")
    ] = None,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-under", metavar="MEASURE=VALUE", help="Exit 1 when a measure is lower; may be repeated."
        ),
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option("--compare", metavar="OLD.json", help="Show what changed since an earlier report."),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option("--split", metavar="NAME", help="Only the questions of this split (dev or test)."),
    ] = None,
    bulletins: Bulletins = None,
    index: Index = None,
    model: Model = None,
) -> None:
    """Ask every question of a question set and measure the answers."""
    from rich.console import Console

    from qa.evaluation import (
        Report,
        compare_reports,
        failures_under,
        print_comparison,
        print_table,
        write_html,
    )
    from qa.evaluation import evaluate as measure

    bars = Bars()
    with _library(bulletins, index, model) as library:
        try:
            report = measure(library, questions, bars, split=split)
        finally:
            bars.finish()
    # Saved before anything is printed: a closed pipe must not cost the report.
    older = Report.load(compare) if compare is not None else None
    if json_out is not None:
        report.save(json_out)
    if report_out is not None:
        write_html(report, report_out)
        typer.echo(f"report: {report_out}", err=True)
    console = Console(width=None if sys.stdout.isatty() else 120)
    print_table(report, console)
    if older is not None:
        print_comparison(compare_reports(report, older), console)
    failures = failures_under(report, fail_under or [])
    if failures:
        raise BulletinQAError("; ".join(failures))


@app.command()
def serve(
    host: Host = "127.0.0.1",
    port: Port = 7860,
    auth: Auth = None,
    open_browser: OpenBrowser = False,
    root_path: RootPath = "",
    log: Log = LogChoice.human,
    log_questions: LogQuestions = False,
    metrics_port: MetricsPort = 0,
    grace: Grace = 20,
    bulletins: Bulletins = None,
    index: Index = None,
    model: Model = None,
) -> None:
    """Open the chat page (the same as `python app.py`)."""
    import logging

    from qa.ui import serve as run
    from qa.ui.operations.logs import configure_logs

    configure_logs(log.value)
    logger = logging.getLogger("qa.serve")
    in_json = log is LogChoice.json
    tell = logger.warning if in_json else None
    try:
        with _library(bulletins, index, model, tell) as library:
            run(
                library,
                host=host,
                port=port,
                auth=auth,
                open_browser=open_browser,
                root_path=root_path,
                log_questions=log_questions,
                metrics_port=metrics_port,
                grace=grace,
            )
    except BulletinQAError as error:
        if not in_json:
            raise
        logger.error(" ".join(str(error).split()))
        raise typer.Exit(1) from None


@app.command()
def watch(bulletins: Bulletins = None, index: Index = None, model: Model = None) -> None:
    """Follow the folder and keep the index up to date until Ctrl-C."""
    from qa.indexing import SyncReport
    from qa.indexing import watch as follow

    with _library(bulletins, index, model) as library:
        typer.echo(f"following {library.bulletins}; Ctrl-C ends", err=True)
        bars = Bars()
        for event in follow(library.bulletins, library.index, lambda: library.sync(bars)):
            if isinstance(event, SyncReport):
                print_report(event)
            else:
                typer.echo(f"bulletin-qa: {event}", err=True)


@app.command()
def ingest(
    store: StoreAddress,
    workers: Workers = 0,
    scheduler: Scheduler = "",
    publish_every: PublishEvery = 10.0,
    bulletins: Bulletins = None,
    model: Model = None,
    as_json: AsJson = False,
) -> None:
    """Fill a Milvus store from a folder with many processes, here or on a cluster."""
    from qa.milvus.ingest import ingest as run
    from qa.settings import Settings

    settings = Settings.from_environment(bulletins=str(bulletins) if bulletins else None, model=model)
    bars = Bars()
    try:
        report = run(
            settings.bulletins_folder, store, model=settings.model or None, workers=workers,
            scheduler=scheduler, publish_every=60 * publish_every, token=settings.store_token, progress=bars,
        )  # fmt: skip
    finally:
        bars.finish()
    if as_json:
        print_json(report_fields(report))
    else:
        print_report(report)


@app.command()
def mcp(bulletins: Bulletins = None, index: Index = None, model: Model = None) -> None:
    """Serve retrieve, ask and contents to programs over the Model Context Protocol (stdin and stdout)."""
    from qa.ui.api.mcp import run

    with _library(bulletins, index, model) as library:
        run(library)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return 0 done, 1 failed (one line on standard error), 2 wrong usage."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
    try:
        app(args=list(arguments) if arguments is not None else None, prog_name="bulletin-qa")
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 0 if done.code is None else 1
    except BulletinQAError as error:
        return _failed(str(error), 1)
    except KeyboardInterrupt:
        return _failed("stopped; what was done so far is kept", 130)
    except BrokenPipeError:
        # Whoever read the output has closed it: nothing is left to say, and nowhere to say it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _failed(f"{error.filename or 'input/output'}: {error.strerror or error}", 1)
    return 0


def _failed(message: str, status: int) -> int:
    sys.stderr.write("bulletin-qa: " + " ".join(message.split()) + "\n")
    return status
