"""Question answering over Chinese information bulletins: verbatim answers with citations, or a refusal."""

from typing import Any

__all__ = ["Answer", "BulletinQAError", "Citation", "Hit", "Library", "Settings", "retrieve"]

_PLACES = {
    "Answer": "qa.types",
    "BulletinQAError": "qa.errors",
    "Citation": "qa.types",
    "Hit": "qa.types",
    "Library": "qa.library",
    "Settings": "qa.settings",
    "retrieve": "qa.library",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `import qa` stays instant."""
    if name not in _PLACES:
        raise AttributeError(f"module 'qa' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_PLACES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
