"""Who may ask what: hosts, origins, tokens, and the headers that guard the page."""

from __future__ import annotations

from studiolo.server.security.access import Access
from studiolo.server.security.guard import Guard
from studiolo.server.security.hosts import Hosts

__all__ = ["Access", "Guard", "Hosts"]
