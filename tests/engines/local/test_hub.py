"""Downloads of several files in folders, from a hub on loopback: progress, resuming, checks, space."""

from __future__ import annotations

from pathlib import Path

import pytest

from studiolo.engines.local import cache, hub
from studiolo.engines.local.options import LocalOptions
from studiolo.engines.local.parcels import Parcel
from studiolo.errors import Cancelled, CredentialsError, EngineError, UnknownEngineError
from studiolo.requests import Progress
from tests.engines.local.hub_server import serving, serving_all
from tests.engines.local.repositories import safetensors, write

BIG = 3_000_000
PARCEL = Parcel(
    repo="someone/tiny",
    patterns=("*.json", "unet/*"),
    needed=("model_index.json", "unet/*.safetensors"),
    variant="fp16",
)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "on the hub"
    files = {
        "model_index.json": b'{"_class_name": "X"}',
        "README.md": b"---\nlicense: mit\n---\n",
        "unet/config.json": b"{}",
        "unet/x.safetensors": safetensors(1000),
        "unet/x.fp16.safetensors": safetensors(BIG),
        "unet/x.bin": b"pickle",
        "unet/code.py": b"raise SystemExit",
        "vae/x.safetensors": safetensors(1000),
    }
    return write(folder, files)


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studiolo.engines.local.transfer._PAUSE_S", 0.0)


def get(address: str, folder: Path, parcel: Parcel = PARCEL, progress=lambda _: None) -> Path:
    return hub.download([parcel], folder, LocalOptions(hub=address), progress)[0]


def names(folder: Path) -> set[str]:
    return {place.relative_to(folder).as_posix() for place in folder.rglob("*") if place.is_file()}


def test_what_is_wanted_comes_and_nothing_else(model: Path, tmp_path: Path):
    with serving(model) as (address, _):
        folder = get(address, tmp_path / "models")
    assert names(folder) == {"model_index.json", "unet/config.json", "unet/x.fp16.safetensors"}
    assert (folder / "unet/x.fp16.safetensors").read_bytes() == safetensors(BIG)
    assert cache.find_parcel(PARCEL, tmp_path / "models") == folder
    assert cache.bytes_here(PARCEL, tmp_path / "models") == sum(
        (model / name).stat().st_size for name in names(folder)
    )


def test_full_precision_where_there_is_no_other(model: Path, tmp_path: Path):
    (model / "unet/x.fp16.safetensors").unlink()
    with serving(model) as (address, _):
        assert "unet/x.safetensors" in names(get(address, tmp_path / "models"))


def test_weights_in_parts(tmp_path: Path):
    names = [
        "unet/d.safetensors.index.json",
        "unet/d.safetensors.index.fp16.json",
        "unet/d-00001-of-00002.safetensors",
        "unet/d-00002-of-00002.safetensors",
        "unet/d.fp16.safetensors",
        "vae/d.bf16.safetensors",
        "vae/d.safetensors",
    ]
    chosen = Parcel(repo="a/b", variant="fp16").select(names)
    assert chosen == ("unet/d.fp16.safetensors", "unet/d.safetensors.index.fp16.json", "vae/d.safetensors")


def test_progress_is_bytes_with_the_file_as_stage(model: Path, tmp_path: Path):
    told: list[Progress] = []
    with serving(model) as (address, _):
        folder = get(address, tmp_path / "models", progress=told.append)
    total = sum((folder / name).stat().st_size for name in names(folder))
    steps = [now.step for now in told]
    assert steps == sorted(steps)
    assert told[-1].step == told[-1].total == total
    assert "unet/x.fp16.safetensors" in {now.stage for now in told}
    assert sum(now.stage.startswith("unet/x") for now in told) > 2, "more than once on the way"


def test_what_is_here_is_not_asked_for_again(model: Path, tmp_path: Path):
    with serving(model) as (address, server):
        get(address, tmp_path / "models")
        server.asked.clear()
        told: list[Progress] = []
        get(address, tmp_path / "models", progress=told.append)
        assert not any(path.startswith("GET") and "resolve" in path for path in server.asked)
    assert {now.total for now in told} == {0}


def test_a_stopped_download_goes_on_where_it_was(model: Path, tmp_path: Path):
    def stop_in_the_middle(now: Progress) -> None:
        if now.step > BIG // 2:
            raise Cancelled

    with serving(model) as (address, server):
        with pytest.raises(Cancelled):
            get(address, tmp_path / "models", progress=stop_in_the_middle)
        [partial] = (tmp_path / "models").rglob("*.incomplete")
        came = partial.stat().st_size
        assert 1 << 20 <= came < BIG
        assert cache.find_parcel(PARCEL, tmp_path / "models") is None
        server.sent.clear()
        told: list[Progress] = []
        folder = get(address, tmp_path / "models", progress=told.append)
        assert max(server.sent) == (model / "unet/x.fp16.safetensors").stat().st_size - came
    assert told[-1].step == told[-1].total < BIG
    assert (folder / "unet/x.fp16.safetensors").read_bytes() == safetensors(BIG)
    assert not list((tmp_path / "models").rglob("*.incomplete"))


@pytest.mark.parametrize("ranged", [True, False], ids=["ranges", "no-ranges"])
def test_a_connection_that_breaks_is_taken_up_again(model: Path, tmp_path: Path, ranged: bool):
    with serving(model, cuts=[1_500_000], ranged=ranged) as (address, server):
        folder = get(address, tmp_path / "models")
        sent = [size for size in server.sent if size > 10_000]
    whole = (model / "unet/x.fp16.safetensors").stat().st_size
    assert sent[0] == 1_500_000
    assert sent[1] == whole if not ranged else sent[1] < whole
    assert (folder / "unet/x.fp16.safetensors").read_bytes() == safetensors(BIG)


def test_a_connection_that_always_breaks(model: Path, tmp_path: Path):
    broken = pytest.raises(EngineError, match="could not be downloaded")
    with serving(model, cuts=[0] * 50) as (address, _), broken as caught:
        get(address, tmp_path / "models")
    assert "goes on where it stopped" in caught.value.hint


def test_damage_on_the_way_is_noticed_and_not_kept(model: Path, tmp_path: Path):
    with serving(model, spoils={"unet/x.fp16.safetensors"}) as (address, server):
        with pytest.raises(EngineError, match="arrived damaged"):
            get(address, tmp_path / "models")
        assert not list((tmp_path / "models").rglob("*.incomplete"))
        server.spoils.clear()
        assert get(address, tmp_path / "models")


def test_what_calls_itself_safetensors_and_is_none(model: Path, tmp_path: Path):
    (model / "unet/x.fp16.safetensors").write_bytes(b"\x80\x04 a pickle")
    with serving(model) as (address, _), pytest.raises(EngineError, match="cut off or damaged"):
        get(address, tmp_path / "models")
    assert cache.find_parcel(PARCEL, tmp_path / "models") is None


def test_a_disk_too_small_is_said_with_figures_before_anything_comes(model: Path, tmp_path: Path):
    with serving(model, sizes={"unet/x.fp16.safetensors": 10**18}) as (address, server):
        with pytest.raises(EngineError, match=r"needs 1000000000\.0 GB; .* has [\d.]+ [GM]B free") as caught:
            get(address, tmp_path / "models")
        assert not any(path.startswith("GET") and "resolve" in path for path in server.asked)
    assert "models_folder" in caught.value.hint


def test_pickles_alone_are_refused_before_they_come(model: Path, tmp_path: Path):
    for name in ("x.safetensors", "x.fp16.safetensors"):
        (model / "unet" / name).unlink()
    with serving(model) as (address, server):
        with pytest.raises(EngineError, match=r"pickled weights \(unet/x\.bin\), which can run any code"):
            get(address, tmp_path / "models")
        assert not any("resolve" in path for path in server.asked)


def test_a_repository_without_what_is_needed(model: Path, tmp_path: Path):
    (model / "model_index.json").unlink()
    with serving(model) as (address, _), pytest.raises(EngineError, match=r"no model_index\.json"):
        get(address, tmp_path / "models")


def test_a_gated_model_and_one_that_is_not_there(model: Path, tmp_path: Path):
    with serving(model, gated=True) as (address, _), pytest.raises(CredentialsError, match="licence"):
        get(address, tmp_path / "models")
    with serving(model) as (address, _), pytest.raises(UnknownEngineError, match="no model 'someone/else'"):
        get(address, tmp_path / "models", Parcel(repo="someone/else"))


class TestRemoving:
    SHARED = Parcel(repo="someone/tiny", patterns=("vae/*",))

    def test_what_another_parcel_wants_stays(self, model: Path, tmp_path: Path):
        models = tmp_path / "models"
        with serving(model) as (address, _):
            folder = get(address, models)
            get(address, models, self.SHARED)
        freed = cache.remove(PARCEL, models, keep=[self.SHARED])
        assert names(folder) == {"vae/x.safetensors"}
        assert freed >= BIG
        assert cache.find_parcel(self.SHARED, models) == folder
        cache.remove(self.SHARED, models)
        assert not cache.storage_folder("someone/tiny", models).exists()

    def test_what_a_stopped_download_left_goes_too(self, model: Path, tmp_path: Path):
        def stop(now: Progress) -> None:
            if now.step > BIG // 2:
                raise Cancelled

        with serving(model) as (address, _), pytest.raises(Cancelled):
            get(address, tmp_path / "models", progress=stop)
        assert cache.remove(PARCEL, tmp_path / "models") > BIG // 3
        assert not cache.storage_folder("someone/tiny", tmp_path / "models").exists()

    def test_one_content_under_two_names_is_one_copy(self, model: Path, tmp_path: Path):
        (model / "unet/y.safetensors").write_bytes(safetensors(BIG))
        models = tmp_path / "models"
        only = Parcel(repo="someone/tiny", patterns=("unet/y.safetensors",))
        with serving(model) as (address, _):
            folder = get(address, models)
            get(address, models, only)
        assert (
            sum(place.stat().st_size for place in (models / "models--someone--tiny/blobs").iterdir())
            < 2 * BIG
        )
        assert cache.remove(only, models) == 0
        assert (folder / "unet/x.fp16.safetensors").read_bytes() == safetensors(BIG)


def test_several_repositories_are_one_download(model: Path, tmp_path: Path):
    told: list[Progress] = []
    other = Parcel(repo="someone/other", patterns=("unet/x.safetensors",))
    with serving_all({"someone/tiny": model, "someone/other": model}) as (address, _):
        options = LocalOptions(hub=address)
        first, second = hub.download([PARCEL, other], tmp_path / "models", options, told.append)
    assert names(second) == {"unet/x.safetensors"}
    assert first != second
    assert told[-1].step == told[-1].total > BIG + 1000
    assert cache.repositories(tmp_path / "models") == ("someone/other", "someone/tiny")
