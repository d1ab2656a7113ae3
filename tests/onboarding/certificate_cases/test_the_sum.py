"""How many there are, and that none is left out: the tables are the proof, this is their sum."""

from tests.onboarding.certificate_cases.making import read_cases


def test_there_are_more_than_a_hundred_of_which_most_must_not_pass() -> None:
    leaves, revoking, standing = (read_cases(name) for name in ("leaves", "revoking", "standing"))
    wrong = [
        *(case for case in leaves if case.get("fails")),
        *(case for case in revoking if case.get("status") != "good"),
        *(case for case in standing if case["usable"] < 0),
    ]
    every = [*leaves, *revoking, *standing]

    assert len({case["case"] for case in every}) == len(every)
    assert len(wrong) >= 100
    assert len(every) - len(wrong) >= 30
