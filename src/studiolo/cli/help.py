"""How ``--help`` looks: plain text, options in sections, examples kept as they are written.

Typer's framed help needs Rich's markup and takes twice as long to come.
"""

from __future__ import annotations

from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

OTHER: Final = "Options"


def examples(*lines: str, notes: str = "") -> str:
    """An epilog of examples, one a line, then ``notes``."""
    # \b keeps the paragraph's lines apart, which would be filled otherwise.
    text = "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)
    return f"{text}\n\n{notes}" if notes else text


def new_app(*, help: str, epilog: str, **options: Any) -> typer.Typer:  # noqa: A002 - Typer's own word
    """A Typer app with our help."""
    return typer.Typer(
        cls=Group,
        help=help,
        epilog=epilog,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        **options,
    )


class Command(TyperCommand):
    """A command whose options stand in the sections that they name."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments, then the sections in the order in which they are first named."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                name = record[0].partition(" <")[0] if _is_argument(parameter) else record[0]
                sections.setdefault(_section(parameter), []).append((name, record[1]))
        general = sections.pop(OTHER, [])
        for heading, records in [*sections.items(), (OTHER, general)]:
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)


class Group(TyperGroup):
    """Commands in the order of their use; Typer would put groups of commands last."""

    def list_commands(self, ctx: Any) -> list[str]:
        """What makes pictures and what finds them first."""
        names = super().list_commands(ctx)
        first = [name for name in ("suggest", "generate", "ask", "gallery") if name in names]
        return first + [name for name in names if name not in first]


def _is_argument(parameter: Any) -> bool:
    return parameter.param_type_name == "argument"


def _section(parameter: Any) -> str:
    default = "Arguments" if _is_argument(parameter) else OTHER
    return str(getattr(parameter, "rich_help_panel", None) or default)
