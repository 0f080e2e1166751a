"""Hugging Face's own client and our server understand each other."""

from __future__ import annotations

import warnings

import pytest
from PIL import Image

from studiolo.engines.pictures import as_png
from tests.engines.huggingface.server import KEY, HubServer


@pytest.fixture
def server():
    with HubServer() as serving:
        yield serving


@pytest.fixture
def client(server, monkeypatch):
    """Their client, told that the hub and its router are ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what its imports say is theirs
        from huggingface_hub import InferenceClient, constants
        from huggingface_hub.inference._providers import _common
    monkeypatch.setattr(constants, "ENDPOINT", server.address)
    monkeypatch.setattr(constants, "INFERENCE_PROXY_TEMPLATE", server.address + "/{provider}")
    _common._fetch_inference_provider_mapping.cache_clear()
    return lambda provider: InferenceClient(provider=provider, api_key=KEY)


@pytest.mark.parametrize(
    ("model", "provider"),
    [("maker/fal", "fal-ai"), ("maker/together", "together"), ("maker/nscale", "nscale")],
)
def test_their_client_has_a_picture_made(server, client, model, provider):
    image = client(provider).text_to_image("a boat", model=model, width=96, height=64)
    assert image.size == (96, 64)
    assert server.orders[0].provider == provider


def test_their_client_waits_in_the_queue(server, client):
    source = as_png(Image.new("RGB", (64, 64)))
    assert client("fal-ai").image_to_image(source, "a sun", model="maker/fal-edit").size == (64, 64)
    assert server.orders[0].path == "/fal-ai/fal-ai/flux-edit?_subdomain=queue"
    assert set(server.orders[0].body) == {"image_url", "image_urls", "prompt"}
