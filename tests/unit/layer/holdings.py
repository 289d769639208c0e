"""A hold, for tests."""

from datetime import UTC, datetime

from kiwi_sync.rules.reasons import HoldStatus, Loss
from kiwi_sync.state.holds import Count, Hold, Lost, read_hold
from kiwi_sync.state.table import Table

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
AGREEMENT = "c1/rental_agreement/0001/L/1"


def hold(connection: str = "c1", export_id: str = "e1", document: str | None = "message") -> Hold:
    return Hold(
        connection=connection,
        export_id=export_id,
        version=f"2026 {export_id}",
        is_full=True,
        status=HoldStatus.STANDING,
        counts={"0001": Count(3, 10, 4), "0002": Count(1, 1, 1)},
        keys=(Lost(AGREEMENT, "c1/mieter/0001/1", Loss.NO_EMAIL),),
        document=document,
    )


def there(table: Table, connection: str = "c1", export_id: str = "e1") -> Hold:
    """The hold in the table, which must be there."""
    found = read_hold(table, connection, export_id)
    assert found is not None
    return found
