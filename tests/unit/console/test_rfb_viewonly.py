"""Who may only look on sends nothing that changes the guest, however it is cut into pieces."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypervisor.rfb_viewonly import BadMessage, ViewOnly

UPDATE = struct.pack(">BBHHHH", 3, 1, 0, 0, 640, 480)
PIXEL_FORMAT = struct.pack(">B3x16s", 0, b"f" * 16)
ENCODINGS = struct.pack(">BxH3i", 2, 3, 0, 7, -239)
FENCE = struct.pack(">B3xIB", 248, 1, 3) + b"abc"
CONTINUOUS = struct.pack(">BBHHHH", 150, 1, 0, 0, 640, 480)
PASSES = [UPDATE, PIXEL_FORMAT, ENCODINGS, FENCE, CONTINUOUS]

KEY = struct.pack(">BBxxI", 4, 1, 0xFF0D)
POINTER = struct.pack(">BBHH", 5, 1, 10, 10)
TEXT = struct.pack(">B3xi", 6, 5) + b"hello"
EXTENDED_TEXT = struct.pack(">B3xi", 6, -8) + b"\0\0\0\x01text"
XVP = b"\xfa\x00\x01\x02"
RESIZE = struct.pack(">BxHHBx", 251, 800, 600, 1) + b"s" * 16
QEMU_KEY = struct.pack(">BBHII", 255, 0, 1, 0xFF0D, 28)
QEMU_AUDIO = struct.pack(">BBH", 255, 1, 0)
QEMU_AUDIO_FORMAT = struct.pack(">BBHBBI", 255, 1, 2, 0, 2, 44100)
STOPPED = [KEY, POINTER, TEXT, EXTENDED_TEXT, XVP, RESIZE, QEMU_KEY, QEMU_AUDIO, QEMU_AUDIO_FORMAT]


def feed(data: bytes, cuts: list[int]) -> bytes:
    """Through a fresh filter, in pieces of the given sizes over and over."""
    viewer, passed, turn = ViewOnly(), b"", 0
    while data:
        size = cuts[turn % len(cuts)]
        passed += viewer.feed(data[:size])
        data, turn = data[size:], turn + 1
    return passed


@given(
    messages=st.lists(st.sampled_from(PASSES + STOPPED), max_size=30),
    cuts=st.lists(st.integers(1, 40), min_size=1, max_size=5),
    exclusive=st.sampled_from([b"\0", b"\1"]),
)
def test_only_what_concerns_the_picture_passes(
    messages: list[bytes], cuts: list[int], exclusive: bytes
) -> None:
    passed = feed(exclusive + b"".join(messages), cuts)
    assert passed == b"\x01" + b"".join(message for message in messages if message in PASSES)


@given(data=st.binary(max_size=2000), cuts=st.lists(st.integers(1, 200), min_size=1, max_size=5))
def test_no_bytes_make_an_input_event(data: bytes, cuts: list[int]) -> None:
    """Whatever is sent, what passes is made of whole messages that concern the picture."""
    viewer, passed, turn = ViewOnly(), b"", 0
    try:
        while data:
            size = cuts[turn % len(cuts)]
            passed += viewer.feed(data[:size])
            data, turn = data[size:], turn + 1
    except BadMessage:
        pass  # the connection would be closed here; what passed before must still be whole
    at = 1
    while at < len(passed):
        kind = passed[at]
        assert kind in {0, 2, 3, 150, 248}
        if kind == 2:
            at += 4 + 4 * struct.unpack_from(">H", passed, at + 2)[0]
        elif kind == 248:
            at += 9 + passed[at + 8]
        else:
            at += {0: 20, 3: 10, 150: 10}[kind]
    assert at == max(1, len(passed))


def test_pointer_events_keep_their_length() -> None:
    asked = struct.pack(">BxH3i", 2, 3, 0, -316, -239)
    assert ViewOnly().feed(b"\x01" + asked) == b"\x01" + struct.pack(">BxH2i", 2, 2, 0, -239)


@pytest.mark.parametrize(
    "bad",
    [
        b"\x63",
        struct.pack(">BxH", 2, 5000),
        struct.pack(">B3xi", 6, 1 << 30),
        struct.pack(">B3xIB", 248, 1, 200),
        struct.pack(">BBH", 255, 9, 0),
    ],
)
def test_what_is_not_known_or_too_long_ends_it(bad: bytes) -> None:
    with pytest.raises(BadMessage):
        ViewOnly().feed(b"\x01" + bad)


def test_a_long_text_is_not_kept() -> None:
    viewer = ViewOnly()
    viewer.feed(b"\x01" + struct.pack(">B3xi", 6, 16 * 1024 * 1024))
    for _ in range(16):
        viewer.feed(b"x" * 1024 * 1024)
        assert len(viewer._buffer) == 0
    assert viewer.feed(UPDATE) == UPDATE
