"""The refusal of an export as a whole."""

from kiwi_sync.rules.reasons import RejectedExport


class RejectedExportError(Exception):
    """The export is refused whole; nothing of it may change anything."""

    def __init__(self, reason: RejectedExport, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail
