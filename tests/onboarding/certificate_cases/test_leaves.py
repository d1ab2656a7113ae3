"""Every certificate of leaves.yml is judged as the table says: the wrong ones by every check that must name them."""

from collections.abc import Iterator

import pytest

from tests.onboarding.certificate_cases.making import NOW, NUMBER, Case, World, read_cases
from tests.onboarding.trusting import applicant
from tilts.onboarding.certificates import CertificateReport, Known, check_certificate

CASES = read_cases("leaves")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    yield World(tmp_path_factory.mktemp("certificates"))


def report_of(world: World, case: Case) -> CertificateReport:
    known = Known(own_issuers=(world.authority("own"),), revocations=world.lists)
    return check_certificate(world.submitted(case["case"]), applicant(NUMBER), world.trust_list, NOW, known)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["case"]))
@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_the_certificate_is_judged_as_the_table_says(world: World, case: Case) -> None:
    report = report_of(world, case)

    assert [one.check.id for one in report.faults] == case.get("fails", [])
