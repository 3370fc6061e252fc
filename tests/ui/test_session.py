"""What pages share: a main button is readable on a dark screen too."""

from pathlib import Path

import pytest

from budget.ui import session

FILES = sorted(Path(session.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_main_buttons_ask_for_their_colour(file: Path) -> None:
    """White on the primary colour is too pale in dark mode: `main_button` knows which it is."""
    assert 'type="primary"' not in file.read_text(encoding="utf-8")
