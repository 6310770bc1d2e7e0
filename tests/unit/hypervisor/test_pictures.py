"""Screenshots become PNG."""

from io import BytesIO

import pytest
from PIL import Image

from hypervisor.errors import NotSupported
from hypervisor.libvirt.pictures import as_png


def test_ppm_becomes_png() -> None:
    picture = Image.new("RGB", (3, 2))
    picture.putdata([(n * 40, n, 255 - n) for n in range(6)])
    ppm = BytesIO()
    picture.save(ppm, "ppm")
    made = as_png("image/x-portable-pixmap", ppm.getvalue())
    assert made.mime_type == "image/png"
    read = Image.open(BytesIO(made.content))
    read.load()
    assert (read.size, read.tobytes()) == ((3, 2), picture.tobytes())


def test_png_stays() -> None:
    png = BytesIO()
    Image.new("L", (1, 1)).save(png, "png")
    assert as_png("image/png", png.getvalue()).content == png.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", b"P6 9999 9999 255\n", b"P6 0 0 255\n", b"P6 2 2 255\n1", b"P6 99999999999 1 255\n"],
)
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(NotSupported):
        as_png("image/gif", content)
