"""OpenAI's own client and our server understand each other: so what the engine is tested against is right."""

from __future__ import annotations

import base64
import io

import openai
import pytest
from PIL import Image

from studiolo.engines.pictures import as_png
from tests.engines.openai_images.asking import right_half, shaded
from tests.engines.openai_images.server import KEY, MODELS

MODEL = MODELS[0]


@pytest.fixture
def client(server):
    with openai.OpenAI(base_url=server.base_url, api_key=KEY, max_retries=0) as client:
        yield client


def opened(text):
    return Image.open(io.BytesIO(base64.b64decode(text)))


def test_their_client_has_a_picture_made(server, client):
    made = client.images.generate(model=MODEL, prompt="a boat", size="1536x1024", quality="low", n=1)
    assert opened(made.data[0].b64_json).size == (1536, 1024)
    assert made.usage.output_tokens == 1756
    assert server.fields == [
        {"model": MODEL, "prompt": "a boat", "size": "1536x1024", "quality": "low", "n": 1}
    ]
    assert "idempotency-key" not in server.headers[0]


def test_their_client_follows_a_link(server, client):
    server.links = True
    made = client.images.generate(model=MODEL, prompt="a boat")
    assert made.data[0].url.endswith("/files/0")


def test_their_client_edits_several_pictures_within_a_mask(server, client):
    files = [("one.png", as_png(shaded(1024, 1024))), ("two.png", as_png(shaded(64, 64)))]
    mask = Image.new("RGBA", (1024, 1024), "black")
    mask.putalpha(right_half(1024, 1024))
    made = client.images.edit(
        model=MODEL, image=files, mask=("mask.png", as_png(mask)), prompt="a sun", size="1024x1024"
    )
    assert opened(made.data[0].b64_json).size == (1024, 1024)
    order = server.orders[0].order
    assert [image.size for image in order.images] == [(1024, 1024), (64, 64)]
    assert order.mask is not None


def test_their_client_reads_the_events_of_a_stream(client):
    stream = client.images.generate(model=MODEL, prompt="a boat", stream=True, partial_images=2)
    events = list(stream)
    kinds = ["partial_image", "partial_image", "completed"]
    assert [event.type for event in events] == [f"image_generation.{kind}" for kind in kinds]
    assert events[-1].usage.total_tokens == 1766


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"quality": "finest"}, "quality"),
        ({"size": "1000x1000"}, "size"),
        ({"extra_body": {"seed": 1}}, "seed"),
        ({"response_format": "b64_json"}, "response_format"),
        ({"partial_images": 2}, "partial_images"),
    ],
    ids=["quality", "size", "seed", "response_format", "partial_images"],
)
def test_what_openai_does_not_take_is_refused(client, fields, param):
    with pytest.raises(openai.BadRequestError) as caught:
        client.images.generate(model=MODEL, prompt="a boat", **fields)
    assert caught.value.param == param


def test_a_mask_that_hides_nothing_is_refused(client):
    mask = ("mask.png", as_png(Image.new("RGBA", (1024, 1024), "black")))
    with pytest.raises(openai.BadRequestError, match="no pixel of it is transparent"):
        client.images.edit(
            model=MODEL, image=("one.png", as_png(shaded(1024, 1024))), mask=mask, prompt="a sun"
        )


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("wrong-key", openai.AuthenticationError),
        ("no-access", openai.PermissionDeniedError),
        ("spent", openai.RateLimitError),
        ("declined", openai.BadRequestError),
        ("overloaded", openai.InternalServerError),
    ],
)
def test_their_client_reads_our_faults(server, client, fault, error):
    server.fault = fault
    with pytest.raises(error):
        client.images.generate(model=MODEL, prompt="a boat")
