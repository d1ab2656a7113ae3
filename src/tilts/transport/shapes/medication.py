"""MedicationRequest and MedicationDispense -> what the exchange is asked to do."""

from typing import Any

from tilts.exchange.collecting import Collector
from tilts.exchange.digitising import Paper
from tilts.exchange.dispensing import DispenseOrder, Presented
from tilts.exchange.medicines.reimbursing import agreed_in
from tilts.exchange.prescribing_rules import ICD_SYSTEMS, Lawful, Reimbursement
from tilts.exchange.prescriptions import LineOrder
from tilts.transport.shapes.elements import (
    codes_in,
    extension_in,
    first_day,
    id_in,
    identifier_in,
    interval_in,
    last_day,
    parameters_in,
    quantity_in,
)


def line_from_fhir(resource: dict[str, Any], public_base: str, canonical_base: str) -> LineOrder:
    supply = resource.get("dispenseRequest", {})
    period = supply.get("validityPeriod", {})
    group = resource.get("groupIdentifier")
    return LineOrder(
        document=resource,
        status=resource.get("status", ""),
        intent=resource.get("intent", ""),
        patient_id=id_in(resource.get("subject"), "Patient", public_base),
        requester=resource.get("requester", {}).get("reference", "").removeprefix(f"{public_base}/"),
        quantity=quantity_in(supply.get("quantity")),
        repeats=supply.get("numberOfRepeatsAllowed", 0),
        interval=interval_in(supply.get("dispenseInterval")),
        valid_from=first_day(period.get("start")),
        valid_to=last_day(period.get("end")),
        group=(group.get("system", ""), group.get("value", "")) if group else None,
        law=lawful_from_fhir(resource, canonical_base),
    )


def lawful_from_fhir(resource: dict[str, Any], canonical_base: str) -> Lawful:
    """Kind, reimbursement and diagnosis; codes that are not ours say nothing here, the profile refuses them."""
    kinds = codes_in(resource.get("category"), f"{canonical_base}/CodeSystem/prescription-kind")
    asked = extension_in(resource, f"{canonical_base}/StructureDefinition/reimbursement")
    return Lawful(
        kind="special" if "special" in kinds else "ordinary" if "ordinary" in kinds else None,
        reimbursement=None
        if asked is None
        else Reimbursement(
            by=asked.get("by", ""),
            list=asked.get("list"),
            rate=asked.get("rate"),
            justification=asked.get("justification", ""),
        ),
        diagnoses=codes_in(resource.get("reasonCode"), *ICD_SYSTEMS),
    )


def paper_from_fhir(
    resource: dict[str, Any], public_base: str, canonical_base: str, form_system: str
) -> Paper:
    """What says of a MedicationRequest that it was on paper."""
    tags = codes_in(
        [{"coding": resource.get("meta", {}).get("tag", [])}], f"{canonical_base}/CodeSystem/origin"
    )
    forms = [
        one.get("value", "") for one in resource.get("identifier", ()) if one.get("system") == form_system
    ]
    named = resource.get("subject", {}).get("identifier", {})
    return Paper(
        line=line_from_fhir(resource, public_base, canonical_base),
        is_tagged="digitised" in tags,
        forms=tuple(forms),
        prescriber_id=id_in(resource.get("requester"), "PractitionerRole", public_base),
        recorder=resource.get("recorder", {}).get("reference", "").removeprefix(f"{public_base}/"),
        patient=(named["system"], named["value"]) if {"system", "value"} <= named.keys() else None,
    )


def dispense_from_fhir(resource: dict[str, Any], public_base: str, canonical_base: str) -> DispenseOrder:
    authorizing = resource.get("authorizingPrescription", [])
    line_id = id_in(authorizing[0], "MedicationRequest", public_base) if len(authorizing) == 1 else None
    named = [id_in(one, "Task", public_base) for one in resource.get("supportingInformation", ())]
    tasks = [task_id for task_id in named if task_id is not None]
    performers = [performer["actor"].get("reference", "") for performer in resource.get("performer", ())]
    return DispenseOrder(
        document=resource,
        status=resource.get("status", ""),
        line_id=line_id,
        task_id=tasks[0] if len(tasks) == 1 else None,
        patient_id=id_in(resource.get("subject"), "Patient", public_base),
        quantity=quantity_in(resource.get("quantity")),
        performers=tuple(reference.removeprefix(f"{public_base}/") for reference in performers),
        collector=collector_from_fhir(resource, canonical_base),
        agreed_dearer=agreed_in(resource, canonical_base),
    )


def collector_from_fhir(resource: dict[str, Any], canonical_base: str) -> Collector | None:
    told = extension_in(resource, f"{canonical_base}/StructureDefinition/collected-by")
    if told is None:
        return None
    return Collector(told.get("manner", ""), told.get("name", ""), told.get("document", ""))


def presented_from_fhir(parameters: dict[str, Any]) -> Presented:
    given = parameters_in(parameters)
    collector = identifier_in(parameters, "collector")
    return Presented(given.get("number"), given.get("family"), given.get("given"), collector)
