"""MedicationRequest and MedicationDispense -> what the exchange is asked to do."""

from typing import Any

from tilts.exchange.dispensing import DispenseOrder, Presented
from tilts.exchange.prescriptions import LineOrder
from tilts.transport.shapes.elements import (
    first_day,
    id_in,
    identifier_in,
    interval_in,
    last_day,
    parameters_in,
    quantity_in,
)


def line_from_fhir(resource: dict[str, Any], public_base: str) -> LineOrder:
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
    )


def dispense_from_fhir(resource: dict[str, Any], public_base: str) -> DispenseOrder:
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
    )


def presented_from_fhir(parameters: dict[str, Any]) -> Presented:
    given = parameters_in(parameters)
    collector = identifier_in(parameters, "collector")
    return Presented(given.get("number"), given.get("family"), given.get("given"), collector)
