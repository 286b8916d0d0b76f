"""One flat, frozen Settings: what a user can set, from defaults and `BULLETIN_QA_*` variables."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

from qa.errors import UsageError

PREFIX = "BULLETIN_QA_"
_SECRET = frozenset({"llm_api_key", "store_token"})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that changes what bulletin-qa does; `fingerprint` names the choice on every report.

    `lexical_weight` is the weight of the coverage-normalised BM25 score beside the dense one (weight 1);
    `refuse_below` is the confidence (a probability) under which a question is refused; 0 takes the value
    that was calibrated with the support model. `store` is the address of a Milvus library (`qa.milvus`),
    nothing for an index folder.
    """

    bulletins: str = ""
    index: str = ""
    store: str = ""
    model: str = ""
    reranker: str = ""
    k: int = 5
    lexical_weight: float = 0.9
    foreign_lexical_weight: float = 0.4
    refuse_below: float = 0.0
    max_question_chars: int = 2000
    llm_base_url: str = ""
    llm_model: str = ""
    llm_timeout: float = 60.0
    llm_api_key: str = field(default="", repr=False)
    store_token: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, **overrides: object) -> Settings:
        """Defaults, then `BULLETIN_QA_<NAME>` variables, then `overrides` that are not None.

        Raises UsageError when a variable does not hold a value of the setting's type.
        """
        environment = os.environ if environment is None else environment
        chosen: dict[str, object] = {}
        for setting in fields(cls):
            raw = environment.get(PREFIX + setting.name.upper())
            if raw is None or raw == "":
                continue
            kind: Callable[[str], object] = (
                float if setting.type == "float" else int if setting.type == "int" else str
            )
            try:
                chosen[setting.name] = kind(raw)
            except ValueError as error:
                raise UsageError(
                    f"{PREFIX}{setting.name.upper()}={raw!r} is not a valid {setting.type}; "
                    "correct or unset the variable"
                ) from error
        chosen.update({name: value for name, value in overrides.items() if value is not None})
        return replace(cls(), **chosen)  # type: ignore[arg-type]

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that change when any setting but a secret or a place changes."""
        kept = {
            name: value
            for name, value in asdict(self).items()
            if name not in _SECRET and name not in {"bulletins", "index", "store"}
        }
        return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:12]

    @property
    def bulletins_folder(self) -> Path:
        """The folder of bulletins: the setting, else the project's seeds, else ./seeds."""
        if self.bulletins:
            return Path(self.bulletins)
        shipped = Path(__file__).resolve().parent.parent / "seeds"
        return shipped if shipped.is_dir() else Path("seeds")
