"""Replicate's own client understands our server: so what the engine is tested against is right."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tests.engines.replicate.asking import only, paint
from tests.engines.replicate.server import LLAVA_VERSION, SDXL_VERSION, TOKEN, Run

# Their client still builds on pydantic's first version, which says so on newer Pythons.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")


@pytest.fixture
def client(server):
    import replicate

    client = replicate.Client(api_token=TOKEN, base_url=server.address)
    yield client
    client._client.close()  # it has no close of its own


def test_their_client_streams(server, client):
    server.runs.append(Run(output=["A ", "cat", "\n", "sits."]))
    events = client.stream(f"yorickvp/llava-13b:{LLAVA_VERSION}", input={"prompt": "What?"})
    assert "".join(str(event) for event in events) == "A cat\nsits."
    assert server.last.input == {"prompt": "What?"}
    assert server.last.version == LLAVA_VERSION


def test_their_client_runs_an_official_model(client):
    model = "meta/meta-llama-3-8b-instruct"
    assert "".join(str(event) for event in client.stream(model, input={"prompt": "one two"})) == "one two"


def test_their_client_waits_without_a_stream(server, client):
    server.runs.append(Run(output=["one", " two"], streams=False, looks=1))
    client.poll_interval = 0.01
    prediction = client.predictions.create(version=LLAVA_VERSION, input={"prompt": "?"})
    prediction.wait()
    assert (prediction.status, prediction.output) == ("succeeded", ["one", " two"])


def test_their_client_cancels(server, client):
    prediction = client.predictions.create(version=LLAVA_VERSION, input={"prompt": "?"})
    prediction.cancel()
    assert server.last.cancelled.is_set()
    assert prediction.status == "canceled"


def test_their_client_reads_models_versions_and_files(server, client):
    model = client.models.get("yorickvp/llava-13b")
    assert model.latest_version.id == LLAVA_VERSION
    assert "image" in model.latest_version.openapi_schema["components"]["schemas"]["Input"]["properties"]
    assert model.versions.get(LLAVA_VERSION).id == LLAVA_VERSION
    uploaded = client.files.create(io.BytesIO(b"pixels"), filename="picture.png", content_type="image/png")
    assert uploaded.urls["get"] == f"{server.address}/v1/files/f1"
    assert b"pixels" in server.files[0]


# Pictures

SEED_FIGURES = {
    "prompt": "a red apple",
    "width": 768,
    "height": 768,
    "scheduler": "K_EULER",
    "num_inference_steps": 25,
    "guidance_scale": 10,
    "prompt_strength": 0.9,
    "lora_scale": 0.7,
    "refine": "expert_ensemble_refiner",
    "high_noise_frac": 0.8,
    "apply_watermark": False,
    "num_outputs": 1,
    "seed": 7,
}


def fetched(client, link: str) -> Image.Image:
    """Their client makes files of https links alone; ours are http."""
    return Image.open(io.BytesIO(client._client.get(link).raise_for_status().content))


def test_their_client_and_ours_paint_the_same(server, client, paint_with):
    """With the figures of the app that this repository started from, as both would say them."""
    client.poll_interval = 0.01
    (output,) = client.run(f"stability-ai/sdxl:{SDXL_VERSION}", input=SEED_FIGURES)
    theirs = fetched(client, output)
    options = {"apply_watermark": False, "lora_scale": 0.7}
    knobs = {"steps": 25, "guidance_scale": 10, "refiner": "ensemble", "handover": 0.8, "options": options}
    ours = only(paint(paint_with(), width=768, height=768, **knobs))
    sent = [run.input for run in server.paintings]
    assert sent[1] == {name: value for name, value in sent[0].items() if name != "prompt_strength"}
    assert theirs.size == ours.image.size == (768, 768)
    assert sent[0].keys() >= sent[1].keys()


def test_their_client_paints_with_an_official_model(server, client):
    client.poll_interval = 0.01
    given = {"prompt": "a fox", "aspect_ratio": "16:9", "output_format": "png"}
    (output,) = client.run("black-forest-labs/flux-schnell", input=given)
    assert fetched(client, output).size == (1344, 768)
    assert server.last.input == given


def test_their_client_uploads_a_picture_to_start_from(server, client):
    client.poll_interval = 0.01
    content = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(content, "PNG")
    content.seek(0)
    given = {"prompt": "a fox", "image": content}
    (output,) = client.run(f"stability-ai/sdxl:{SDXL_VERSION}", input=given)
    assert fetched(client, output).size == (40, 30)
    assert server.last.input["image"] == f"{server.address}/v1/files/f1"


def test_their_client_is_told_which_input_is_wrong(client):
    import replicate

    with pytest.raises(replicate.exceptions.ReplicateError, match=r"input\.scheduler: .* must be one of"):
        client.run(f"stability-ai/sdxl:{SDXL_VERSION}", input={"scheduler": "euler"})


def test_their_client_lists_runs_with_their_input_newest_first(client):
    for seed in (1, 2):
        client.predictions.create(version=SDXL_VERSION, input={"prompt": "a fox", "seed": seed})
    assert [run.input["seed"] for run in client.predictions.list().results] == [2, 1]


def test_their_client_sees_a_filter_decline(server, client):
    import replicate

    client.poll_interval = 0.01
    server.break_with("declined")
    with pytest.raises(replicate.exceptions.ModelError, match="NSFW content detected"):
        client.run(f"stability-ai/sdxl:{SDXL_VERSION}", input={"prompt": "a fox", "width": 64, "height": 64})
