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
    medicines,
    paper,
    prescriptions,
    procedures,
    signing,
    testing,
    wire,
)
from tilts.rules.trust import (
    audit,
    consent,
    copying,
    egress,
    issuing,
    oversight,
    permission,
    residents,
    standing,
    tokens,
)

_NOUNS = (
    access,
    tokens,
    gate,
    wire,
    permission,
    consent,
    residents,
    prescriptions,
    procedures,
    dispensing,
    certificates,
    standing,
    issuing,
    egress,
    classifiers,
    medicines,
    cases,
    connections,
    accounts,
    environments,
    lab,
    mail,
    signing,
    testing,
    paper,
    copying,
    audit,
    oversight,
)

BY_NAME = MappingProxyType(
    {name: value for noun in _NOUNS for name, value in vars(noun).items() if isinstance(value, Rule)}
)
BY_ID = MappingProxyType({rule.id: rule for rule in BY_NAME.values()})
