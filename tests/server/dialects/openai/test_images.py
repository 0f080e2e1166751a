"""Pictures made, changed and varied, as OpenAI's client asks for them."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Callable, Iterator
from typing import Any

import openai
import pytest
from PIL import Image

from studiolo.engines.base import ImageEngine
from studiolo.engines.capabilities import Capabilities, Sizes
from studiolo.engines.fake import FakeImageEngine
from studiolo.errors import EngineTimeoutError, RateLimitedError, StudioloError, UnsupportedRequestError
from studiolo.gallery import Picture
from studiolo.imaging.metadata import read_metadata
from studiolo.requests import GeneratedImage, ImageRequest, ProgressCallback, ignore_progress
from tests.server.dialects.openai.pictures import data_uri, encoded, masked, opened, png
from tests.server.dialects.openai.slow import Slow, states, wait_until
from tests.server.serving import TIMEOUT_S, Serving


def newest(server: Serving) -> Picture:
    return server.studio.gallery.get("latest")


def pixels(answered: Any) -> bytes:
    return opened(answered.b64_json).tobytes()


def test_a_picture_is_painted_kept_and_answered(client: openai.OpenAI, server: Serving):
    answer = client.images.generate(model="fake", prompt="a red apple")
    assert answer.data is not None
    [made] = answer.data
    kept = newest(server)
    assert opened(made.b64_json).size == (kept.width, kept.height) == (64, 64)
    assert (kept.prompt, kept.engine) == ("a red apple", "fake")
    assert (answer.size, answer.output_format, answer.background) == ("64x64", "png", "opaque")
    assert made.to_dict()["id"] == kept.id
    assert made.revised_prompt is None


def test_the_same_seed_makes_the_same_pictures(client: openai.OpenAI, server: Serving):
    asked: dict[str, Any] = {
        "model": "fake",
        "prompt": "a boat",
        "n": 2,
        "extra_body": {"seed": 7, "steps": 3},
    }
    first, again = (client.images.generate(**asked).data or [] for _ in range(2))
    assert [opened(one.b64_json).tobytes() for one in first] == [
        opened(one.b64_json).tobytes() for one in again
    ]
    assert [one.to_dict()["seed"] for one in first] == [7, 8]
    assert server.studio.gallery.count() == 4


def test_every_setting_of_ours_goes_through_the_extra_body(client: openai.OpenAI, server: Serving):
    ours = {"seed": 1, "steps": 9, "negative_prompt": "blur", "guidance_scale": 3.5, "scheduler": "euler"}
    client.images.generate(model="fake", prompt="a boat", size="128x96", extra_body=ours)
    made = newest(server)
    assert {name: made.request[name] for name in ours} == ours
    assert (made.width, made.height) == (128, 96)
    client.images.generate(
        model="fake", prompt="a boat", extra_body={"init_image": data_uri(png("blue")), "strength": 0}
    )
    image = server.studio.gallery.image(newest(server))
    assert image.getpixel((1, 1)) == (0, 0, 255)


@pytest.mark.parametrize(("quality", "steps"), [("low", 2), ("auto", 4), ("hd", 8), ("max", 16)])
def test_quality_is_a_number_of_steps(client: openai.OpenAI, server: Serving, quality: Any, steps: int):
    client.images.generate(model="fake", prompt="a boat", quality=quality)
    assert newest(server).steps == steps


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_a_picture_comes_in_the_format_asked_for_and_knows_how_it_was_made(client: openai.OpenAI, kind: Any):
    answer = client.images.generate(model="fake", prompt="a boat", output_format=kind, extra_body={"seed": 5})
    assert answer.data is not None
    image = opened(answer.data[0].b64_json)
    assert (image.format or "").lower() == kind
    buffer = image.fp
    assert isinstance(buffer, io.BytesIO)
    assert read_metadata(buffer.getvalue()).seed == 5


def test_compression_makes_it_smaller(client: openai.OpenAI):
    def size(compression: int) -> int:
        answer = client.images.generate(
            model="fake",
            prompt="x",
            output_format="webp",
            output_compression=compression,
            extra_body={"seed": 5},
        )
        return len((answer.data or [])[0].b64_json or "")

    assert size(1) < size(100)


@pytest.mark.parametrize("asked", [{"model": "fake", "response_format": "url"}, {"model": "dall-e-3"}])
def test_an_address_leads_to_the_picture_in_the_gallery(
    client: openai.OpenAI, server: Serving, asked: dict[str, Any]
):
    answer = client.images.generate(prompt="a boat", **asked)
    assert answer.data is not None
    [made] = answer.data
    assert made.url == f"{server.address}/api/pictures/{newest(server).id}/image"
    got = server.client.get(made.url)
    assert got.status_code == 200
    assert hashlib.sha256(got.content).hexdigest() == newest(server).sha256


def test_a_name_of_openais_gets_the_size_nearest_to_its_own(start: Callable[..., Serving], connect: Any):
    serving = start(engine="fake")
    client = connect(serving)
    for model in ("gpt-image-2", None):
        more = {} if model is None else {"model": model}
        answer = client.images.generate(prompt="a boat", size="1234x620", **more)
        assert answer.size == "1232x624"
    with pytest.raises(openai.BadRequestError, match="The nearest it can do is 1232x624"):
        client.images.generate(prompt="a boat", size="1234x620", model="fake")


def test_a_prompt_in_another_language_is_revised(client: openai.OpenAI):
    asked: dict[str, Any] = {"model": "pocket", "prompt": "ein roter Apfel", "size": "256x256"}
    quick = {"seed": 1, "steps": 1, "strength": 0}
    answer = client.images.generate(**asked, extra_body=quick)
    assert answer.data is not None
    assert "red apple" in (answer.data[0].revised_prompt or "")
    plain = client.images.generate(**asked, extra_body={**quick, "translate": False})
    assert plain.data is not None
    assert plain.data[0].revised_prompt is None


def test_a_stream_brings_every_picture_as_soon_as_it_is_there(client: openai.OpenAI, server: Serving):
    events = list(
        client.images.generate(model="fake", prompt="a boat", n=3, stream=True, extra_body={"seed": 3})
    )
    assert [event.type for event in events] == ["image_generation.completed"] * 3
    assert [event.to_dict()["seed"] for event in events] == [3, 4, 5]
    kept = server.studio.gallery.list().pictures
    assert [pixels(event) for event in events] == [
        server.studio.gallery.image(picture).tobytes() for picture in reversed(kept)
    ]


def test_a_stream_shows_how_the_picture_comes_to_be(client: openai.OpenAI, slow: Slow):
    asked: dict[str, Any] = {"model": "slow", "prompt": "a boat", "stream": True, "partial_images": 3}
    slow.allowed.release(10)
    seen: list[Any] = []
    for event in client.images.generate(**asked, output_format="webp", extra_body={"steps": 40}):
        seen.append(event)
        slow.allowed.release(10)
    assert [event.type for event in seen] == [
        *["image_generation.partial_image"] * 3,
        "image_generation.completed",
    ]
    assert [event.partial_image_index for event in seen[:3]] == [0, 1, 2]
    for event in seen:
        assert (event.output_format, opened(event.b64_json).format) == ("webp", "WEBP")
    assert seen[3].usage.total_tokens == 0


@pytest.mark.parametrize("colour", ["white", "black"])
def test_an_edit_paints_where_the_mask_is_transparent(client: openai.OpenAI, server: Serving, colour: str):
    answer = client.images.edit(
        model="fake",
        image=("apple.png", png("blue"), "image/png"),
        mask=("mask.png", masked((0, 0, 32, 64), colour=colour), "image/png"),
        prompt="a hole",
        extra_body={"strength": 1, "seed": 4},
    )
    assert answer.data is not None
    image = opened(answer.data[0].b64_json).convert("RGB")
    assert image.getpixel((60, 30)) == (0, 0, 255)
    assert image.getpixel((5, 30)) != (0, 0, 255)
    assert newest(server).seed == 4


def test_a_picture_with_a_hole_is_its_own_mask(client: openai.OpenAI):
    holed = Image.open(io.BytesIO(png("blue"))).convert("RGBA")
    holed.paste((0, 0, 255, 0), (0, 0, 64, 32))
    answer = client.images.edit(
        model="fake", image=[("a.png", encoded(holed))], prompt="sky", extra_body={"strength": 1}
    )
    assert answer.data is not None
    image = opened(answer.data[0].b64_json).convert("RGB")
    assert image.getpixel((30, 60)) == (0, 0, 255)
    assert image.getpixel((30, 5)) != (0, 0, 255)


def test_an_edit_without_a_mask_begins_from_the_picture(client: openai.OpenAI, server: Serving):
    given = {"strength": 0, "steps": "3", "options": {}}
    client.images.edit(model="fake", image=png("blue", (128, 64)), prompt="all new", extra_body=given)
    made = newest(server)
    assert (made.width, made.height, made.strength, made.steps) == (128, 64, 0, 3)
    assert server.studio.gallery.image(made).getpixel((3, 3)) == (0, 0, 255)


def test_an_edit_streams(client: openai.OpenAI):
    stream = client.images.edit(model="fake", image=png("blue"), prompt="sky", stream=True)
    assert [event.type for event in stream] == ["image_edit.completed"]


def test_options_and_lists_of_a_form_arrive_as_what_they_are(server: Serving, client: openai.OpenAI):
    class Choosy(FakeImageEngine):
        @property
        def capabilities(self) -> Capabilities:
            can = super().capabilities
            return can.model_copy(update={"options": frozenset({"grain", "paper", "bold"})})

    server.studio.registry.register("choosy", lambda config: Choosy())
    options = {"grain": 0.5, "paper": "rough", "bold": True}
    for send in (
        lambda: client.images.edit(model="choosy", image=png(), prompt="x", extra_body={"options": options}),
        lambda: client.images.generate(model="choosy", prompt="x", extra_body={"options": options}),
    ):
        send()
        assert newest(server).request["options"] == options


def test_a_variation_has_the_pictures_own_prompt(client: openai.OpenAI, server: Serving):
    [picture] = server.studio.generate("a lonely boat", engine="fake")
    file = server.studio.gallery.path(picture).read_bytes()
    with pytest.warns(DeprecationWarning, match="deprecated"):
        answer = client.images.create_variation(model="fake", image=file, n=2)
    assert len(answer.data or []) == 2
    kept = server.studio.gallery.list().pictures
    assert [one.prompt for one in kept] == ["a lonely boat"] * 3
    assert kept[0].request["init_image"]


def test_a_variation_of_an_unknown_picture_has_what_the_assistant_says_of_it(
    client: openai.OpenAI, server: Serving
):
    with pytest.warns(DeprecationWarning, match="deprecated"):
        client.images.create_variation(model="fake", image=png("blue", (256, 256)))
    assert "blue" in newest(server).prompt.lower()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": "x" * 2001}, "2,001 characters"),
        ({"size": "big"}, "size"),
        ({"size": "0x0"}, "width"),
        ({"size": "99999x99999"}, "width"),
        ({"n": 0}, "'n'"),
        ({"n": 65}, "count"),
        ({"background": "transparent"}, "background"),
        ({"output_format": "gif"}, "output_format"),
        ({"response_format": "url", "output_format": "webp"}, "b64_json"),
        ({"partial_images": 4, "stream": True}, "partial_images"),
        ({"extra_body": {"sed": 1}}, "'sed'"),
        ({"extra_body": {"width": 64}}, "Use size"),
        ({"extra_body": {"init_image": "/etc/passwd"}}, "no reference"),
        ({"extra_body": {"svg": {"model": "x"}}}, "svg"),
        ({"extra_body": {"steps": "many"}}, "steps"),
        ({"extra_body": {"scheduler": "none of it"}}, "scheduler"),
        ({"extra_body": {"options": {"wings": 2}}}, "wings"),
    ],
)
def test_what_cannot_be_done_is_a_bad_request_that_names_it(
    client: openai.OpenAI, server: Serving, fields: dict[str, Any], told: str
):
    with pytest.raises(openai.BadRequestError) as caught:
        client.images.generate(**{"model": "fake", "prompt": "a boat", **fields})
    assert told in caught.value.message
    assert server.studio.gallery.count() == 0


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"image": b"no picture"}, "not a picture"),
        ({"image": [png(), png()]}, "2 files"),
        ({"mask": png(size=(32, 32))}, "32x32"),
        ({"extra_body": {"sed": 1}}, "'sed'"),
    ],
)
def test_what_cannot_be_edited_is_a_bad_request_that_names_it(
    client: openai.OpenAI, fields: dict[str, Any], told: str
):
    with pytest.raises(openai.BadRequestError) as caught:
        client.images.edit(**{"model": "fake", "prompt": "a boat", "image": png(), **fields})
    assert told in caught.value.message


def test_a_form_without_a_picture_says_so(server: Serving):
    answer = server.post("/v1/images/edits", data={"prompt": "x"}, files={"mask": ("m.png", png())})
    assert answer.status_code == 400
    assert "'image' is missing" in answer.json()["error"]["message"]


def test_a_field_of_a_form_that_is_sent_in_two_ways_says_so(server: Serving):
    twice = {"prompt": "x", "options": "1", "options[b]": "2"}
    answer = server.post("/v1/images/edits", data=twice, files={"image": ("i.png", png())})
    assert answer.status_code == 400
    assert "'options' was sent in two ways" in answer.json()["error"]["message"]


@pytest.mark.parametrize("field", ["model", "scheduler", "prompt", "size", "options"])
def test_half_a_character_is_a_bad_request(server: Serving, field: str):
    half = '"\\ud800"' if field != "options" else '{"a": ["\\ud800"]}'
    body = f'{{"{field}": {half}, "n": 1}}'
    answer = server.post("/v1/images/generations", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert "half a character" in answer.json()["error"]["message"]


def test_an_unknown_model_is_not_found(client: openai.OpenAI):
    with pytest.raises(openai.NotFoundError) as caught:
        client.images.generate(model="gpt-4o", prompt="a boat")
    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")


class Failing(ImageEngine):
    """Raises."""

    def __init__(self, error: StudioloError) -> None:
        super().__init__()
        self.error, self.asked = error, 0

    @property
    def capabilities(self) -> Capabilities:
        sizes = Sizes(minimum=8, maximum=64, multiple=8, default=(8, 8))
        return Capabilities(description="Fails.", sizes=sizes)

    def generate(
        self, request: ImageRequest, progress: ProgressCallback = ignore_progress
    ) -> Iterator[GeneratedImage]:
        self.asked += 1
        raise self.error


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (EngineTimeoutError("It took too long.", hint="Wait."), openai.InternalServerError),
        (UnsupportedRequestError("Not like this.", hint="Otherwise."), openai.BadRequestError),
    ],
)
def test_an_engine_that_fails_is_told_once_and_not_asked_again(
    server: Serving, connect: Any, error: StudioloError, expected: type[openai.APIError], stream: bool
):
    engine = Failing(error)
    server.studio.registry.register("failing", lambda config: engine)
    client = connect(server, max_retries=2)
    with pytest.raises(openai.APIError if stream else expected, match=error.message) as caught:
        list(client.images.generate(model="failing", prompt="a boat", stream=stream))
    assert error.hint in caught.value.message
    assert engine.asked == 1


def test_a_service_that_asks_to_wait_is_asked_again(server: Serving, connect: Any):
    engine = Failing(RateLimitedError("Slowly.", hint="Wait."))
    server.studio.registry.register("failing", lambda config: engine)
    with pytest.raises(openai.RateLimitError):
        connect(server, max_retries=1).images.generate(model="failing", prompt="a boat")
    assert engine.asked == 2


def test_a_full_queue_says_when_to_come_again(start: Callable[..., Serving], connect: Any):
    serving = start(queue_size=1)
    engine = Slow()
    serving.studio.registry.register("slow", lambda config: engine)
    serving.studio.submit("one", engine="slow")
    assert engine.begun.wait(TIMEOUT_S)
    serving.studio.submit("two", engine="slow")
    with pytest.raises(openai.RateLimitError) as caught:
        connect(serving).images.generate(model="slow", prompt="a boat")
    assert int(caught.value.response.headers["retry-after"]) >= 1
    assert caught.value.code == "rate_limit_exceeded"
    engine.allowed.release(10_000)


@pytest.mark.parametrize("stream", [False, True])
def test_who_hangs_up_has_the_job_cancelled(server: Serving, client: openai.OpenAI, slow: Slow, stream: bool):
    with server.new_client() as browser:  # no client of OpenAI's: it says nothing of coming back
        body = {"model": "slow", "prompt": "a boat", "stream": stream}
        with pytest.raises(Exception, match="timed out"):
            browser.post("/v1/images/generations", json=body, timeout=1)
    assert slow.begun.wait(TIMEOUT_S)
    assert slow.ended.wait(TIMEOUT_S)
    wait_until(lambda: states(server) == ["cancelled"])


def test_a_client_that_waited_too_long_and_asks_again_gets_the_job_it_had(
    server: Serving, connect: Any, slow: Slow
):
    client = connect(server, timeout=2.0, max_retries=5)

    retries: list[str] = []

    def allow() -> None:
        wait_until(lambda: any(retry != "0" for retry in retries))
        slow.allowed.release(10_000)

    client._client.event_hooks["request"].append(
        lambda request: retries.append(request.headers["x-stainless-retry-count"])
    )
    helper = threading.Thread(target=allow)
    helper.start()
    answer = client.images.generate(model="slow", prompt="a boat")
    helper.join()
    assert len(answer.data) == 1
    assert len(retries) > 1
    assert slow.paintings == 1
    assert states(server) == ["done"]


def test_a_key_of_the_clients_own_paints_once(server: Serving, client: openai.OpenAI):
    def ask(prompt: str, key: str) -> Any:
        answer = client.images.generate(model="fake", prompt=prompt, extra_headers={"Idempotency-Key": key})
        return (answer.data or [])[0].to_dict()["id"]

    assert ask("a boat", "one") == ask("a boat", "one")
    assert ask("a boat", "two") != ask("a boat", "one")
    assert server.studio.gallery.count() == 2
    with pytest.raises(openai.BadRequestError, match="another request"):
        ask("a ship", "one")


def test_the_same_order_again_is_painted_again(server: Serving, client: openai.OpenAI):
    for retry in ("0", "0", "1"):
        client.images.generate(
            model="fake", prompt="a boat", extra_headers={"X-Stainless-Retry-Count": retry}
        )
    assert server.studio.gallery.count() == 3
