"""The report of a run in three forms: a page for people, JSON for programs, JUnit XML for build servers."""

from tilts.lab.conformance.reports.junit import report_junit
from tilts.lab.conformance.reports.page import report_html
from tilts.lab.conformance.reports.values import report_json, report_values

__all__ = ["report_html", "report_json", "report_junit", "report_values"]
