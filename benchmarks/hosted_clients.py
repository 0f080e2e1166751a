"""The vendors' own clients, and our engines, each asking for one picture of 1024x1024."""

from __future__ import annotations

import base64
import io
import json
import urllib.request
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final
from urllib.parse import urlencode

from benchmarks.hosted_services import SIDE_PX, STEPS
from studiolo.engines.base import ImageEngine
from studiolo.engines.checking import check
from studiolo.engines.resolving import resolve
from studiolo.requests import ImageRequest

PROMPT: Final = "a red apple on a table"


@dataclass(frozen=True, kw_only=True)
class Client:
    """``bare`` gives from an address what has one picture painted; ``engine`` builds ours."""

    title: str
    bare: Callable[[str], Callable[[int], bytes]]
    engine: Callable[[str], ImageEngine]
    knobs: tuple[str, ...] = ()


@contextmanager
def engine(vendor: str, address: str) -> Iterator[Callable[[int, int], None]]:
    """Has our engine paint so many pictures from a seed on."""
    client = CLIENTS[vendor]
    fields = {"steps": STEPS} if client.knobs else {}
    with client.engine(address) as painter:

        def paint(seed: int, count: int) -> None:
            given = {"prompt": PROMPT, "seed": seed, "count": count, "width": SIDE_PX, "height": SIDE_PX}
            asked = ImageRequest.parse({**given, **fields})
            check(painter.capabilities, asked, engine=vendor)
            complete = resolve(painter.capabilities, asked)
            painter.check(complete)
            pictures = list(painter.generate(complete))
            assert [picture.image.size for picture in pictures] == [(SIDE_PX, SIDE_PX)] * count

        yield paint


@contextmanager
def both(vendor: str, address: str) -> Iterator[tuple[Callable[[int], None], Callable[[int], None]]]:
    """The bare client's way, and ours."""
    from PIL import Image

    ask = CLIENTS[vendor].bare(address)

    def bare(seed: int) -> None:
        image = Image.open(io.BytesIO(ask(seed)))
        image.load()
        assert image.size == (SIDE_PX, SIDE_PX)

    with engine(vendor, address) as paint:
        yield bare, lambda seed: paint(seed, 1)


def _replicate(address: str) -> Callable[[int], bytes]:
    from tests.engines.replicate.server import SDXL_VERSION, TOKEN

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it still builds on pydantic's first version, which says so
        import replicate
    client = replicate.Client(api_token=TOKEN, base_url=address)
    given = {"prompt": PROMPT, "width": SIDE_PX, "height": SIDE_PX, "num_inference_steps": STEPS}

    def ask(seed: int) -> bytes:
        [link] = client.run(f"stability-ai/sdxl:{SDXL_VERSION}", input={**given, "seed": seed})
        with urllib.request.urlopen(link) as picture:  # it reads https itself, http it hands over as it is
            return picture.read()

    return ask


def _replicate_engine(address: str) -> ImageEngine:
    from tests.engines.replicate.server import TOKEN

    from studiolo.engines.base import EngineConfig
    from studiolo.engines.replicate.image import ReplicateImageEngine

    options = {"base_url": f"{address}/v1", "api_key": TOKEN}
    return ReplicateImageEngine(EngineConfig(name="replicate", options=options))


def _bedrock(address: str) -> Callable[[int], bytes]:
    import boto3
    from tests.engines.bedrock.service import KEY_ID, REGION, SECRET

    client = boto3.client(
        "bedrock-runtime",
        endpoint_url=address,
        region_name=REGION,
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
    )

    def ask(seed: int) -> bytes:
        body = {"prompt": PROMPT, "seed": seed, "aspect_ratio": "1:1", "output_format": "png"}
        answer = client.invoke_model(
            modelId="stability.stable-image-core-v1:1",
            body=json.dumps(body),
            contentType="application/json",
            accept="application/json",
        )
        return base64.b64decode(json.loads(answer["body"].read())["images"][0])

    return ask


def _bedrock_engine(address: str) -> ImageEngine:
    from tests.engines.bedrock.painting import engine_at

    return engine_at(SimpleNamespace(url=address))


def _openai(address: str) -> Callable[[int], bytes]:
    import openai
    from tests.engines.openai_images.server import KEY, MODELS

    client = openai.OpenAI(base_url=address, api_key=KEY)

    def ask(seed: int) -> bytes:
        size = f"{SIDE_PX}x{SIDE_PX}"
        made = client.images.generate(model=MODELS[0], prompt=f"{PROMPT} {seed}", size=size, n=1)
        return base64.b64decode(made.data[0].b64_json)

    return ask


def _openai_engine(address: str) -> ImageEngine:
    from tests.engines.openai_images.conftest import openai_at

    return openai_at(SimpleNamespace(base_url=address))


def _automatic1111(address: str) -> Callable[[int], bytes]:
    import httpx2

    client = httpx2.Client(base_url=address, timeout=60, trust_env=False)

    def ask(seed: int) -> bytes:
        body = {"prompt": PROMPT, "seed": seed, "steps": STEPS, "width": SIDE_PX, "height": SIDE_PX}
        answer = client.post("/sdapi/v1/txt2img", json=body)
        answer.raise_for_status()
        return base64.b64decode(answer.json()["images"][0])

    return ask


def _automatic1111_engine(address: str) -> ImageEngine:
    from studiolo.engines.automatic1111 import Automatic1111ImageEngine
    from studiolo.engines.base import EngineConfig

    return Automatic1111ImageEngine(EngineConfig(name="automatic1111", options={"base_url": address}))


def _comfyui(address: str) -> Callable[[int], bytes]:
    """As script_examples/websockets_api_example.py of ComfyUI asks; the line stays open between pictures."""
    from tests.engines.comfyui.test_server import GRAPH
    from websockets.sync.client import connect

    name = str(uuid.uuid4())
    line = connect(f"ws{address.removeprefix('http')}/ws?clientId={name}", proxy=None)

    def fetch(path: str, body: Any = None) -> bytes:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(address + path, data)) as answer:
            return answer.read()

    def ask(seed: int) -> bytes:
        graph = json.loads(json.dumps(GRAPH))
        graph["3"]["inputs"] |= {"seed": seed, "steps": STEPS}
        graph["5"]["inputs"] |= {"width": SIDE_PX, "height": SIDE_PX}
        queued = json.loads(fetch("/prompt", {"prompt": graph, "client_id": name}))["prompt_id"]
        while True:
            message = line.recv()
            told = json.loads(message) if isinstance(message, str) else {"type": "preview"}
            if told["type"] == "executing" and told["data"]["node"] is None:
                break
        outputs = json.loads(fetch(f"/history/{queued}"))[queued]["outputs"]
        [image] = next(iter(outputs.values()))["images"]
        return fetch(f"/view?{urlencode(image)}")

    return ask


def _comfyui_engine(address: str) -> ImageEngine:
    from studiolo.engines.base import EngineConfig
    from studiolo.engines.comfyui import ComfyUIImageEngine

    return ComfyUIImageEngine(EngineConfig(name="comfyui", options={"base_url": address}))


CLIENTS: Final = {
    "replicate": Client(title="`replicate`", bare=_replicate, engine=_replicate_engine, knobs=("steps",)),
    "bedrock": Client(title="`boto3`", bare=_bedrock, engine=_bedrock_engine),
    "openai": Client(title="`openai`", bare=_openai, engine=_openai_engine),
    "automatic1111": Client(
        title="`httpx2` alone", bare=_automatic1111, engine=_automatic1111_engine, knobs=("steps",)
    ),
    "comfyui": Client(title="`websockets`", bare=_comfyui, engine=_comfyui_engine, knobs=("steps",)),
}
