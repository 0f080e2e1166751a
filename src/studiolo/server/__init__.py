"""The web studio's server: HTTP around the facade, and the page."""

from __future__ import annotations

from studiolo.server.app import create_app

__all__ = ["create_app"]
