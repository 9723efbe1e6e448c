"""Forged answers of a compromised decoder, each refused by its parent."""

import io
import json
import pickle
from multiprocessing import Pipe

import pytest

from media.inspection import RenditionFormat, RenditionSpec
from media.inspection.answers import receive_answer, receive_readiness
from media.inspection.fields import UnreadableAnswerError
from media.inspection.pipeline import Findings
from media.inspection.wire import send_answer
from media.model.limits import Limits
from media.rendering.encode import encode
from tests.unit.lambdas.media.inspection.sample_images import GPS, exif, quadrants, saved

LIMITS = Limits(pixels=10_000, frames=100)
SPECS = (
    RenditionSpec("thumb", 16),
    RenditionSpec("card", width=30, height=20, format=RenditionFormat.JPEG),
)
THUMB = quadrants((16, 11))
IMAGES = (encode(THUMB, SPECS[0]), encode(quadrants((30, 20)), SPECS[1]))
FINDINGS = Findings(
    width=60,
    height=40,
    frames=1,
    duration_ms=None,
    exif={"iso": 100, "camera_make": "Höfe", "captured_at": "2026-02-28T10:11:12"},
    gps=None,
    placeholder="A" * 32,
    average_colour="#a0b0c0",
    images=IMAGES,
)


def spoken(findings: Findings) -> bytes:
    """Give the header of an answer."""
    ours, theirs = Pipe()
    with ours, theirs:
        send_answer(theirs, findings)
        return ours.recv_bytes()


HEADER = spoken(FINDINGS)


def heard(*parts: bytes) -> object:
    ours, theirs = Pipe()
    with ours, theirs:
        for part in parts:
            theirs.send_bytes(part)
        return receive_answer(ours, LIMITS, SPECS)


def changed(*path: object, to: object) -> bytes:
    """Give the header of a good answer with one value changed, or a field added."""
    document = inner = json.loads(HEADER)
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = to
    return json.dumps(document).encode()


def found(**values: object) -> bytes:
    document = json.loads(HEADER)
    document["findings"].update(values)
    return json.dumps(document).encode()


def without(name: str) -> bytes:
    document = json.loads(HEADER)
    del document["findings"][name]
    return json.dumps(document).encode()


def metadata(**values: object) -> bytes:
    return found(exif=values)


def located(latitude: str, longitude: str, altitude: str | None = None) -> bytes:
    return found(gps={"latitude": latitude, "longitude": longitude, "altitude": altitude})


def rejected(flaw: object, **numbers: object) -> bytes:
    return json.dumps({"flaw": flaw, "numbers": numbers}).encode()


def fault(name: object, place: object) -> bytes:
    return json.dumps({"fault": name, "place": place}).encode()


def test_what_is_changed_below_is_a_good_answer() -> None:
    assert heard(HEADER, *IMAGES) == FINDINGS
    assert heard(located("-90", "180", "-12.5"), *IMAGES)


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(pickle.dumps(FINDINGS), id="a pickle"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff\x00{", id="noise"),
        pytest.param(b"[" * 60_000, id="nested without end"),
        pytest.param(b'{"findings": ' + b"9" * 60_000 + b"}", id="digits without end"),
        pytest.param(b" " * 100_000, id="too long"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b"{}", id="an empty object"),
        pytest.param(changed("more", to=1), id="a field beside the findings"),
        pytest.param(changed("findings", "more", to=1), id="a field more"),
        pytest.param(found(sha256="ab" * 32), id="a checksum, which is not its to tell"),
        pytest.param(found(format="svg"), id="a format, which is not its to tell"),
        pytest.param(without("gps"), id="a field less"),
        pytest.param(found(width=0), id="no width"),
        pytest.param(found(width=60.0), id="a fraction"),
        pytest.param(found(frames=True), id="a truth value"),
        pytest.param(found(width=2**32), id="a huge width"),
        pytest.param(found(width=150, height=100), id="more pixels than are accepted"),
        pytest.param(found(frames=101), id="more frames than are accepted"),
        pytest.param(
            found(width=120, height=80, frames=27), id="more pixels in all frames than accepted"
        ),
        pytest.param(found(duration_ms="1"), id="a number as text"),
        pytest.param(found(duration_ms=1), id="a still image that plays"),
        pytest.param(found(frames=2, duration_ms=86_400_001), id="longer than a day"),
        pytest.param(found(exif=[]), id="metadata that is no object"),
        pytest.param(metadata(serial_number="1"), id="unknown metadata"),
        pytest.param(metadata(iso="100"), id="metadata of another type"),
        pytest.param(metadata(iso=2**32), id="a number that EXIF can't hold"),
        pytest.param(metadata(camera_make="x" * 129), id="long metadata"),
        pytest.param(metadata(camera_make=""), id="empty metadata"),
        pytest.param(metadata(camera_make="\x00"), id="a control character"),
        pytest.param(metadata(captured_at="<script>"), id="a date of any text"),
        pytest.param(metadata(captured_at="2026-02-30T10:11:12"), id="a day that is none"),
        pytest.param(metadata(captured_at="2026-02-28T10:11:12+01:00"), id="a date with a zone"),
        pytest.param(metadata(captured_at_offset="tomorrow"), id="an offset of any text"),
        pytest.param(metadata(f_number="NaN"), id="no number"),
        pytest.param(metadata(f_number="1E+999999"), id="a huge number"),
        pytest.param(metadata(f_number="9999999999"), id="more than EXIF can tell"),
        pytest.param(metadata(f_number="2.80"), id="a number as nobody writes it"),
        pytest.param(found(gps={"latitude": "1"}), id="half a location"),
        pytest.param(located("90.000001", "0"), id="north of the pole"),
        pytest.param(located("0", "-180.000001"), id="west of the date line"),
        pytest.param(located("0", "0", "100001"), id="in space"),
        pytest.param(found(placeholder="<script>"), id="another placeholder"),
        pytest.param(found(placeholder="AAAAAA"), id="a placeholder cut short"),
        pytest.param(found(placeholder="A" * 36), id="a placeholder too long"),
        pytest.param(found(average_colour="red"), id="another colour"),
        pytest.param(found(images=[]), id="too few images"),
        pytest.param(found(images=[1] * 3), id="too many images"),
        pytest.param(changed("findings", "images", 0, to=0), id="no bytes"),
        pytest.param(changed("findings", "images", 0, to=2), id="more than announced"),
        pytest.param(changed("findings", "images", 0, to=10**4), id="fewer than announced"),
        pytest.param(changed("findings", "images", 1, to=10**6), id="too many bytes"),
        pytest.param(found(width=40, height=60), id="images of another shape"),
    ],
)
def test_what_differs_from_a_good_answer_is_none(header: bytes) -> None:
    with pytest.raises(UnreadableAnswerError):
        heard(header, *IMAGES)


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(rejected("boredom"), id="a flaw of its own"),
        pytest.param(rejected([]), id="a flaw that is no text"),
        pytest.param(rejected("broken_pixels", message="x" * 1000), id="words"),
        pytest.param(rejected("too_many_scans", scans="200 <b>"), id="words for a number"),
        pytest.param(rejected("too_many_scans", scans=0), id="a number out of range"),
        pytest.param(rejected("too_many_scans"), id="a number missing"),
        pytest.param(rejected("too_many_pixels", width=100, height=100), id="an accepted size"),
        pytest.param(
            rejected("too_many_frames", width=10, height=10, frames=10), id="accepted frames"
        ),
        pytest.param(rejected("not_as_announced"), id="what it can't know"),
        pytest.param(rejected("empty"), id="what is checked before it is asked"),
        pytest.param(fault("KeyError: 'x'", "a:1"), id="a fault with words"),
        pytest.param(fault("x" * 65, "a:1"), id="a long fault"),
        pytest.param(fault("KeyError", "somewhere over the rainbow"), id="a place of its own"),
        pytest.param(b'{"message": "KeyError"}', id="nothing but a message"),
    ],
)
def test_it_words_neither_a_rejection_nor_a_fault(header: bytes) -> None:
    with pytest.raises(UnreadableAnswerError):
        heard(header)


def test_another_image_than_a_decoder_makes_is_none() -> None:
    html = b"<html><script>alert(1)</script>" + bytes(300)
    jpeg = saved(THUMB, "JPEG", exif=exif({0x010F: "Secret"}, GPS))
    others = {
        "HTML": html,
        "a JPEG with GPS": jpeg,
        "a WebP with GPS": saved(THUMB, "WEBP", exif=exif({}, GPS)),
        "an animation": animation(),
        "a WebP and more": IMAGES[0] + html,
        "another size": encode(quadrants((16, 12)), SPECS[0]),
    }
    for name, data in others.items():
        header = changed("findings", "images", 0, to=len(data))
        with pytest.raises(UnreadableAnswerError, match="not the rendition"):
            pytest.fail(f"{name}: {heard(header, data, IMAGES[1])}")


def animation() -> bytes:
    output = io.BytesIO()
    THUMB.save(output, "WEBP", save_all=True, append_images=[THUMB.rotate(180)], duration=40)
    return output.getvalue()


@pytest.mark.parametrize(
    "said", [b"{}", b'{"refused": 1}', b'{"refused": ["sleep"]}', b'{"refused": [], "more": 1}']
)
def test_another_readiness_is_none(said: bytes) -> None:
    ours, theirs = Pipe()
    with ours, theirs:
        theirs.send_bytes(said)
        with pytest.raises(UnreadableAnswerError):
            receive_readiness(ours)
