"""Every list and answer of revoking.yml says what the table says; only "good" lets the certificate through."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.onboarding.certificate_cases.answering import DELEGATE, answer_of, good_leaf, list_of
from tests.onboarding.certificate_cases.making import NOW, NUMBER, Case, World, read_cases
from tests.onboarding.trusting import applicant
from tilts.onboarding.certificates import Known, check_certificate
from tilts.onboarding.revocation import Status, Unusable, read_answer, read_list, subject_of

CASES = read_cases("revoking")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    yield World(tmp_path_factory.mktemp("certificates"))


def of(kind: str) -> pytest.MarkDecorator:
    found = [case for case in CASES if kind in case]
    return pytest.mark.parametrize("case", found, ids=lambda case: str(case["case"]))


@of("list")
def test_a_list_says_what_the_table_says(world: World, case: Case) -> None:
    issuer = world.authority(case.get("issuer", "issuing"))
    if "unusable" in case:
        with pytest.raises(Unusable) as no:
            read_list(list_of(world, case), issuer)
        assert str(no.value) == case["unusable"]
        return
    read = read_list(list_of(world, case), issuer)
    agrees(case, read.says(subject_of(good_leaf(world)), NOW))
    lets_through(world, case, Known(revocations=(read,)))


@of("answer")
def test_an_answer_says_what_the_table_says(world: World, case: Case) -> None:
    content, revoked = answer_of(world, case), set[int]()
    if case["answer"].get("delegate", {}).get("revoked"):
        revoked = {DELEGATE}
    subject = subject_of(good_leaf(world))
    now = datetime.now(UTC)  # an answer says itself when it was made
    agrees(case, read_answer(content, subject, world.authority("issuing"), now, revoked))
    if not revoked:
        lets_through(world, case, Known(answers=(content,)), now)


def agrees(case: Case, status: Status) -> None:
    assert (status.kind, status.fault) == (case["status"], case.get("fault", ""))
    assert (status.revoked_at is not None) == (status.kind == "revoked")


def lets_through(world: World, case: Case, known: Known, now: datetime = NOW) -> None:
    report = check_certificate(world.submitted("good"), applicant(NUMBER), world.trust_list, now, known)

    assert [one.check.id for one in report.faults] == ([] if case["status"] == "good" else ["CRT-014"])
