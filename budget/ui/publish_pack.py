"""The export pack on the screen: recorded, made with progress, loaded by a link of one's own."""

import secrets
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import streamlit as st

from budget.ui import keys, session
from budget.ui.packs_made import made_pack
from budget.ui.server import PACK_SECONDS, pack_link
from budget.ui.text import plain
from budget.view.words import Words
from budget.workflow import packs
from budget.workflow.packs import FrozenRun

LOOK_SECONDS = 0.25


@dataclass
class _Count:
    """How many notices are made; written by one thread, read by another."""

    done: int = 0
    of: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def tell(self, done: int, of: int) -> None:
        """Called after every notice."""
        with self.lock:
            self.done, self.of = done, of


def pack_controls(run: FrozenRun) -> None:
    """The button that makes the pack of a publication; then its link."""
    _ = session.words()
    ready = st.session_state.get(keys.pack(run.id))
    if ready is None:
        if not st.button(
            _("Prepare the export pack"),
            key=keys.prepare_pack(run.id),
            type=session.main_button(),
            icon=":material/folder_zip:",
            help=_(
                "Allocation, workbook, rules, data, requests, report, a notice for every centre "
                "in Korean and English, hashes, and how to compute it again."
            ),
        ):
            return
        ready = secrets.token_hex(16)
        _make(packs.export(session.store(), session.who(), run.id, key=ready), _)
        st.session_state[keys.pack(run.id)] = ready
        st.rerun()
    st.link_button(
        _("Download the pack (zip)"),
        pack_link(run.id, ready, session.who()),
        type=session.main_button(),
        icon=":material/download:",
    )
    st.caption(
        plain(
            _(
                "{name} · the link is for you alone and works for {minutes} minutes.",
                name=packs.pack_name(run),
                minutes=PACK_SECONDS // 60,
            )
        )
    )


def _make(run: FrozenRun, _: Words) -> None:
    """Make it beside the page, which says how far it is."""
    count = _Count()
    bar = st.progress(0.0, _("Making the pack …"))
    with ThreadPoolExecutor(1) as aside:
        making: Future[bytes] = aside.submit(made_pack, session.store(), run, count.tell)
        while not making.done():
            time.sleep(LOOK_SECONDS)
            if count.of:
                told = _("{done} of {count} notices", done=count.done, count=count.of)
                bar.progress(count.done / count.of, plain(told))
        making.result()
    bar.empty()
