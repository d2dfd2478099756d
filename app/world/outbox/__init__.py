"""From the signature to the offices: everything is stored before it is sent, and sent until it is acknowledged.

Each case carries its own idempotency key for ever, so that sending it again after a crash or a lost answer files nothing twice. What waits
for another procedure is released by itself when that one is finished. What no office takes for too long is given up visibly.
"""

from __future__ import annotations

from app.world.outbox.correcting import Draft, announce, draft_of, finish, hold, proof_of, stop
from app.world.outbox.delivering import deliver, sync
from app.world.outbox.filing import file, prepare
from app.world.outbox.packing import Package, apart, count, fileable, incomplete, only_apart, pack, pack_correction
from app.world.outbox.recording import as_event, record
from app.world.outbox.sending import find_out, send_again

__all__ = [
    "Draft", "Package", "announce", "apart", "as_event", "count", "deliver", "draft_of", "file", "fileable", "find_out", "finish", "hold",
    "incomplete", "only_apart", "pack", "pack_correction", "prepare", "proof_of", "record", "send_again", "stop", "sync",
]  # fmt: skip
