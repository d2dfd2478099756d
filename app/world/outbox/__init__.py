"""From the signature to the offices: everything is stored before it is sent, and sent until it is acknowledged.

Each case carries its own idempotency key for ever, so that sending it again after a crash or a lost answer files nothing twice. What waits
for another procedure is released by itself when that one is finished. What no office takes for too long is given up visibly.
"""

from __future__ import annotations

from app.world.outbox.delivering import deliver, sync
from app.world.outbox.filing import file, prepare
from app.world.outbox.packing import Package, count, fileable, incomplete, pack
from app.world.outbox.recording import as_event, note_correction, record
from app.world.outbox.sending import find_out, send_again

__all__ = [
    "Package", "as_event", "count", "deliver", "file", "fileable", "find_out", "incomplete", "note_correction", "pack", "prepare", "record",
    "send_again", "sync",
]  # fmt: skip
