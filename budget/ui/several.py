"""Choose several of a few: a button that says what is chosen, and the choices behind it."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from budget.ui import keys
from budget.ui.text import plain

NAMED = 2
"""So many of the chosen are named on the button; of the others, how many."""


def several(
    label: str,
    options: Sequence[str],
    chosen: Sequence[str],
    *,
    nothing: str,
    key: str,
    width: int,
    name: Callable[[str], str] = str,
    **kept: Any,
) -> list[str]:
    """The options that are chosen, in their order.

    Streamlit's own list with several choices writes white on the primary colour, which in dark
    mode is too light for that.

    Args:
        chosen: what the button names.
        nothing: what the button says while nothing is chosen.
        kept: how the choice is kept: `on_change` and `args`, or `persist_state`.
    """
    text = ", ".join(name(option) for option in chosen[:NAMED])
    if len(chosen) > NAMED:
        text += f" +{len(chosen) - NAMED}"
    with st.popover(
        plain(f"{label}: {text}" if text else nothing), key=keys.behind(key), width=width
    ):
        found = st.pills(
            label,
            options,
            selection_mode="multi",
            format_func=lambda option: plain(name(option)),
            key=key,
            **kept,
        )
    return list(found)
