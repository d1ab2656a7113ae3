"""What a profile asks of one value: its type, fixed value, pattern, bounds, length, binding."""

from typing import Any

from tilts_fhir.codes.code_systems import objects_in
from tilts_fhir.issues import quoted
from tilts_fhir.validation.profiles.durations import DATES, moved
from tilts_fhir.validation.profiles.ground import Ground, count_fixed
from tilts_fhir.validation.profiles.items import Item
from tilts_fhir.validation.profiles.narratives import check_narrative
from tilts_fhir.validation.profiles.terminology import check_binding
from tilts_fhir.validation.profiles.tree import Node
from tilts_fhir.validation.profiles.values import contains, effort, first_difference, is_below, is_equal


def check_value(ground: Ground, node: Node, item: Item) -> None:
    """One item against what its element in the profile says of single values."""
    row = node.row
    if node.types is not None and item.type not in node.types:
        allowed = ", ".join(sorted(node.types))
        ground.report("profile-type", item.path, name=quoted(row.id), found=item.type, allowed=allowed)
    if row.fixed is not None:
        _check_same(ground, item, row.fixed, is_pattern=False)
    if row.pattern is not None:
        _check_same(ground, item, row.pattern, is_pattern=True)
    if item.value is None:
        _check_alternatives(ground, node, item)
        return
    least, most = _bound(ground, item, row.min_value, -1), _bound(ground, item, row.max_value, 1)
    if least is not None and is_below(item.value, least):
        ground.report("profile-min-value", item.path, value=shown(item.value), expected=shown(least))
    if most is not None and is_below(most, item.value):
        ground.report("profile-max-value", item.path, value=shown(item.value), expected=shown(most))
    if row.max_length is not None and isinstance(item.value, str) and len(item.value) > row.max_length:
        ground.report("profile-max-length", item.path, max=row.max_length, count=len(item.value))
    if row.min_length is not None and isinstance(item.value, str) and len(item.value) < row.min_length:
        ground.report("profile-min-length", item.path, min=row.min_length, count=len(item.value))
    if row.narrative_source is not None or row.narrative_languages:
        check_narrative(ground, node, item)
    if node.binding is not None:
        check_binding(ground.walk, node.binding, item, ground.source)


def _bound(ground: Ground, item: Item, bound: Any, direction: int) -> Any:
    """The bound itself; for a date that is bound by a duration the day that this means now."""
    if item.type not in DATES or not isinstance(bound, dict):
        return bound
    now = ground.walk.options.now
    return None if now is None else moved(now, bound, direction)


def _check_alternatives(ground: Ground, node: Node, item: Item) -> None:
    """A primitive without a value: the profile may say which extension has to stand for it."""
    wanted = node.row.alternatives
    if not wanted:
        return
    extensions = objects_in((item.companion or {}).get("extension"))
    given = {each["url"] for each in extensions if isinstance(each.get("url"), str)}
    if given.isdisjoint(wanted):
        ground.report("profile-alternative", item.path, expected=", ".join(wanted))


def _check_same(ground: Ground, item: Item, expected: Any, *, is_pattern: bool) -> None:
    found = item.value
    if found is None and item.companion is not None and not isinstance(expected, dict):
        # A primitive that says by an extension why it has no value.
        return
    if is_pattern:
        ground.walk.count(effort(expected, found), item.path)
    else:
        count_fixed(ground, expected, item.path)
    if contains(expected, found) if is_pattern else is_equal(expected, found):
        return
    key = "profile-pattern" if is_pattern else "profile-fixed"
    step = first_difference(expected, found, is_pattern)
    path = item.path if step is None else (item.path, step, None)
    ground.report(key, path, value=shown(found), expected=shown(expected))


def shown(value: Any) -> str:
    """A value as it may stand in a text."""
    if isinstance(value, dict) and "value" in value:
        unit = value.get("code") or value.get("unit")
        return quoted(f"{value['value']} {unit}" if unit else value["value"])
    return quoted(value)
