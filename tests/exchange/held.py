"""What the law asks, by what it is held: rows of the law, rules, tests. Held itself by tests/house/test_law_is_held.py."""

from dataclasses import dataclass
from typing import Final

DOORS: Final = "tests/transport/test_law_at_the_doors.py"
WIRE: Final = "tests/transport/test_prescription_law.py"
CONSENTS: Final = "tests/transport/test_consents.py"
PHARMACY: Final = "tests/portal/test_pharmacy_pages.py"
PAIRS: Final = "tests/transport/test_pairs.py"
DAYS: Final = "tests/exchange/test_civil_days.py"
WRITTEN: Final = "tests/exchange/test_prescribing_rules.py"
PRODUCTS: Final = "tests/transport/test_products.py"
REIMBURSED: Final = "tests/exchange/test_reimbursed.py"
SHEETS: Final = "tests/transport/test_sheets.py"


@dataclass(frozen=True, slots=True)
class Held:
    """One demand; `rows` are keys of the law, `rules` may be empty where nothing is refused."""

    asked: str
    rows: tuple[str, ...]
    rules: tuple[str, ...]
    tests: tuple[str, ...]  # "path::name"; one of them at least goes through a door


HELD: Final = (
    Held(
        "Kinds ordinary and special; what is reimbursed is special",
        ("prescribes-doctor",),
        ("PRE-024",),
        (
            f"{DOORS}::test_each_role_writes_what_the_law_lets_it_write",
            f"{DOORS}::test_kind_and_term_of_a_line_are_those_of_the_law",
            f"{WRITTEN}::test_what_is_reimbursed_is_not_ordinary_PRE_024",
        ),
    ),
    Held(
        "Validity: three months, 30 days, or what the doctor sets",
        ("validity-ordinary", "validity-repeat", "validity-special"),
        ("PRE-005", "PRE-019"),
        (
            f"{DOORS}::test_without_an_end_each_kind_is_valid_as_long_as_the_row_of_the_day_says",
            f"{DOORS}::test_kind_and_term_of_a_line_are_those_of_the_law",
            f"{WIRE}::test_what_would_not_be_paid_or_is_too_long_is_refused_when_it_is_written",
            f"{WRITTEN}::test_each_kind_has_its_longest_term_and_not_a_day_more_PRE_019",
        ),
    ),
    Held(
        "Who writes what: doctor, physician's assistant, nurse",
        ("prescribes-doctor", "prescribes-physician-assistant", "prescribes-nurse"),
        ("PRE-006", "PRE-020"),
        (f"{DOORS}::test_each_role_writes_what_the_law_lets_it_write",),
    ),
    Held(
        "Reimbursed by international name; by brand only when justified",
        ("reimbursed-by-inn",),
        ("PRE-022",),
        (
            f"{WIRE}::test_what_would_not_be_paid_or_is_too_long_is_refused_when_it_is_written",
            f"{DOORS}::test_by_brand_only_with_a_reason_and_lists_and_rates_are_those_of_the_law",
            f"{WRITTEN}::test_by_brand_only_with_the_reason_why_since_april_2020_PRE_022",
        ),
    ),
    Held(
        "Reimbursed with the exact code of the diagnosis",
        ("reimbursed-exact-diagnosis", "reimbursed-undivided"),
        ("PRE-021",),
        (
            f"{WIRE}::test_what_would_not_be_paid_or_is_too_long_is_refused_when_it_is_written",
            f"{WRITTEN}::test_a_code_is_exact_with_its_sub_code_or_where_there_is_none",
        ),
    ),
    Held(
        "Lists A, B, C and rates 100, 75, 50 %",
        ("reimbursed-lists", "reimbursed-rates"),
        ("PRE-023",),
        (
            f"{DOORS}::test_by_brand_only_with_a_reason_and_lists_and_rates_are_those_of_the_law",
            f"{WIRE}::test_what_would_not_be_paid_or_is_too_long_is_refused_when_it_is_written",
        ),
    ),
    Held(
        "Of reimbursed medicines the cheapest product is told; a dearer one by recorded agreement",
        ("reimbursed-cheapest", "reimbursed-dearer"),
        ("DSP-053",),
        (
            f"{PRODUCTS}::test_of_a_reimbursed_line_the_cheapest_is_told_and_a_dearer_one_asks_for_agreement",
            f"{REIMBURSED}::test_a_dearer_one_is_handed_out_only_with_the_recorded_agreement_dsp_053",
            f"{REIMBURSED}::test_what_has_no_price_is_dearer_and_before_the_law_nothing_is_asked",
        ),
    ),
    Held(
        "A medicine of the register: sold that day, list and rate as it has them for the diagnosis",
        ("reimbursed-by-register",),
        ("PRE-032", "PRE-033", "PRE-034", "DSP-051", "DSP-052"),
        (
            f"{PRODUCTS}::test_a_code_of_the_register_that_means_nothing_is_not_prescribed",
            f"{REIMBURSED}::test_what_the_register_would_not_pay_for_is_not_prescribed_as_reimbursed",
            f"{REIMBURSED}::test_the_exact_sub_code_is_enough_for_it_to_be_paid",
            "tests/exchange/test_products.py::test_too_much_is_refused_with_what_is_left_in_packages_and_units_dsp_052",
            "tests/exchange/test_products.py::test_what_is_not_what_was_prescribed_is_not_handed_out",
        ),
    ),
    Held(
        "Handed out in parts, also in different pharmacies",
        ("parts-ordinary", "parts-special"),
        ("DSP-003",),
        (
            f"{DOORS}::test_a_part_in_one_pharmacy_and_the_rest_in_another",
            f"{PHARMACY}::test_dsp_003_more_than_is_left_stands_at_the_field_and_what_was_typed_is_kept",
        ),
    ),
    Held(
        "Collected by the patient, and by a child alone from 14",
        ("collect-self", "collect-child"),
        ("DSP-019",),
        (
            f"{PAIRS}::test_who_collects",
            f"{PHARMACY}::test_dsp_019_a_child_does_not_collect_alone_and_dsp_020_a_parent_not_for_an_adult",
            "tests/exchange/test_collecting.py::test_a_child_collects_alone_from_the_day_it_turns_14_DSP_019",
        ),
    ),
    Held(
        "Collected by number and name; the buyer is recorded and the patient reads who it was",
        ("collect-number-and-name",),
        ("PRE-011", "PRE-012", "DSP-017", "DSP-018"),
        (
            f"{WIRE}::test_of_a_special_prescription_who_collected_is_recorded_and_shown_to_the_patient",
            f"{DOORS}::test_of_a_buyer_by_number_and_name_the_patient_reads_who_it_was",
            "tests/transport/test_find.py::test_number_and_name_bring_the_tasks_with_their_prescriptions",
            "tests/transport/test_find.py::test_an_incomplete_question_gets_PRE_011",
            "tests/transport/test_find.py::test_after_fifty_misses_in_ten_minutes_even_the_right_one_gets_PRE_012",
        ),
    ),
    Held(
        "Collected by whom the patient named, without the number",
        ("collect-delegate",),
        (),
        (f"{CONSENTS}::test_who_may_collect_needs_no_number_and_others_do",),
    ),
    Held(
        "Collected by a parent, until the child is 18",
        ("collect-parent",),
        ("DSP-020",),
        (
            f"{CONSENTS}::test_a_parent_collects_for_a_child",
            f"{PAIRS}::test_who_collects",
            "tests/exchange/test_collecting.py::test_a_parent_collects_until_the_child_turns_18_DSP_020",
        ),
    ),
    Held(
        "A pharmacist sees what is not used up, and own dispenses as long as they may be amended",
        ("pharmacy-sees-unused", "pharmacy-sees-own", "presentation", "amendment"),
        ("WIRE-012", "MAY-012", "MAY-008", "DSP-032"),
        (
            f"{CONSENTS}::test_the_true_reason_of_what_is_hidden_stands_in_the_audit_entry_only",
            "tests/transport/test_break_glass.py::test_without_reason_confirmation_or_purpose_it_stays_whole",
            f"{DOORS}::test_what_is_used_up_is_hidden_from_another_pharmacy_and_later_from_the_one_that_handed_it_out",
            f"{DOORS}::test_of_what_is_not_used_up_the_late_correction_is_told_until_when_it_was_possible",
            "tests/transport/test_sight.py::test_a_presentation_is_over_after_72_hours",
        ),
    ),
    Held(
        "Paper prescriptions entered with series and number, once, and never special ones",
        ("paper",),
        ("PRE-025", "PRE-026", "PRE-027", "PRE-028"),
        (
            f"{WIRE}::test_a_pharmacy_enters_a_paper_prescription_once_and_hands_out_by_it",
            f"{WIRE}::test_what_is_not_a_paper_form_is_not_entered",
            f"{DOORS}::test_paper_is_what_an_assistant_may_write_and_never_special",
        ),
    ),
    Held(
        "The path in an outage: paper entered later, or a signed sheet reconciled",
        ("outage",),
        ("DSP-041", "DSP-043"),
        (
            f"{WIRE}::test_a_pharmacy_enters_a_paper_prescription_once_and_hands_out_by_it",
            f"{SHEETS}::test_a_pharmacy_that_never_found_the_prescription_reconciles_by_the_code",
            f"{SHEETS}::test_two_pharmacies_with_one_sheet_the_second_gets_the_number_of_the_conflict_DSP_043",
            f"{SHEETS}::test_a_code_that_was_changed_is_not_taken_DSP_041",
        ),
    ),
    Held(
        "Periods of a hold: lease, hand-over, transfer",
        ("lease", "hand-over", "transfer"),
        ("DSP-001", "DSP-015"),
        (
            f"{PAIRS}::test_holding",
            f"{PAIRS}::test_handing_out_in_parts",
            "tests/exchange/test_doors.py::test_the_hand_over_period_is_of_one_hold_and_the_next_begins_with_a_lease",
            "tests/exchange/test_law.py::test_terms_are_the_rows_of_the_day",
        ),
    ),
    Held(
        "Civil days in Riga: first and last day, midnight, changed clocks",
        ("validity-ordinary", "validity-special"),
        ("DSP-002",),
        (
            f"{DAYS}::test_on_its_last_day_a_line_is_taken_until_the_last_second_before_midnight_in_riga",
            f"{DAYS}::test_a_line_that_begins_later_is_taken_from_midnight_in_riga_on",
            f"{DAYS}::test_thirty_days_of_a_special_line_are_civil_days_whatever_the_clocks_do",
            f"{DAYS}::test_what_is_held_over_midnight_of_the_last_day_is_handed_out_no_more",
        ),
    ),
)
