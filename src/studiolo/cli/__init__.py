"""The command line: it reads arguments and prints; every piece of work is the Studio's.

Exit codes:
    0    done
    1    the machine or an engine could not do it (disk full, engine failed, gallery damaged)
    2    what was asked cannot be done as asked (wrong value, unknown name, unreadable picture)
    130  cancelled; pictures finished before are kept
    141  the reader of our output went away (``studiolo gallery | head``)

Where output goes: results to stdout, progress and errors to stderr. Into a pipe, ``generate``
writes only paths, lists only tab-separated lines; with ``--json``, only JSON.
"""

from __future__ import annotations

__all__ = ["main"]

from studiolo.cli.app import main
