"""A model by its name: where a run of it is begun, and what it takes."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from studiolo.engines.http import Fault, Host, Service
from studiolo.engines.http.failures import words_of
from studiolo.engines.http.worker import Beat
from studiolo.errors import (
    CredentialsError,
    EngineError,
    InvalidRequestError,
    StudioloError,
    UnknownEngineError,
)

_NAME: Final = re.compile(r"(\w[\w.-]*)/(\w[\w.-]*)(?::([0-9a-f]{64}))?")


class Target(BaseModel):
    """Where a run of the model is begun, and what the model takes."""

    path: str
    version: str = ""
    openapi_schema: dict[str, Any] = {}

    def body(self, values: dict[str, Any]) -> dict[str, Any]:
        """What is posted to begin a run."""
        return {"input": values, **({"version": self.version} if self.version else {})}

    def full_name(self, model: str) -> str:
        """The model with its version, where that is known."""
        return model if ":" in model or not self.version else f"{model}:{self.version}"


class _Version(BaseModel):
    id: str
    openapi_schema: dict[str, Any] = {}


class _Model(BaseModel):
    is_official: bool = False
    latest_version: _Version | None = None


class _MissingError(EngineError):
    """There is no such thing at Replicate."""


def bare(model: str) -> str:
    """``owner/name`` of a model, without its version."""
    return model.partition(":")[0]


def find(service: Service, model: str, beat: Beat) -> Target:
    """Which version of ``model`` is meant, and what it takes.

    Raises:
        UnknownEngineError: that is no name of a model, or there is none of it.
    """
    name = _NAME.fullmatch(model)
    if name is None:
        raise UnknownEngineError(
            f"'{model}' is no model of Replicate.",
            hint="Name it replicate:owner/name, or replicate:owner/name:version with all 64 digits.",
        )
    with named(model):
        return _target(service, *name.groups(default=""), beat=beat)


@contextmanager
def named(model: str) -> Generator[None]:
    """What is missing while this lasts is the model."""
    try:
        yield
    except _MissingError as error:
        raise UnknownEngineError(
            f"Replicate has no model '{model}'. {error.message}",
            hint="Find one at https://replicate.com/explore and name it replicate:owner/name",
        ) from error


def explain(model: str, host: Host, fault: Fault) -> StudioloError | None:
    """What a fault means at Replicate; None where it means what it says.

    A 422 names the inputs that are wrong ("- input.width: Must be …"), or a version that is not there.
    """
    said = fault.message
    about_input = said.lstrip("- ").startswith("input")
    if fault.status == 404 or (fault.status == 422 and "version" in said.lower() and not about_input):
        return _MissingError(f"Not found{words_of(fault)}")
    if fault.status == 422:
        return InvalidRequestError(
            f"replicate:{model} does not take this{words_of(fault)}",
            hint=f"Change what it names; what it takes: https://replicate.com/{bare(model)}/api",
        )
    if fault.status == 403:
        return CredentialsError(
            f"Replicate does not let this account use {model}{words_of(fault)}",
            hint=f"Ask its owner for access, choose another model, or change the key. {host.key_hint}",
        )
    return None


def _target(service: Service, owner: str, name: str, version: str, *, beat: Beat) -> Target:
    path = f"models/{owner}/{name}"
    try:
        if version:
            pinned = _Version.model_validate(service.get(f"{path}/versions/{version}", beat))
            return Target(path="predictions", version=pinned.id, openapi_schema=pinned.openapi_schema)
        model = _Model.model_validate(service.get(path, beat))
    except ValidationError as error:
        raise service.unreadable("no model") from error
    newest = model.latest_version
    schema = newest.openapi_schema if newest is not None else {}
    if model.is_official or newest is None:
        return Target(path=f"{path}/predictions", openapi_schema=schema)
    return Target(path="predictions", version=newest.id, openapi_schema=schema)
