"""Word lists, written as one runs them off."""

from __future__ import annotations


def words(*lines: str) -> frozenset[str]:
    """The words of some lines: `words("cat dog")` is {"cat", "dog"}."""
    return frozenset(word for line in lines for word in line.split())
