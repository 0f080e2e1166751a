"""The facade: what Python, the command line and the server all call."""

from __future__ import annotations

from studiolo.studio.editing import Editing
from studiolo.studio.equipping import Equipping
from studiolo.studio.pulling import Pulling
from studiolo.studio.queueing import Queueing
from studiolo.studio.several import Several
from studiolo.studio.speaking import Speaking
from studiolo.studio.talking import Talking

__all__ = ["Studio"]


class Studio(Queueing, Several, Editing, Talking, Speaking, Pulling, Equipping):
    """Engines, an assistant and a gallery under one roof.

    Build it from its parts, or with :meth:`open` from the settings. Use it as a context
    manager, or call :meth:`close`. One studio may serve several threads.

    Wherever a ``picture`` is asked about, it may be one of the gallery (or its id), a file, bytes, a PIL
    image, or an address on the web; only what is asked about pictures of the gallery is kept.
    """
