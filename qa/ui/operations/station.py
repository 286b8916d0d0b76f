"""Everything that one application knows of its own running, and the addresses where it tells it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from qa.ui.limits import Limits
from qa.ui.operations.context import ANONYMOUS
from qa.ui.operations.holdings import Watch
from qa.ui.operations.metrics import Metrics
from qa.ui.operations.observed import ObservedLibrary
from qa.ui.operations.readiness import Readiness
from qa.ui.version import version

if TYPE_CHECKING:
    from qa.library import Library


class Station:
    """Metrics and readiness of one application over one library.

    `library` is to be asked in place of the one given: it counts and logs what it is asked.
    """

    def __init__(self, library: Library, *, log_questions: bool = False) -> None:
        watch = Watch(library)
        self.metrics = Metrics(watch, version())
        self.readiness = Readiness(library, watch)
        observed = ObservedLibrary(library, self.metrics, watch, log_questions=log_questions)
        self.library = cast("Library", observed)

    def limited(self, limits: Limits | None) -> Limits:
        """`limits` that count here whom they refuse."""
        return replace(limits or Limits(), on_refused=self.metrics.limited)

    def router(self) -> APIRouter:
        """The endpoints /readyz and /metrics."""
        router = APIRouter(include_in_schema=False)

        @router.get("/readyz")
        def readyz(request: Request) -> JSONResponse:
            state = self.readiness.state()
            told: dict[str, Any] = {"status": state.status}
            # Whoever has not given the password learns whether to send questions, and nothing else.
            if not request.scope.get(ANONYMOUS):
                if state.reason:
                    told["reason"] = state.reason
                if state.holdings is not None:
                    held = state.holdings
                    told |= {
                        "version": version(),
                        "generation": held.generation,
                        "bulletins": held.bulletins,
                        "items": held.items,
                        "passages": held.passages,
                        "index_age_seconds": round(state.age, 1),
                    }
            headers = {"Cache-Control": "no-store"}
            return JSONResponse(told, 200 if state.ready else 503, headers)

        @router.get("/metrics")
        def metrics() -> Response:
            return Response(generate_latest(self.metrics.registry), media_type=CONTENT_TYPE_LATEST)

        return router
