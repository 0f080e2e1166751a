"""Questions and answers: kept with their picture, found by its search, carried along, removed with it."""

import json
import sqlite3
import zipfile
from contextlib import closing

import pytest

from studiolo.errors import GalleryError, InvalidRequestError, PictureNotFoundError
from studiolo.gallery import Gallery, PictureFilter, Speech
from studiolo.gallery.database import Database
from studiolo.gallery.migrations import migrate
from studiolo.gallery.schema import MIGRATIONS
from tests.gallery.painting import WordEmbedder, painting

WAV = Speech(engine="espeak", format="wav", seconds=1.5, language="en")
MP3 = Speech(engine="gtts", format="mp3", seconds=1.4, language="ko", voice="ko")


def ask(gallery, picture, question="What is behind the house?", text="An umbrella, it seems.", **more):
    return gallery.answers.add(picture.id, question=question, text=text, engine="fake", **more)


def test_an_answer_comes_back_whole(gallery):
    picture = gallery.add(painting())
    kept = ask(
        gallery,
        picture,
        model="parrot",
        finish="interrupted",
        evidence=("umbrella 0.93",),
        notes=("the connection broke",),
        timings={"first_token": 0.2},
        input_tokens=12,
        output_tokens=5,
        cost=0.001,
    )
    assert gallery.answers.of(picture.id) == (kept,)
    assert gallery.answers.get(kept.id) == gallery.answers.get(kept.id[-4:]) == gallery.answers.get("latest")


def test_answers_stand_in_the_order_of_the_conversation(gallery):
    picture, other = gallery.add(painting()), gallery.add(painting(seed=8))
    asked = [ask(gallery, picture, question=f"Number {number}?") for number in range(5)]
    ask(gallery, other)
    assert [answer.question for answer in gallery.answers.of(picture.id)] == [a.question for a in asked]


def test_search_finds_a_picture_by_what_was_asked_and_answered(gallery):
    picture = gallery.add(painting("a house"))
    gallery.add(painting("a boat", seed=8))
    assert gallery.search("umbrella") == []
    answer = ask(gallery, picture)
    assert [hit.picture.id for hit in gallery.search("umbrellas")] == [picture.id]
    assert [hit.picture.id for hit in gallery.search("house umbrella behind")] == [picture.id]
    gallery.answers.remove([answer.id])
    assert gallery.search("umbrella") == []
    assert gallery.answers.of(picture.id) == ()


def test_what_was_asked_for_comes_before_what_was_said(gallery):
    said = gallery.add(painting("a quiet street"))
    wished = gallery.add(painting("an umbrella", seed=8))
    ask(gallery, said)
    assert [hit.picture.id for hit in gallery.search("umbrella")] == [wished.id, said.id]


def test_speech_is_kept_replaced_and_removed_with_its_answer(gallery):
    picture = gallery.add(painting())
    answer = ask(gallery, picture)
    with pytest.raises(InvalidRequestError, match="not been spoken"):
        gallery.answers.audio(answer)
    spoken = gallery.answers.add_speech(answer, b"RIFF....", WAV)
    assert gallery.answers.get(answer.id) == spoken
    assert gallery.answers.path(spoken).read_bytes() == b"RIFF...."
    again = gallery.answers.add_speech(spoken, b"ID3", MP3)
    assert gallery.answers.audio(again) == b"ID3"
    assert list(gallery.blobs.list("speech")) == [again.speech_key]
    assert gallery.check(deep=True).orphans == ()
    gallery.delete([picture.id])
    gallery.purge()
    assert list(gallery.blobs.list("speech")) == []
    assert gallery.check().orphans == ()


def test_speech_of_an_answer_that_is_gone_leaves_no_file(gallery):
    picture = gallery.add(painting())
    answer = ask(gallery, picture)
    gallery.answers.remove([answer.id])
    with pytest.raises(PictureNotFoundError, match="is gone"):
        gallery.answers.add_speech(answer, b"RIFF", WAV)
    assert list(gallery.blobs.list("speech")) == []


def test_lost_audio_is_forgotten_and_can_be_made_again(gallery):
    answer = ask(gallery, gallery.add(painting()))
    spoken = gallery.answers.add_speech(answer, b"RIFF", WAV)
    gallery.answers.path(spoken).unlink()
    with pytest.raises(GalleryError, match="missing"):
        gallery.answers.audio(spoken)
    gallery.check()
    assert gallery.answers.get(answer.id).speech is None


def test_an_orphaned_audio_file_is_removed_by_a_check(gallery):
    gallery.blobs.put("speech/2026/11/01/1kqz8m4t2-7k3f.wav", b"RIFF")
    assert gallery.check().orphans == ("speech/2026/11/01/1kqz8m4t2-7k3f.wav",)
    assert list(gallery.blobs.list("speech")) == []


def test_a_picture_that_is_gone_takes_no_answer(gallery):
    picture = gallery.add(painting())
    gallery.delete([picture.id])
    gallery.purge()
    with pytest.raises(PictureNotFoundError, match="any more"):
        ask(gallery, picture)


def test_an_answer_spoken_twice_from_one_copy_leaves_one_file(gallery):
    answer = ask(gallery, gallery.add(painting()))
    gallery.answers.add_speech(answer, b"RIFF", WAV)
    spoken = gallery.answers.add_speech(answer, b"ID3", MP3)  # the copy does not know of the first
    assert list(gallery.blobs.list("speech")) == [spoken.speech_key]


def test_speech_that_comes_while_a_check_looks_is_left_alone(gallery, monkeypatch):
    answer = ask(gallery, gallery.add(painting()))
    list_files = gallery.blobs.list

    def listing(prefix=""):
        files = list(list_files(prefix))
        if prefix == "speech":
            gallery.answers.add_speech(answer, b"RIFF", WAV)
        return files

    monkeypatch.setattr(gallery.blobs, "list", listing)
    gallery.check()
    monkeypatch.undo()
    assert gallery.answers.audio(gallery.answers.get(answer.id)) == b"RIFF"
    assert gallery.check().orphans == ()


@pytest.mark.parametrize("answers", [None, "x", [1], [{}]])
def test_damaged_answers_stop_only_their_picture(gallery, tmp_path, answers):
    picture = gallery.add(painting())
    ask(gallery, picture)
    whole = gallery.add(painting(seed=8))
    gallery.export(tmp_path / "out")
    lines = tmp_path / "out" / "pictures.jsonl"
    told = [json.loads(line) for line in lines.read_text().splitlines()]
    for line in told:
        if line["id"] == picture.id:
            line["answers"] = answers
    lines.write_text("\n".join(map(json.dumps, told)))
    with Gallery.open(tmp_path / "other") as other:
        report = other.import_(tmp_path / "out")
        assert whole.id in report.added
        assert len(report.failed) == 1


def test_one_answer_of_two_pictures_is_taken_once(gallery, tmp_path):
    first, second = gallery.add(painting()), gallery.add(painting(seed=8))
    gallery.answers.add_speech(ask(gallery, first), b"RIFF", WAV)
    gallery.export(tmp_path / "out")
    lines = tmp_path / "out" / "pictures.jsonl"
    told = [json.loads(line) for line in lines.read_text().splitlines()]
    shared = next(line["answers"] for line in told if line["id"] == first.id)
    lines.write_text("\n".join(json.dumps({**line, "answers": shared}) for line in told))
    with Gallery.open(tmp_path / "other") as other:
        assert set(other.import_(tmp_path / "out").added) == {first.id, second.id}
        assert len(other.answers.of(first.id)) + len(other.answers.of(second.id)) == 1


@pytest.mark.parametrize("name", ["", "zz", "1kqz8m4t2-7k3f", "' OR 1=1 --"])
def test_unknown_answers_are_said(gallery, name):
    with pytest.raises(PictureNotFoundError):
        gallery.answers.get(name)


def test_answers_and_speech_travel_with_an_export(gallery, tmp_path):
    picture = gallery.add(painting())
    plain = ask(gallery, picture)
    spoken = gallery.answers.add_speech(ask(gallery, picture, question="And now?"), b"RIFF", WAV)
    gallery.export(tmp_path / "out.zip")
    with Gallery.open(tmp_path / "other", embedder=WordEmbedder()) as other:
        assert other.import_(tmp_path / "out.zip").added == (picture.id,)
        assert other.answers.of(picture.id) == (plain, spoken)
        assert other.answers.audio(spoken) == b"RIFF"
        assert [hit.picture.id for hit in other.search("umbrella")] == [picture.id]
        assert other.check(deep=True).orphans == ()


@pytest.mark.parametrize(
    "change", [{"speech_key": "../../outside.wav"}, {"speech_key": "images/stolen.wav"}, {"id": "../x"}]
)
def test_an_export_that_was_tampered_with_writes_nothing_elsewhere(gallery, tmp_path, change):
    gallery.answers.add_speech(ask(gallery, gallery.add(painting())), b"RIFF", WAV)
    gallery.export(tmp_path / "out")
    lines = tmp_path / "out" / "pictures.jsonl"
    line = json.loads(lines.read_text())
    line["answers"][0] |= change
    lines.write_text(json.dumps(line))
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        for path in (tmp_path / "out").rglob("*.*"):
            archive.write(path, path.relative_to(tmp_path / "out").as_posix())
        archive.writestr("../../outside.wav", b"evil")
        archive.writestr("images/stolen.wav", b"evil")
    with Gallery.open(tmp_path / "other") as other:
        report = other.import_(tmp_path / "evil.zip")
        assert list(other.blobs.list("speech")) == []
        assert bool(report.failed) == ("id" in change)
    assert not (tmp_path / "outside.wav").exists()


def test_a_gallery_from_before_answers_is_brought_along(tmp_path):
    path = tmp_path / "catalog.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrate(connection, path, tmp_path / "backups", MIGRATIONS[:1])
        connection.execute(
            "INSERT INTO pictures (id, tail, created, prompt, negative_prompt, original_prompt, engine, "
            "model, width, height, request, notes, timings, tags, image_key, thumbnail_key, sha256, "
            "size_bytes) "
            "VALUES ('1kqz8m4t2-7k3f', '7k3f', 0, 'a red apple', '', '', 'pocket', '', 8, 8, '{}', '[]', "
            "'{}', '', 'images/a.png', 'thumbnails/a.webp', '00', 1)"
        )
    Database(path).close()
    assert list((tmp_path / "backups").glob("catalog-v1-*.db"))
    with Gallery.open(tmp_path) as gallery:
        (hit,) = gallery.search("apples")
        ask(gallery, hit.picture)
        assert len(gallery.search("umbrella apple")) == 1
        gallery.tag([hit.picture.id], add=["fruit"])
        assert len(gallery.search("umbrella fruit")) == 1


def test_answers_of_deleted_pictures_stay_with_them_in_the_trash(gallery):
    picture = gallery.add(painting())
    ask(gallery, picture)
    gallery.delete([picture.id])
    assert gallery.search("umbrella") == []
    assert len(gallery.search("umbrella", PictureFilter(trash=True))) == 1
    gallery.restore([picture.id])
    assert len(gallery.answers.of(picture.id)) == 1
