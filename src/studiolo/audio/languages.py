"""Which of an engine's languages is meant: BCP-47 tags, looked up as RFC 4647 (section 3.4) says."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Final

from studiolo.errors import UnsupportedRequestError

# Codes for one language, by the IANA registry: what was deprecated, and what a macrolanguage is mostly.
_SAME: Final = {
    "iw": "he",
    "in": "id",
    "ji": "yi",
    "jw": "jv",
    "mo": "ro",
    "tl": "fil",
    "no": "nb",
    "cmn": "zh",
    "arb": "ar",
    "zh-hant-hk": "yue",
    "zh-hk": "yue",
    "zh-mo": "yue",
    "zh-hans": "zh-cn",
    "zh-hant": "zh-tw",
}


def match(wanted: str, available: Sequence[str]) -> str | None:
    """The one of ``available`` that speaks ``wanted``: itself, a wider one, another of that language.

    ``pt-BR`` is itself, else ``pt``, else ``pt-PT``; order decides among the last.
    """
    known = {_plain(tag): tag for tag in reversed(available)}
    for tag in _wider(_plain(wanted)):
        names = (tag, *_others(tag))
        exact = next((known[name] for name in names if name in known), None)
        beginnings = tuple(f"{name}-" for name in names if name)
        found = exact or next((one for one in available if _plain(one).startswith(beginnings)), None)
        if found:
            return found
    return None


def refusal(engine: str, wanted: str, available: Iterable[str]) -> UnsupportedRequestError:
    """What to raise when there is no match: names the closest."""
    known = sorted(set(available))
    close = difflib.get_close_matches(wanted, known, n=3, cutoff=0.5)
    meant = f"Closest: {', '.join(close)}. " if close else ""
    some = ", ".join(known[:12]) + (f" and {len(known) - 12} more" if len(known) > 12 else "")
    return UnsupportedRequestError(
        f"{engine} does not speak '{wanted}'.", hint=f"{meant}It speaks {some}." if some else meant
    )


def _plain(tag: str) -> str:
    return tag.strip().replace("_", "-").lower()


def _wider(tag: str) -> list[str]:
    parts = tag.split("-")
    return ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]


def _others(tag: str) -> list[str]:
    """Other codes of the same language."""
    same = [new for old, new in _SAME.items() if old == tag]
    return same + [old for old, new in _SAME.items() if new == tag]
