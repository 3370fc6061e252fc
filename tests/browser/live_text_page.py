"""A page with live text fields; what arrives is kept in the folder named by LIVE_TEXT.

Its address may ask for slowness, in seconds: ?before=1 (the fields) or ?after=1.
"""

import os
import time
from functools import partial
from pathlib import Path

import streamlit as st

from budget.ui.live_text import live_text_area, reset_live_text

FOLDER = Path(os.environ["LIVE_TEXT"])
SLOW_BEFORE = float(st.query_params.get("before", "0"))
SLOW_AFTER = float(st.query_params.get("after", "0"))


def kept(name: str) -> str:
    """The text on disk."""
    file = FOLDER / name
    return file.read_bytes().decode() if file.exists() else ""


def keep(name: str, text: str) -> None:
    """Put a text on disk."""
    (FOLDER / name).write_bytes(text.encode())


def refuse(text: str) -> None:
    """Keep nothing, but note that it was told."""
    keep("refused", text)


@st.fragment
def part() -> None:
    """A field that reruns alone."""
    time.sleep(SLOW_BEFORE)
    text = live_text_area(
        "In a fragment",
        key="fragment",
        value=kept("fragment"),
        max_chars=4000,
        height=90,
        on_change=partial(keep, "fragment"),
    )
    st.text(f"fragment has {len(text)}")


st.title("live text")
st.text(f"slow: {SLOW_BEFORE:g} before, {SLOW_AFTER:g} after")
st.session_state.setdefault("full_runs", 0)
st.session_state.full_runs += 1
st.text(f"full runs {st.session_state.full_runs}")
time.sleep(SLOW_BEFORE)  # before the fields: what they are given is this old when it arrives
with st.container(horizontal=True):
    if st.button("Take over"):
        keep("reason", "another person's text\n두 번째 줄")
    if st.button("Give back"):
        reset_live_text("refused")
reason = live_text_area(
    "Reason",
    key="reason",
    value=kept("reason"),
    max_chars=4000,
    help="Why the centre needs it, in two or three sentences.",
    placeholder="What is needed?",
    on_change=partial(keep, "reason"),
)
st.text(f"reason has {len(reason)}")
part()
late = live_text_area("Late", key="late", value=kept("late"), max_chars=4000, height=90)
if late != kept("late"):  # saved after the field, so the next run's value is one text behind
    time.sleep(SLOW_AFTER)
    keep("late", late)
live_text_area(
    "Refused",
    key="refused",
    value="as saved",
    max_chars=10,
    height=90,
    error="Too long: at most 10 characters." if len(kept("refused")) > 10 else "",
    on_change=refuse,
)
live_text_area("Closed", key="closed", value="decided", max_chars=10, height=60, disabled=True)
st.text_area("Streamlit's own", value="to compare with", height=120)
time.sleep(SLOW_AFTER)
