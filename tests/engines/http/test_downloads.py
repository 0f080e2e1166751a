"""Links to finished pictures that are none, or lead where only this machine may go."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from studiolo.engines.http import Host, HostedOptions, Service
from studiolo.engines.http.downloads import download
from studiolo.errors import EngineError


@pytest.fixture
def service() -> Iterator[Service]:
    options = HostedOptions.read("lab", {"base_url": "https://lab.example/v1", "api_key": "sk-secret"})
    service = Service(Host(engine="lab", title="The lab"), options)
    yield service
    service.close()


@pytest.mark.parametrize(
    "link",
    [
        "https://[half",
        "https://lab.example:99999/picture.png",
        "https://lab.example:port/picture.png",
        "file:///etc/passwd",
        "http://127.0.0.1/picture.png",
        "http://169.254.169.254/latest/meta-data",
        "http://[::ffff:127.0.0.1]/picture.png",
        "http://lab.example@127.0.0.1/picture.png",
        "",
    ],
)
def test_what_leads_nowhere_is_said(service, link):
    with pytest.raises(EngineError, match="cannot be fetched") as caught:
        download(service, link, lambda: None)
    assert "sk-secret" not in f"{caught.value} {caught.value.hint}"
