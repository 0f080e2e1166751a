"""Which models there are, over HTTP."""

from __future__ import annotations

from .serving import Serving


def test_the_models_and_the_room_for_them(server: Serving):
    told = server.get("/api/models").json()
    models = {(model["engine"], model["name"]): model for model in told["models"]}
    sdxl = models["diffusers", "sdxl"]
    assert sdxl["licence"] == "CreativeML Open RAIL++-M"
    assert (sdxl["ready"], sdxl["bytes_here"]) == (False, 0)
    assert sdxl["download_bytes"] > 10**10
    assert told["free_bytes"] > 0
