"""What is to be done with a file, asked of the decisions themselves."""

import pytest

from photosync.jobs.push.decide import Step, step_after_find, step_after_hash, step_before_reading


@pytest.mark.parametrize(
    ("is_recorded", "may_be_known", "expected"),
    [
        (True, True, Step.UNCHANGED),
        (True, False, Step.UNCHANGED),
        (False, True, Step.HASH),
        (False, False, Step.FIND),
    ],
)
def test_a_file_is_read_only_where_its_content_may_be_known(
    is_recorded: bool, may_be_known: bool, expected: Step
) -> None:
    assert step_before_reading(is_recorded=is_recorded, may_be_known=may_be_known) is expected


@pytest.mark.parametrize("is_under_way", [False, True])
def test_content_in_its_place_is_not_sent(is_under_way: bool) -> None:
    assert step_after_hash(is_known=True, is_in_place=True, is_under_way=is_under_way) is Step.UNCHANGED


@pytest.mark.parametrize("is_known", [False, True])
def test_one_of_several_files_with_the_same_content_is_dealt_with_at_a_time(is_known: bool) -> None:
    assert step_after_hash(is_known=is_known, is_in_place=False, is_under_way=True) is Step.WAIT


def test_content_that_is_elsewhere_at_the_service_is_put_where_it_belongs() -> None:
    assert step_after_hash(is_known=True, is_in_place=False, is_under_way=False) is Step.FINISH
    assert step_after_hash(is_known=False, is_in_place=False, is_under_way=False) is Step.FIND


@pytest.mark.parametrize(
    ("is_there", "dry_run", "expected"),
    [
        (True, False, Step.FINISH),
        (True, True, Step.UNCHANGED),
        (False, False, Step.SEND),
        (False, True, Step.SEND),
    ],
)
def test_what_the_service_has_is_not_sent(is_there: bool, dry_run: bool, expected: Step) -> None:
    assert step_after_find(is_there=is_there, dry_run=dry_run) is expected
