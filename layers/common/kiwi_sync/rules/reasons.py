"""Every reason for a difference between KIWI and the ERP; docs/erp/en/reasons.md explains them for people."""

from enum import StrEnum


class Reason(StrEnum):
    """The reason why a unit, tenant or agreement is not (fully) in KIWI; caused by the data alone."""

    GONE = "gone"
    NO_EMAIL = "no_email"
    INVALID_EMAIL = "invalid_email"
    PLACEHOLDER_EMAIL = "placeholder_email"
    EMAIL_TAKEN = "email_taken"
    EXTERNAL_ID_TAKEN = "external_id_taken"
    TENANT_NOT_SYNCHRONIZED = "tenant_not_synchronized"
    UNIT_UNKNOWN = "unit_unknown"
    WAITING = "waiting"


class Notice(StrEnum):
    """A shortcoming of an object in KIWI."""

    ADDRESS_INCOMPLETE = "address_incomplete"
    ADDRESS_NOT_ACCEPTED = "address_not_accepted"
    COORDINATES_KEPT = "coordinates_kept"
    DOORS_REMOVED = "doors_removed"
    DOORS_NOT_RESTORED = "doors_not_restored"
    FORMER_ID_DELETED = "former_id_deleted"


class Problem(StrEnum):
    """A refusal by KIWI or a failure of ours, for a person to look at."""

    REFUSED = "kiwi_refused"
    FOREIGN_OBJECT = "foreign_object"
    KIWI_ERROR = "kiwi_error"
    ACCESS_FAILED = "access_failed"
    ACCESS_STUCK = "access_stuck"
    LOGIN_REFUSED = "login_refused"
    ORGANIZATION_FORBIDDEN = "organization_forbidden"
    ORGANIZATION_UNKNOWN = "organization_unknown"


class Loss(StrEnum):
    """A change in an export that would end an agreement, and thereby somebody's access."""

    REMOVED = "removed"
    DESELECTED = "deselected"
    NO_EMAIL = "no_email"
    INVALID_EMAIL = "invalid_email"
    PLACEHOLDER_EMAIL = "placeholder_email"
    TENANT_DROPPED = "tenant_dropped"
    UNIT_GONE = "unit_gone"


class HoldStatus(StrEnum):
    """The fate of losses that were held back."""

    STANDING = "standing"
    APPROVED = "approved"
    CARRIED_OUT = "carried_out"
    REJECTED = "rejected"
    ENDED = "ended"


class RejectedExport(StrEnum):
    """The reason why a whole export was refused. A refused export changes nothing."""

    NOT_JSON = "not_json"
    TOO_COMPLEX = "too_complex"
    TOO_LARGE = "too_large"
    NOT_AN_EXPORT = "not_an_export"
    ENVELOPE_INVALID = "envelope_invalid"
    UNKNOWN_CONNECTION = "unknown_connection"
    SETTINGS_INVALID = "settings_invalid"
    MAPPING_INVALID = "mapping_invalid"
    COLUMN_MISSING = "column_missing"
    COUNT_MISMATCH = "count_mismatch"
    IN_FUTURE = "in_future"
    TOO_OLD = "too_old"
    OBJECT_NOT_FOUND = "object_not_found"
    FOREIGN_BUCKET = "foreign_bucket"
    ENCODING_DOUBTFUL = "encoding_doubtful"
    DELIMITER_DOUBTFUL = "delimiter_doubtful"
    CSV_BROKEN = "csv_broken"
    NO_TABLE = "no_table"
    PACKED_BROKEN = "packed_broken"
    XLSX_BROKEN = "xlsx_broken"
    UNKNOWN_FORMAT = "unknown_format"
    PARTS_DIFFER = "parts_differ"
    PLAN_OUTDATED = "plan_outdated"
    PLAN_TOO_LARGE = "plan_too_large"
