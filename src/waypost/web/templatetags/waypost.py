"""Tags and filters of the desk's templates: `{% load waypost %}`."""

import html
from datetime import date, datetime
from functools import cache
from typing import Any

import lucide as lucide_icons
from django import template
from django.forms import BoundField, CheckboxInput
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from waypost.kernel.dates import say_date, say_day, say_short
from waypost.registry.fhir import dial, say_mrn, say_phone
from waypost.web import words
from waypost.web.frame import Frame, context_of, frame_of, today_of
from waypost.web.schedule.board import Card

register = template.Library()


@cache
def _icon(name: str) -> str:
    try:
        return lucide_icons._render_icon(name, 18, **{"class": "icon"})
    except (
        lucide_icons.IconDoesNotExist
    ):  # the word beside it is enough; tests/doors/test_templates.py finds the slip
        return ""


@register.simple_tag
def icon(name: str, word: str = "") -> SafeString:
    """An 18 px Lucide icon. It always stands beside a word, so it is hidden from screen readers unless `word` is given."""
    said = f' role="img" aria-label="{escape(word)}"' if word else ' aria-hidden="true"'
    return mark_safe(_icon(str(name)).replace("<svg", f"<svg{said}", 1))  # noqa: S308 - from the icon package


@register.simple_tag
def board_card(card: Card) -> SafeString:
    """One booking on a board. Written here and not as a template because a day has hundreds, each of a dozen parts."""
    link = f' href="{html.escape(card.url)}"' if card.url else ""
    key = f' data-visit="{html.escape(card.key)}"' if card.key else ""
    move = f' data-move data-minute="{card.minute}"' if card.movable else ""
    size = f' data-size="{card.lasts}" data-from="{card.minute}"' if card.lasts else ""
    grip = '<span class="grip" aria-hidden="true"></span>' if card.lasts else ""
    one = " one" if card.lines == 1 else ""
    marks = "".join(icon(mark.icon, mark.word) for mark in card.marks)
    line = f"<i>{html.escape(card.line)}</i>" if card.line else ""
    return mark_safe(  # noqa: S308 - every word that is not ours is escaped
        f'<a class="visit {card.kind}"{link} style="{card.place}" aria-label="{html.escape(card.said)}"{key}{move}{size}>'
        f'<span class="in{one}" style="max-height:{card.tall}px"><b>{marks}{html.escape(card.name)}</b>{line}</span>{grip}</a>'
    )


@register.simple_tag(takes_context=True)
def frame(context: template.Context) -> Frame:
    given = context.get("frame")
    return given if isinstance(given, Frame) else frame_of(context.get("request"))


def _zoned(context: template.Context, value: datetime) -> datetime:
    request = context.get("request")
    ctx = context_of(request) if request else None
    return words.local(value, ctx.zone) if ctx else value


@register.simple_tag(takes_context=True)
def when(context: template.Context, value: datetime | date | None, form: str = "both") -> str:
    """An instant in the clinic's zone: 'Tue, Nov 24, 2:10 PM'. Forms: both, day, clock, short."""
    if value is None:
        return ""
    request = context.get("request")
    today = today_of(request).date() if request else None
    if not isinstance(value, datetime):
        return say_short(value, today=today) if form == "short" else say_day(value, today=today)
    value = _zoned(context, value)
    if form == "clock":
        return words.clock(value)
    if form == "short":
        return say_short(value.date(), today=today)
    told = say_day(value.date(), today=today)
    return told if form == "day" else f"{told}, {words.clock(value)}"


register.filter("mrn", say_mrn)
register.filter("phone", say_phone)
register.filter("dial", dial)
register.filter("birth", say_date)


@register.filter
def is_there(route: str) -> bool:
    """Say whether a page of this name exists."""
    from waypost.web.places import exists

    return exists(route)


@register.filter
def is_checkbox(field: BoundField) -> bool:
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def is_optional(field: BoundField) -> bool:
    return not field.field.required and not getattr(field.field, "hide_optional", False)


@register.filter
def is_date(field: BoundField) -> bool:
    from waypost.web.forms import TypedDateField

    return isinstance(field.field, TypedDateField)


@register.filter
def echoed(field: BoundField) -> str:
    """The date that was understood, in full; nothing where it was not."""
    from django.core.exceptions import ValidationError

    value: Any = field.value()
    try:
        found = value if isinstance(value, date) else field.field.clean(value)
    except ValidationError:
        return ""
    return words.full_day(found) if isinstance(found, date) else ""
