"""The version that runs."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed


def version() -> str:
    """The version of the installed project, "0" when it runs from a bare checkout."""
    try:
        return installed("bulletin-qa")
    except PackageNotFoundError:
        return "0"
