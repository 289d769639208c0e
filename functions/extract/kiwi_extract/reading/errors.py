"""The refusal of a whole export."""

from kiwi_sync.rules.reasons import RejectedExport


class RejectedExportError(Exception):
    """The whole export is refused; it must not change anything."""

    def __init__(self, reason: RejectedExport, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail
