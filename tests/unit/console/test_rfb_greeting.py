"""Our side towards the viewer, fed in pieces of every size."""

import pytest

from hypervisor.rfb import Greeting, ViewerRefused

SPOKEN = {
    b"RFB 003.008\n\x01": b"\x01\x01\0\0\0\0",
    b"RFB 003.007\n\x01": b"\x01\x01",
    b"RFB 003.003\n": b"\0\0\0\x01",
}


@pytest.mark.parametrize("size", [1, 2, 5, 12, 13, 100])
@pytest.mark.parametrize("said", SPOKEN)
def test_no_password_is_asked_for(said: bytes, size: int) -> None:
    greeting, replies, sent = Greeting(), b"", said + b"\x01more"
    while not greeting.done:
        piece, sent = sent[:size], sent[size:]
        replies += greeting.receive(piece)
    assert replies == SPOKEN[said]
    assert greeting.rest + sent == b"\x01more"


@pytest.mark.parametrize("said", [b"RFB 003.006\n", b"RFB 005.000\n", b"GET / HTTP/1.", b"RFB 003.008\n\x02"])
def test_anything_else_ends_it(said: bytes) -> None:
    with pytest.raises(ViewerRefused):
        Greeting().receive(said)
