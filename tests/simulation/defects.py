"""Deliberate defects, each of which undoes one rule: the simulation must find them, or it proves nothing."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from tests.simulation import defects_doors as doors
from tests.simulation import defects_extract as extract
from tests.simulation import defects_load as load

Planted = Callable[[], AbstractContextManager[Any]]

DEFECTS: dict[str, Planted] = {
    planted.__name__: planted
    for planted in (
        load.no_intent_before_effect,
        load.doubt_is_not_looked_into,
        load.links_written_after_the_send,
        load.todo_cleared_blindly,
        load.lease_not_read_again,
        load.debt_forgotten_in_a_crash,
        load.deletion_with_access_on,
        load.claim_not_tried_again,
        load.waiters_not_woken,
        load.wake_up_forgotten_while_away,
        load.parent_wakes_nobody,
        load.foreign_objects_adopted,
        load.only_who_has_or_awaits_an_address_counts,
        load.nobody_is_sent_when_one_more_comes,
        load.crowd_not_looked_at_again,
        load.leaving_forgotten_in_a_crash,
        doors.success_on_activating,
        doors.stuck_is_called_withdrawn,
        doors.address_changes_with_access_on,
        doors.access_is_not_given_after_a_change_of_address,
        doors.quiet_agreements_send_nobody,
        doors.others_are_not_marked,
        doors.marked_ones_are_not_sent,
        doors.marked_only_in_memory,
        doors.given_again_before_the_withdrawal,
        doors.ids_without_organization,
        doors.doors_stay_on_a_unit_that_goes,
        doors.doors_are_not_put_back,
        doors.a_dead_end_is_tried_as_it_is,
        doors.refused_on_the_first_race,
        doors.a_failed_withdrawal_counts_as_quiet,
        doors.marks_wait_for_any_doubt,
        doors.late_ones_are_not_marked,
        extract.wake_up_deduplicated,
        extract.no_tombstone_for_the_unseen,
        extract.inconsistent_reads,
        extract.two_extracts_at_once,
        extract.one_watermark_for_all_kinds,
        extract.absence_always_proves,
        extract.rejected_is_gone,
        extract.delta_leaves_the_version,
        extract.nobody_sweeps,
    )
}
"""The defects, by name."""
