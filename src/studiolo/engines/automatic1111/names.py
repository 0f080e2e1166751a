"""Names of models and samplers, matched as people write them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Final

from studiolo.errors import InputError

Table = Mapping[str, Iterable[str]]
"""What a server calls something, and how else that is spelt."""

_HASH: Final = re.compile(r"\s*\[[0-9a-fA-F]+\]\s*$")
_FILE: Final = re.compile(r"\.(safetensors|ckpt|pth|pt|bin|gguf)$")
_BETWEEN: Final = re.compile(r"[\s_\-./\\()]+")
_LEAST: Final = 3  # letters of a part: fewer are in everything
_MOST_SHOWN: Final = 12


def plain(name: str) -> str:
    """``SDXL/juggernaut_XL.safetensors [d91d35736d]`` and ``sdxl juggernaut-xl`` differ in spelling alone."""
    return _BETWEEN.sub("", _FILE.sub("", _HASH.sub("", name).casefold()))


def stem(path: str) -> str:
    """The name of a file of whichever system, without folders and ending."""
    return _FILE.sub("", PurePosixPath(path.replace("\\", "/")).name)


def same(asked: str, table: Table) -> str | None:
    """The name in ``table`` that ``asked`` means, but for its spelling; None if it means none of them."""
    for name, spellings in table.items():
        if asked == name or asked in spellings:
            return name
    wanted = plain(asked)
    for name, spellings in table.items():
        if wanted and wanted in {plain(each) for each in (name, *spellings)}:
            return name
    return None


def pick(asked: str, table: Table, *, what: str, title: str, error: type[InputError]) -> str:
    """As :func:`same`; a part of a name will do, if it is a part of one alone.

    Raises:
        InputError: of the type ``error``: there is no such thing at ``title``, or there are several.
    """
    found = same(asked, table) or same(stem(asked), table)
    if found is not None:
        return found
    wanted = plain(asked)
    near = [name for name in table if len(wanted) >= _LEAST and wanted in plain(name)]
    if len(near) == 1:
        return near[0]
    if near:
        raise error(
            f"'{asked}' is part of the names of {len(near)} {what}s at {title}.",
            hint=f"Say which: {listed(near)}.",
        )
    raise error(f"{title} has no {what} '{asked}'.", hint=advice(asked, table))


def advice(asked: str, table: Table) -> str:
    """What may have been meant, and what there is."""
    spelt = {plain(each): name for name, spellings in table.items() for each in (*spellings, name)}
    close = difflib.get_close_matches(plain(asked), spelt, n=1, cutoff=0.5)
    meant = f"Did you mean '{spelt[close[0]]}'? " if close else ""
    return f"{meant}It has: {listed(table)}." if table else "It has none; put one into its folder."


def listed(names: Iterable[str]) -> str:
    """Names for a sentence, not too many."""
    every = list(names)
    more = " …" if len(every) > _MOST_SHOWN else ""
    return f"{', '.join(every[:_MOST_SHOWN])}{more}"
