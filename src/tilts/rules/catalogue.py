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
from tilts.rules.prescribing import outages, products
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

# In the order in which people read them: the pages of docs/rules.
_MODULES = (
    access,
    tokens,
    gate,
    permission,
    consent,
    residents,
    wire,
    prescriptions,
    dispensing,
    outages,
    products,
    certificates,
    standing,
    issuing,
    egress,
    classifiers,
    medicines,
    environments,
    lab,
    accounts,
    cases,
    connections,
    testing,
    mail,
    procedures,
    signing,
    paper,
    copying,
    audit,
    oversight,
)
NOUNS = MappingProxyType({module.__name__.rpartition(".")[2]: module for module in _MODULES})
BY_NAME = MappingProxyType(
    {name: value for noun in _MODULES for name, value in vars(noun).items() if isinstance(value, Rule)}
)
BY_ID = MappingProxyType({rule.id: rule for rule in BY_NAME.values()})
