"""Packs that were made, kept for the next who asks: the same publication gives the same bytes."""

import streamlit as st

from budget.storage.store import Store
from budget.workflow import packs
from budget.workflow.packs import FrozenRun, Progress


def made_pack(store: Store, run: FrozenRun, progress: Progress) -> bytes:
    """The pack of a publication; the caller has just checked who asks.

    Args:
        progress: told after every notice, if it is not there yet.
    """
    where = store.engine.url.render_as_string(hide_password=True)
    return _made(where, run.id, run.allocation_sha256, run, progress)


@st.cache_resource(max_entries=2, show_spinner=False)
def _made(
    where: str, publication_id: int, sha256: str, _run: FrozenRun, _progress: Progress
) -> bytes:
    return packs.pack_of(_run, _progress)
