"""Replicate's own client understands our server: so what the engine is tested against is right."""

from __future__ import annotations

import io

import pytest

from tests.engines.replicate.server import LLAVA_VERSION, TOKEN, Run

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
