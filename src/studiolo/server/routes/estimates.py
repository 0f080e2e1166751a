"""What a painting would cost, before anybody asks for it."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from studiolo.server.context import Needs, StudioDep
from studiolo.server.generation import image_request
from studiolo.server.problems import responses
from studiolo.server.routes.jobs import JobRequest
from studiolo.server.waiting import apart
from studiolo.studio.spending import Quote

router = APIRouter(prefix="/api", tags=["jobs"], dependencies=[Depends(Needs("generate"))])


class EstimateDocument(BaseModel):
    """What a painting would cost."""

    engine: str = Field(description="Who would paint it.", examples=["replicate"])
    count: int = Field(description="How many pictures that is.")
    usd: float | None = Field(
        description="US dollars for all of them; 0: free; null: nobody knows.", examples=[0.16]
    )
    firm: bool = Field(description="Whether it is the price of each picture; otherwise it is a guess.")
    basis: str = Field(
        description="How it comes about, for a person.",
        examples=["4 pictures at $0.04 (the vendor, 2026-11)"],
    )

    @classmethod
    def of(cls, quote: Quote) -> EstimateDocument:
        """The document of ``quote``."""
        return cls(
            engine=quote.engine, count=quote.count, usd=quote.usd, firm=quote.firm, basis=quote.basis
        )  # fmt: skip


@router.post("/estimate", responses=responses(404, 413, 502, 503))
async def estimate(wanted: JobRequest, studio: StudioDep) -> EstimateDocument:
    """What a job would cost, without asking for it: takes what `POST /api/jobs` takes, and paints nothing."""

    def ask() -> EstimateDocument:
        return EstimateDocument.of(studio.estimate(image_request(studio, wanted), engine=wanted.engine))

    return await apart(ask)  # its pictures may be on the web
