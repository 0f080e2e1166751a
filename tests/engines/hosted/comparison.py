"""Writes what hosted engines can do into its page: ``python -m tests.engines.hosted.comparison``."""

from __future__ import annotations

from studiolo.engines.comparing import compare, markdown
from studiolo.registry import EngineRegistry
from tests.engines.hosted import pages

PAGE = "hosted.md"
NAME = "comparison"


def comparison() -> str:
    """The table of the engines that the page's mark names."""
    said, _ = pages.mark(PAGE, NAME)
    names = [name.strip() for name in said.split(",")]
    registry = EngineRegistry()
    engines = {name: registry.resolve(name).capabilities for name in names}
    return markdown(names, compare(engines))


if __name__ == "__main__":
    pages.write(PAGE, NAME, comparison())
