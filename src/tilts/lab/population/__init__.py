"""Everybody who lives and works in the sandbox, all invented: institutions, their staff, patients."""

from tilts.lab.population.everybody import ClientRow, Population, TestPerson, generate, generate_patients

__all__ = ["ClientRow", "Population", "TestPerson", "generate", "generate_patients"]
