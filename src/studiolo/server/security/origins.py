"""From which pages a browser may speak to this server: its own, and nobody else's.

Cookies, and on this machine the mere address, open the door; so a page of somebody else must not be able to
make its reader's browser knock. Browsers say where a request comes from in ``Sec-Fetch-Site`` and ``Origin``,
which no page can forge; programs say neither, and prove themselves otherwise.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from studiolo.errors import ForbiddenError

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OWN: Final = frozenset({"same-origin", "none"})
"""What ``Sec-Fetch-Site`` says of our own page, and of what a person typed or opened from a bookmark."""
VISITED: Final = ("/share/",)
"""What somebody else's page may link to, beside the page itself."""


def check_origin(method: str, path: str, headers: Headers) -> None:
    """Let through what comes from our own page, or from no page at all.

    Raises:
        ForbiddenError: another site's page sent it.
    """
    site = headers.get("sec-fetch-site", "none").lower()
    if site in OWN and _is_ours(headers.get("origin"), headers.get("host", "")):
        return
    navigates = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    if method in SAFE_METHODS and navigates and (path == "/" or path.startswith(VISITED)):
        return
    raise ForbiddenError(
        "Another site's page may not ask this of the studio.",
        hint="Open the studio's own page. Programs send no Origin and no Sec-Fetch-Site header; "
        "a proxy in front must pass Host on unchanged.",
    )


def _is_ours(origin: str | None, host: str) -> bool:
    """Whether ``origin`` is the page that this very server serves under ``host``.

    The scheme is left out: a proxy may have taken the TLS off, and says so only in headers anybody can send.
    """
    if origin is None:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()
