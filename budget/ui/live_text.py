"""A text field of several lines whose text arrives while it is being typed.

`st.text_area` tells its text when the reader leaves it; a reload before that loses the text. This
field tells it after a short pause, between two Hangul syllables, on leaving and on a reload.

Who wins: the text on the screen is the reader's until the caller passes another `value` than
before; then the field shows that one. A `value` that merely repeats what the field told, now or
one run ago, changes nothing, so a slow run cannot overwrite newer keystrokes or move the caret.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import streamlit as st

HARD_BOUND = 5
"""Text longer than this many times `max_chars` is cut; up to there it is told, marked in red."""

_HTML = """
<label for="text"></label>
<textarea id="text" autocomplete="off" aria-describedby="error help count"></textarea>
<div class="below">
  <div><p id="error" role="alert"></p><p id="help"></p></div>
  <span id="count"></span>
</div>
"""

# measures and colours of st.text_area (Streamlit 1.67)
_CSS = """
:host { display: block; }
label { display: block; margin-bottom: 0.25rem; min-height: 1.5rem; line-height: 1.6;
  font-size: 0.875rem; color: var(--st-text-color); font-family: var(--st-font); }
textarea { display: block; box-sizing: border-box; width: 100%; min-height: 2.5rem;
  margin: 0; padding: 0.75rem; resize: vertical; overflow-y: auto;
  font: var(--st-base-font-weight, 400) var(--st-base-font-size)/1.5 var(--st-font);
  color: var(--st-text-color); background: var(--st-secondary-background-color);
  border: 1px solid var(--st-widget-border-color); border-radius: var(--st-base-radius);
  outline: none; }
textarea.one { resize: none; field-sizing: content; }
textarea:focus { border-color: var(--st-primary-color); }
textarea:focus-visible { box-shadow: 0 0 0 1px var(--st-primary-color); }
textarea::placeholder { color: var(--st-gray-text-color); opacity: 1; }
textarea:disabled { cursor: not-allowed; color: var(--st-gray-text-color);
  -webkit-text-fill-color: var(--st-gray-text-color); }
textarea[aria-invalid=true] { border-color: var(--st-red-text-color); }
textarea[aria-invalid=true]:focus-visible { box-shadow: 0 0 0 1px var(--st-red-text-color); }
p { margin: 0; }
.below { display: flex; justify-content: space-between; gap: 1rem; margin-top: 0.25rem;
  line-height: 1.4; font-size: 0.8125rem; font-family: var(--st-font); overflow-wrap: anywhere;
  color: var(--st-gray-text-color); }
#error { color: var(--st-red-text-color); }
#count { white-space: nowrap; font-variant-numeric: tabular-nums; }
#count.over { color: var(--st-red-text-color); font-weight: 600; }
"""

# Streamlit calls the function again whenever `data` changes, on the same elements. The cleanup of
# a call that was overtaken runs while the field is still on the page, hence `isConnected`.
_JS = """
const fields = new WeakMap();
const COMPOSING_PAUSE = 1200;  // ms of rest in the middle of a syllable
const LONGEST = 2000;          // ms that typing without a pause may stay untold
const RELOAD = 60000;          // ms that a reload may take
const INSIST = [5000, 60000];  // ms until a message that nobody heard is sent again, first and last

class Field {
  constructor(root) {
    this.root = root;
    this.area = root.querySelector("textarea");
    this.memory = null;     // which server session this field talks to
    this.revision = null;   // which text of the caller the typing builds on
    this.known = "";        // what the server last said it has
    this.told = "";         // what was last sent
    this.before = "";       // what was sent before that
    this.serial = 0;        // the number of the last message
    this.retry = null;
    this.waiting = null;    // the caller's text, held back by a composition
    this.composing = false;
    this.untoldSince = null;
    this.timer = null;
    this.listening = new AbortController();
    const on = (target, event, act) =>
      target.addEventListener(event, act, { signal: this.listening.signal });
    on(this.area, "input", () => { this.straighten(); this.count(); this.schedule(); });
    on(this.area, "compositionstart", () => {
      this.composing = true;
      if (this.timer !== null) this.schedule();
    });
    on(this.area, "compositionend", () => this.composed());
    on(this.area, "blur", () => { this.composed(); this.tell(); });
    on(this.area, "keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      if (this.data.oneLine) event.preventDefault();
      if (this.data.oneLine || event.ctrlKey || event.metaKey) this.tell();
    });
    on(window, "beforeunload", () => this.tell());
    on(window, "pagehide", () => { this.tell(); this.stash(); });
    on(document, "visibilitychange", () => { if (document.hidden) this.tell(); });
  }

  update({ data, setStateValue }) {
    this.data = data;
    this.send = setStateValue;
    const part = (id) => this.root.getElementById(id);
    const write = (element, text) => {
      if (element.textContent !== text) element.textContent = text;
    };
    write(this.root.querySelector("label"), data.label);
    write(part("help"), data.help);
    write(part("error"), data.error);
    this.area.placeholder = data.placeholder;
    this.area.disabled = data.disabled;
    this.area.maxLength = data.bound;
    if (data.oneLine) [this.area.rows, this.area.className] = [1, "one"];
    if (this.height !== data.height && !data.oneLine) this.area.style.height = `${data.height}px`;
    this.height = data.height;
    if (this.memory !== data.memory) {
      // a new session on a page that was open: what no session ever got is told again
      const unheard = this.memory !== null && this.area.value !== this.known;
      [this.memory, this.revision, this.serial] = [data.memory, data.revision, data.heard];
      this.known = this.told = data.text;
      if (unheard) this.tell(); else { this.show(data.text); this.unstash(); }
    } else if (this.revision !== data.revision) {
      this.revision = data.revision;
      this.show(data.text);
    } else {
      this.known = data.text;
    }
    if (data.heard >= this.serial) clearTimeout(this.retry);
    this.count();
  }

  show(text) {
    this.known = this.told = text;
    this.rest();
    clearTimeout(this.retry);
    if (this.composing) { this.waiting = text; return; }
    const { area } = this;
    if (area.value === text) return;
    const { selectionStart, selectionEnd, scrollTop } = area;
    const focused = this.root.activeElement === area;
    area.value = text;
    if (focused) area.setSelectionRange(selectionStart, selectionEnd);
    area.scrollTop = scrollTop;
  }

  // one line stays one line, whatever is pasted
  straighten() {
    const { area, area: { selectionStart, selectionEnd } } = this;
    if (!this.data.oneLine || this.composing || !area.value.includes("\\n")) return;
    area.value = area.value.replaceAll("\\n", " ");
    area.setSelectionRange(selectionStart, selectionEnd);
  }

  count() {
    const typed = [...this.area.value].length;
    const over = typed > this.data.most;
    const count = this.root.getElementById("count");
    const numbers = { "{typed}": typed, "{most}": this.data.most };
    count.textContent = this.data.count.replace(
      /\\{typed\\}|\\{most\\}/g, (name) => numbers[name].toLocaleString("en-US"));
    count.classList.toggle("over", over);
    this.area.setAttribute("aria-invalid", String(over || Boolean(this.data.error)));
  }

  composed() {
    this.composing = false;
    if (this.waiting !== null) {
      const text = this.waiting;
      this.waiting = null;
      this.show(text);
      this.count();
    } else if (this.untoldSince !== null) {
      // at once when overdue: the next syllable begins before any timer could end
      if (Date.now() - this.untoldSince >= LONGEST) this.tell(); else this.schedule();
    }
  }

  schedule() {
    clearTimeout(this.timer);
    this.untoldSince ??= Date.now();
    const left = Math.max(0, this.untoldSince + LONGEST - Date.now());
    const pause = this.composing ? COMPOSING_PAUSE : Math.min(this.data.pause, left);
    this.timer = setTimeout(() => this.tell(), pause);
  }

  rest() {
    clearTimeout(this.timer);
    this.timer = this.untoldSince = null;
  }

  tell() {
    this.rest();
    const text = this.area.value;
    if (this.waiting !== null || text === this.told) return;
    this.before = this.told;
    this.told = text;
    this.serial += 1;
    this.sendTold(INSIST[0]);
  }

  // Streamlit drops what is sent while the connection is down, and says nothing
  sendTold(patience) {
    const { told: text, revision, memory, serial } = this;
    this.send("typed", { text, revision, memory, serial });
    clearTimeout(this.retry);
    this.retry = setTimeout(() => {
      if (this.area.isConnected && !this.area.disabled)
        this.sendTold(Math.min(2 * patience, INSIST[1]));
    }, patience);
  }

  // The server drops a message that comes while a run is under way and the page goes: the tab
  // keeps that text over the reload, unless the server then shows what it cannot come from.
  stash() {
    const text = this.area.value;
    if (text === this.known || this.waiting !== null) return;
    const stashed = { text, from: [this.known, this.before], time: Date.now() };
    sessionStorage.setItem(this.place(), JSON.stringify(stashed));
  }

  unstash() {
    const stashed = JSON.parse(sessionStorage.getItem(this.place()) ?? "null");
    sessionStorage.removeItem(this.place());
    if (stashed === null || Date.now() - stashed.time > RELOAD || this.data.disabled) return;
    if (stashed.text === this.known || !stashed.from.includes(this.known)) return;
    this.area.value = stashed.text;
    this.tell();
  }

  place() {
    return `live_text:${location.pathname}:${this.data.key}`;
  }

  leave() {
    if (this.area.isConnected) return;
    this.tell();
    this.listening.abort();
  }
}

export default function (component) {
  const root = component.parentElement;
  const area = root.querySelector("textarea");
  if (!fields.has(area)) fields.set(area, new Field(root));
  const field = fields.get(area);
  field.update(component);
  return () => field.leave();
}
"""

_field = st.components.v2.component("live_text_area", html=_HTML, css=_CSS, js=_JS)


@dataclass
class _Memory:
    """What this session knows of one field."""

    given: str
    """The caller's value at the last run."""
    text: str
    """What the field shows, as far as it has been told."""
    returned: str
    """What the last run returned to the caller."""
    revision: int = 0
    """Rises when the caller's text replaces what is on the screen."""
    heard: int = 0
    """The number of the last message taken."""
    reset: bool = False
    """The caller's text is to replace what is on the screen at the next run."""
    name: str = field(default_factory=lambda: secrets.token_hex(8))
    """Tells the browser which session it talks to."""


def live_text_area(
    label: str,
    *,
    key: str,
    value: str,
    max_chars: int,
    height: int = 160,
    help: str = "",
    error: str = "",
    placeholder: str = "",
    count: str = "{typed} / {most}",
    disabled: bool = False,
    one_line: bool = False,
    pause_ms: int = 400,
    on_change: Callable[[str], None] | None = None,
) -> str:
    """A text field of several lines that tells its text while it is being typed.

    Args:
        label: the field's name, above it; plain text, as are all texts here.
        key: the widget's key; another text (another request) needs another key.
        value: the text as the caller holds it; shown first, and whenever the caller changes it.
        max_chars: more is counted in red and still told, up to `HARD_BOUND` times as many
            characters; the caller checks.
        height: of the text, in pixels, at first; the reader can drag it.
        help: a line below the field.
        error: what is wrong with the text, below the field; marks it as faulty.
        placeholder: shown while the field is empty.
        count: the line that counts; `{typed}` and `{most}` are replaced.
        disabled: the text can be seen but not changed.
        one_line: the text has no line breaks; the field grows with it.
        pause_ms: how long typing must rest before the text is told.
        on_change: called before the run with the new text; save it here.

    Returns:
        The text as far as told: newlines are "\\n", encodable as UTF-8, without NUL.
    """
    value = _clean(value, max_chars)
    memory: _Memory = st.session_state.setdefault(_memory_key(key), _Memory(value, value, value))
    if not disabled:
        _listen(key, memory, max_chars)
    _follow(memory, value)
    _field(
        key=key,
        data={
            "key": key,
            "label": label,
            "text": memory.text,
            "revision": memory.revision,
            "memory": memory.name,
            "heard": memory.heard,
            "most": max_chars,
            "bound": max_chars * HARD_BOUND,
            "height": height,
            "help": help,
            "error": error,
            "placeholder": placeholder,
            "count": count,
            "disabled": disabled,
            "oneLine": one_line,
            "pause": pause_ms,
        },
        on_typed_change=partial(_tell, key, max_chars, None if disabled else on_change),
    )
    return memory.text


def reset_live_text(key: str) -> None:
    """Drop what was typed: at its next run the field shows the caller's value again.

    Call it where a button gives the text back or replaces it. Without it a value equal to the one
    of the run before cannot be told from a run that has not caught up with the typing.
    """
    memory: _Memory | None = st.session_state.get(_memory_key(key))
    if memory is not None:
        memory.reset = True


def _tell(key: str, max_chars: int, on_change: Callable[[str], None] | None) -> None:
    """Hand a text to the caller, unless the field's text was replaced while it was typed."""
    memory: _Memory | None = st.session_state.get(_memory_key(key))
    if memory is None or memory.reset or on_change is None:
        return
    if _listen(key, memory, max_chars):
        on_change(memory.text)


def _follow(memory: _Memory, value: str) -> None:
    """Let the caller's value replace the text if it comes from outside, not from the typing."""
    own = {memory.text.strip(), memory.returned.strip()}
    if memory.reset or (value != memory.given and value.strip() not in own):
        memory.revision += 1
        memory.text = value
        memory.reset = False
    memory.given = value
    memory.returned = memory.text


def _listen(key: str, memory: _Memory, max_chars: int) -> bool:
    """Take what the browser sent, if it builds on the text the field was last given; is it new?"""
    state: Any = st.session_state.get(key)
    match state.get("typed") if isinstance(state, dict) else None:
        case {
            "text": str(text),
            "serial": int(serial),
            "memory": memory.name,
            "revision": memory.revision,
        }:
            text = _clean(text, max_chars)
            new = text != memory.text
            memory.text, memory.heard = text, serial
            return new
    return False


def _clean(text: str, max_chars: int) -> str:
    """The text as it can be stored: one kind of newline, no NUL, no half of a character pair."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text.encode("utf-8", "replace").decode("utf-8")[: max_chars * HARD_BOUND]


def _memory_key(key: str) -> str:
    return f"live_text:{key}"
