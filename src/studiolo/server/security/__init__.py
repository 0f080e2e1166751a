"""Who may ask what: hosts, origins, tokens, and the headers that guard the page."""

from __future__ import annotations

from studiolo.server.security.guard import Guard

__all__ = ["Guard"]
