"""What a question is asked with: checked, and in the form that the stages below take."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from qa.backend import BulletinStore, Selection
from qa.errors import UsageError
from qa.storage.filters import Filters


def filters_of(
    sections: Sequence[str] | None, since: str | None, until: str | None, bulletins: Sequence[str] | None
) -> Filters:
    """Return the filters asked for. Raises UsageError for a day that is none, or a range without days."""
    first, last = _day("since", since), _day("until", until)
    if first and last and first > last:
        raise UsageError(f"since={since} lies after until={until}: swap them")
    return Filters(
        tuple(sections) if sections else None, first, last, frozenset(bulletins) if bulletins else None
    )


def _day(name: str, value: str | None) -> str | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError) as error:
        raise UsageError(f"{name}={value!r} is not a date: write YYYY-MM-DD") from error


def allowed_by(store: BulletinStore, filters: Filters) -> Selection | None:
    """Return what filters leave, None without any. Raises UsageError for a section or bulletin unknown."""
    allowed = store.select(filters)
    if allowed is not None and len(allowed) == 0:
        if filters.sections and _nothing(store.select(Filters(sections=filters.sections))):
            listed = "、".join(store.sections()[:30]) or "none"
            asked = "、".join(filters.sections)
            raise UsageError(f"no section matches {asked}; sections are {listed}")
        names = [row.name for row in store.bulletins()]
        if filters.bulletins and not filters.bulletins & set(names):
            listed = "、".join(names[:20]) or "none"
            asked = "、".join(sorted(filters.bulletins))
            raise UsageError(f"no bulletin is called {asked}; bulletins are {listed}")
    return allowed


def _nothing(selection: Selection | None) -> bool:
    return selection is not None and len(selection) == 0


def cleaned(text: str) -> str:
    """The question without control characters and lone surrogates, white space joined."""
    kept = "".join(
        c if c.isprintable() or c in "\n\t " else " " for c in text if not "\ud800" <= c <= "\udfff"
    )
    return " ".join(kept.split())
