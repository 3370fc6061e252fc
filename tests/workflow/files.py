"""Files to attach."""

import io

from PIL import Image, PngImagePlugin


def png(text: str) -> bytes:
    """A small picture that says a text; another text, another content."""
    said = PngImagePlugin.PngInfo()
    said.add_text("Title", text)
    content = io.BytesIO()
    Image.new("RGB", (2, 2)).save(content, "PNG", pnginfo=said)
    return content.getvalue()
