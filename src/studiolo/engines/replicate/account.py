"""Replicate's address, options and name, as every engine there has them."""

from __future__ import annotations

from functools import partial
from typing import Final

from studiolo.engines.http import Host, HostedImageOptions, HostedOptions, Service
from studiolo.engines.replicate.catalogue import DEFAULT_MODEL
from studiolo.engines.replicate.models import explain

BASE_URL: Final = "https://api.replicate.com/v1"
NAME: Final = "replicate"


class ImageOptions(HostedImageOptions):
    """What ``[engines.replicate]`` may say of pictures; the language model there has its own ``model``."""

    image_model: str = DEFAULT_MODEL


def host_of(engine: str) -> Host:
    """Replicate under the name that an engine was asked for by."""
    return Host(engine=engine, title="Replicate", key_variable="REPLICATE_API_TOKEN")


def connect(host: Host, options: HostedOptions, *, offline: bool, model: str) -> Service:
    """The service, whose faults speak of ``model``.

    Raises:
        CredentialsError: there is no key.
    """
    if not options.key:
        raise host.no_key()
    return Service(host, options, offline=offline, explain=partial(explain, model, host))
