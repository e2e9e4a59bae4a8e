"""A picture is kept and where it was taken is not: pixels byte for byte, everything else gone."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.errors import StoreFault
from assessments.store.attachments.metadata_stripping import (
    STRIP_BY_MEDIA_TYPE,
    STROKES_MEDIA_TYPE,
    strip_metadata,
)
from tests.store import pictures

PLANTED = {
    "image/jpeg": pictures.planted_jpeg(),
    "image/png": pictures.planted_png(),
    "image/webp": pictures.planted_webp(),
    "audio/wav": pictures.planted_wav(),
}


def _scan(jpeg: bytes) -> bytes:
    """Everything from the first table that decoding needs to the end of the picture."""
    return jpeg[jpeg.index(b"\xff\xdb") :]


@pytest.mark.parametrize("media_type", PLANTED)
def test_nothing_planted_is_left(media_type: str) -> None:
    before = PLANTED[media_type]
    assert all(word in before for word in pictures.PLANTED if b"\x36" not in word)
    after = strip_metadata(before, media_type)
    assert [word for word in pictures.PLANTED if word in after] == []


@pytest.mark.parametrize("media_type", PLANTED)
def test_stripping_again_changes_nothing(media_type: str) -> None:
    once = strip_metadata(PLANTED[media_type], media_type)
    assert strip_metadata(once, media_type) == once


@pytest.mark.parametrize("clean", [pictures.JPEG, pictures.PROGRESSIVE])
def test_a_jpeg_keeps_its_pixels_colours_and_which_way_up(clean: bytes) -> None:
    after = strip_metadata(pictures.planted_jpeg(clean), "image/jpeg")
    assert _scan(after) == _scan(clean)
    assert b"ICC_PROFILE" in after
    assert after.count(b"Exif") == 1
    turned = b"\xff\xe1\x00\x22Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03"
    assert turned + b"\x00\x00\x00\x01\x00\x06\x00\x00" in after


def test_a_jpeg_that_stands_upright_keeps_no_exif_at_all() -> None:
    assert strip_metadata(pictures.JPEG, "image/jpeg") == pictures.JPEG


def test_the_small_picture_inside_a_jpeg_goes() -> None:
    head = b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x01\x01" + b"\xaa\xbb\xcc"
    planted = b"\xff\xd8\xff\xe0" + struct.pack(">H", len(head) + 2) + head + pictures.JPEG[20:]
    assert strip_metadata(planted, "image/jpeg") == pictures.JPEG


def test_a_png_keeps_its_pixels_and_colours() -> None:
    after = strip_metadata(PLANTED["image/png"], "image/png")
    assert after[:33] == pictures.PNG[:33]
    assert after.endswith(pictures.PNG[33:])
    assert b"gAMA" in after


def test_a_webp_keeps_its_pixels_and_says_no_more_that_it_has_metadata() -> None:
    after = strip_metadata(PLANTED["image/webp"], "image/webp")
    assert after.endswith(pictures.WEBP[12:])
    assert after[20] == 0
    assert int.from_bytes(after[4:8], "little") == len(after) - 8


def test_a_recording_keeps_its_samples() -> None:
    assert strip_metadata(PLANTED["audio/wav"], "audio/wav") == pictures.wav()


def test_a_recording_that_was_stopped_hard_keeps_what_it_has() -> None:
    cut = pictures.wav()[:-100]
    assert pictures.SAMPLES[:-99] in strip_metadata(cut, "audio/wav")
    begun = pictures.wav()
    at = begun.index(b"data") + 4
    begun = begun[:4] + bytes(4) + begun[8:at] + bytes(4) + begun[at + 4 :]
    assert pictures.SAMPLES in strip_metadata(begun, "audio/wav")


@pytest.mark.parametrize(
    "media_type", ["image/heic", "audio/mp4", "video/mp4", "audio/webm", "text/html", ""]
)
def test_a_type_that_cannot_be_read_is_not_taken(media_type: str) -> None:
    with pytest.raises(StoreFault) as refusal:
        strip_metadata(b"anything", media_type)
    assert refusal.value.code == "media-not-taken"


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (pictures.PNG[:33] + b"\x00\x00\x00\x00acTL\x00\x00\x00\x00" + pictures.PNG[33:], "image/png"),
        (pictures.riff(b"WEBP", pictures.riff_part(b"ANIM", b"")), "image/webp"),
    ],
)
def test_moving_pictures_are_not_taken(content: bytes, media_type: str) -> None:
    with pytest.raises(StoreFault) as refusal:
        strip_metadata(content, media_type)
    assert refusal.value.code == "media-not-taken"


@pytest.mark.parametrize("media_type", STRIP_BY_MEDIA_TYPE)
def test_another_type_than_it_says_is_refused(media_type: str) -> None:
    for other, content in PLANTED.items():
        if other != media_type:
            with pytest.raises(StoreFault) as refusal:
                strip_metadata(content, media_type)
            assert refusal.value.code == "media-damaged"


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/png"])
def test_a_picture_cut_anywhere_is_refused(media_type: str) -> None:
    clean = strip_metadata(PLANTED[media_type], media_type)
    for size in range(len(clean)):
        with pytest.raises(StoreFault):
            strip_metadata(clean[:size], media_type)


@pytest.mark.parametrize("media_type", STRIP_BY_MEDIA_TYPE)
@given(noise=st.binary(max_size=400), at=st.integers(0, 400))
def test_noise_ends_in_a_refusal_or_a_file(media_type: str, noise: bytes, at: int) -> None:
    planted = PLANTED.get(media_type, b"[1, 2]")
    for content in (noise, planted[:at] + noise + planted[at:]):
        with contextlib.suppress(StoreFault):
            assert isinstance(strip_metadata(content, media_type), bytes)


def test_lines_of_a_drawing_pass_as_they_are() -> None:
    assert (
        strip_metadata(b'{"lines": [[1, 2], [3, 4]]}', STROKES_MEDIA_TYPE) == b'{"lines": [[1, 2], [3, 4]]}'
    )
    with pytest.raises(StoreFault):
        strip_metadata(b"[" * 100_000, STROKES_MEDIA_TYPE)
