"""QR codes as SVG: a picture of our own, dark on light in both themes, as cameras want it."""

from io import BytesIO

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe


def drawn(text: str, label: str) -> SafeString:
    """A `<span class="qr">` with the SVG of `text` and its quiet zone; `label` tells screen readers what it is for."""
    out = BytesIO()
    _made(text).save(
        out,
        kind="svg",
        xmldecl=False,
        svgns=False,
        omitsize=True,
        svgclass=None,
        lineclass=None,
        light="#fff",
        nl=False,
    )
    picture = mark_safe(out.getvalue().decode())  # noqa: S308 (segno drew it: paths and numbers)
    return format_html('<span class="qr" role="img" aria-label="{}">{}</span>', label, picture)


def file(text: str, title: str) -> bytes:
    """The same as an SVG file of its own, to be placed in a document; `title` is in it for screen readers."""
    out = BytesIO()
    _made(text).save(out, kind="svg", scale=8, light="#fff", title=title, svgclass=None, lineclass=None)
    return out.getvalue()


def _made(text: str) -> segno.QRCode:
    return segno.make(text, error="m", micro=False)
