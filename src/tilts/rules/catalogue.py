"""All rules in one table: for the docs, the lab and the tests of the house."""

from types import MappingProxyType

from tilts.rules import (
    Rule,
    access,
    accounts,
    cases,
    certificates,
    classifiers,
    connections,
    dispensing,
    environments,
    gate,
    lab,
    mail,
    paper,
    prescriptions,
    procedures,
    signing,
    testing,
    wire,
)

_NOUNS = (
    access,
    gate,
    wire,
    prescriptions,
    procedures,
    dispensing,
    certificates,
    classifiers,
    cases,
    connections,
    accounts,
    environments,
    lab,
    mail,
    signing,
    testing,
    paper,
)

BY_NAME = MappingProxyType(
    {name: value for noun in _NOUNS for name, value in vars(noun).items() if isinstance(value, Rule)}
)
BY_ID = MappingProxyType({rule.id: rule for rule in BY_NAME.values()})
