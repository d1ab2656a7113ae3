"""From a template and values to a page in the visitor's language; everything is escaped unless we wrote it."""

import hashlib
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from babel.dates import format_datetime
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from tilts import __version__, person_code
from tilts.audit_words import event_text
from tilts.clock import RIGA
from tilts.portal.languages import COOKIE, LANGUAGES, language_for, translations
from tilts.portal.places import Place, nearest, places_for
from tilts.portal.visits import FIELD as FORM_FIELD
from tilts.portal.visits import account_of, visit_of
from tilts.portal.words import RULES_IN_SHORT, source_text
from tilts.rules import Language, Rule
from tilts.rules.catalogue import BY_ID

HERE: Final = Path(__file__).parent
MOMENTS: Final = {
    "time": "HH:mm:ss",
    "second": "dd.MM.yyyy HH:mm:ss",
    "minute": "dd.MM.yyyy HH:mm",
    "day": "dd.MM.yyyy",
}
ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{8}([0-9a-f]{4})")
FACT: Final = re.compile(r"\{[a-z_]+\}")
CLAUSES: Final = re.compile(r"(?P<kept>.*?)(?:[;,] \w+)?[:;,.] [^:;,.]*\Z")
YEAR_SECONDS: Final = 31_536_000
MEDIA_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class Pages:
    """One template environment for each language."""

    def __init__(self, *, sandbox: bool, mark: str = "test", places: tuple[Place, ...] = ()) -> None:
        self.places = places
        self.desks: Callable[[], Sequence[object]] = (
            tuple  # contacts of the authority's desks, for the footer
        )
        self.assets = {file.name: file.read_bytes() for file in sorted((HERE / "static").iterdir())}
        self._marks = {
            name: hashlib.sha256(content).hexdigest()[:12] for name, content in self.assets.items()
        }
        self._environments = {language: self._environment(language) for language in LANGUAGES}
        self._sandbox = sandbox
        self._mark = mark

    def page(self, request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        language = language_for(request)
        other: Language = "en" if language == "lv" else "lv"
        visit = visit_of(request)
        account = account_of(request)
        text = (
            self._environments[language]
            .get_template(template)
            .render(
                language=language,
                other_language=other,
                other_query=query_in(request, other),
                path=request.url.path,
                places=places_for(self.places, account),
                account=account,
                desks=self.desks(),
                session=visit.session,
                visit=visit,
                form_field=FORM_FIELD,
                sandbox=self._sandbox,
                mark=self._mark,
                version=__version__,
                prove_again=partial(prove_again, request),
                **values,
            )
        )
        headers = {
            "content-language": language,
            "vary": "accept-language, cookie",
            "cache-control": "no-store",
        }
        response = HTMLResponse(text, status, headers)
        if request.query_params.get("lang") == language:
            visit.cookies.put(response, COOKIE, language, seconds=YEAR_SECONDS)
        visit.put_cookies(response)
        return response

    def _environment(self, language: Language) -> Environment:
        found = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        words = translations(language)
        found.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]
        found.policies["ext.i18n.trimmed"] = True
        found.globals |= {
            "asset": lambda name: f"/static/{name}?v={self._marks[name]}",
            "word": lambda table, code: translated(words, source_text(table, code)),
            "event_text": lambda event, repeated=False: event_text(event, language, repeated=repeated),
            "rule_of": BY_ID.get,
        }
        found.filters |= {
            "moment": as_time,
            "day": as_day,
            "until": as_term,
            "number": lambda value: format_decimal(value, locale=language),
            "shown_code": person_code.shown,
            "with_facts": with_facts,
            "in_short": partial(in_short, words, language),
            "short": lambda address: ID.sub(r"…\1", address),
        }
        return found


def as_day(day: date | str) -> Markup:
    """Also of a day as the facts of a case hold it."""
    found = date.fromisoformat(day) if isinstance(day, str) else day
    return Markup('<time datetime="{}">{}</time>').format(found, f"{found:%d.%m.%Y}")


def query_in(request: Request, language: Language) -> str:
    """The same address in another language: what was asked for stays asked for."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return urlencode([*kept, ("lang", language)])


def prove_again(request: Request) -> str:
    """To the identity provider, which asks anew, and back to where the step can be taken."""
    return "/sign-in?" + urlencode({"again": "1", "next": nearest(request, request.url.path.rstrip("/"))})


def translated(words: Any, text: str | None) -> str:
    return words.gettext(text) if text else ""


def as_time(moment: datetime, form: str = "minute") -> Markup:
    """A moment for people in Riga time, and for machines as it is."""
    shown = format_datetime(moment, MOMENTS[form], tzinfo=RIGA, locale="lv")
    return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(timespec="seconds"), shown)


def as_term(due: datetime) -> Markup:
    """Until when: a term that ends with a day is told by that day, not by the midnight after it."""
    ends = due.astimezone(RIGA)
    return (
        as_time(due) if (ends.hour, ends.minute) != (0, 0) else as_day((ends - timedelta(minutes=1)).date())
    )


def with_facts(text: str) -> Markup:
    """A rule's text with the names of its facts marked as what they are: places to be filled."""
    return Markup(FACT.sub(lambda found: f"<var>{found.group()[1:-1].replace('_', ' ')}</var>", escape(text)))


def in_short(words: Any, language: Language, rule: Rule, facts: dict[str, str]) -> str:
    """What a rule says, with the facts of the case; where they were not kept, up to where the first would stand."""
    if rule.named <= facts.keys():
        return rule.sentence(language, facts)
    if own := RULES_IN_SHORT.get(rule.id):
        return str(words.gettext(own))
    text = rule.text(language)
    first = FACT.search(text)
    if first is None:
        return text
    whole_clauses = CLAUSES.match(text[: first.start()])
    if whole_clauses is None:
        return FACT.sub("…", text).replace("….", "…")
    return f"{whole_clauses['kept']}."
