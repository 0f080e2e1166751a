"""What is wanted of a repository on the model hub: which of its files, and never one that can run code."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

PICKLED: Final = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
"""Ends of files that are opened with pickle, which runs whatever their maker wrote."""

WEIGHTS: Final = ".safetensors"
_SAFE: Final = (WEIGHTS, ".json", ".jinja", ".txt", ".model", ".md", ".onnx")
# model.fp16.safetensors, model.fp16-00001-of-00002.safetensors, model.safetensors.index.fp16.json
_VARIANT: Final = re.compile(r"\.(fp16|bf16)(?=[.-])")
_SHARD: Final = re.compile(r"-\d{5}-of-\d{5}")


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """Some files of one repository.

    ``patterns`` and ``ignored`` are as :mod:`fnmatch` has them, on whole paths (``*`` crosses folders).
    Of weights that are there twice, the half-precision ones (``variant``) are taken. ``needed`` are
    patterns without a file for which the parcel is of no use.
    """

    repo: str
    patterns: tuple[str, ...] = ("*",)
    ignored: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    variant: str | None = None
    revision: str | None = None

    def select(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of the repository's files that are wanted, sorted."""
        chosen = {
            name
            for name in names
            if name.endswith(_SAFE) and _any(name, self.patterns) and not _any(name, self.ignored)
        }
        return tuple(sorted(name for name in chosen if not self._is_second(name, chosen)))

    def missing(self, names: Iterable[str], here: Collection[str]) -> tuple[str, ...]:
        """What is wanted of ``names`` and not among those that are ``here``, in either precision."""
        absent = [name for name in self.select(names) if name not in here]
        others = {_plain(name) for name in here}
        lacking = [name for name in absent if _plain(name) not in others]
        return (*lacking, *(pattern for pattern in self.needed if not _matches(here, pattern)))

    def pickled(self, names: Iterable[str]) -> tuple[str, ...]:
        """Files that would be wanted, were they not pickles."""
        return tuple(
            sorted(name for name in names if name.endswith(PICKLED) and not _any(name, self.ignored))
        )

    def _is_second(self, name: str, chosen: Collection[str]) -> bool:
        found = _VARIANT.search(name)
        if found is not None and _is_weights(name):
            return found[1] != self.variant
        if self.variant is None or not _is_weights(name):
            return False
        return any(_plain(other) == _plain(name) and f".{self.variant}" in other for other in chosen)


def _is_weights(name: str) -> bool:
    return name.endswith(WEIGHTS) or ".safetensors.index." in name


def _plain(name: str) -> str:
    """``name`` without precision and number of the part: the same for all forms of the same weights."""
    if not _is_weights(name):
        return name
    path = PurePosixPath(name)
    stem = _SHARD.sub("", _VARIANT.sub("", path.name)).replace(".safetensors.index.json", WEIGHTS)
    return str(path.with_name(stem))


def _any(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _matches(names: Iterable[str], pattern: str) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for name in names)
