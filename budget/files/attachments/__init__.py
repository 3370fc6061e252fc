"""What an uploaded file of a special-need request is: told by its content, never by its name.

Allowed are PDF, PNG, JPEG, XLSX and HWPX, at most 10 MB each. Whoever decides on a request
opens what a stranger sent: so a file must be whole, must hold nothing that runs by itself
(JavaScript, macros, files within the file) and must be one thing only. Nothing is written to
disk; the work on one file is bounded, however it was made.
"""

from budget.files.attachments.checked import CheckedAttachment, checked_attachment
from budget.files.attachments.kinds import KINDS
from budget.files.attachments.refusal import MOST_BYTES, MOST_FILES

__all__ = ["KINDS", "MOST_BYTES", "MOST_FILES", "CheckedAttachment", "checked_attachment"]
