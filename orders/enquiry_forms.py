"""What is typed in enquiries: the question, a message, a report, a moderator's decision. Shapes only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.core.countries import country_choices
from marketplace.core.forms import FilesField, KeyedForm, QuantityField
from orders.forms import DayField, NoteField
from orders.rules.enquiries import MOST_FILES, QUESTION_LIMIT, Question
from orders.states import EnquiryReportReason, EnquiryStep

# What of a question is kept for somebody who has to sign in first.
KEPT: Final = ("text", "quantity", "country", "wanted_on")
_SHORT_LENGTH: Final = 40
_ACCEPTED: Final = "application/pdf,image/jpeg,image/png,image/webp"


def _countries() -> list[tuple[str, str]]:
    return [("", str(_("not said"))), *country_choices()]


def _files() -> FilesField:
    field = FilesField(
        required=False,
        label=_("Files"),
        help_text=_("PDF or pictures, at most %(limit)s. Only the two companies can open them.")
        % {"limit": MOST_FILES},
    )
    field.widget.attrs["accept"] = _ACCEPTED
    return field


class QuestionForm(KeyedForm):
    """A question with what a supplier needs in order to answer it; all but the words may stay empty."""

    text = NoteField(
        rows=6,
        max_length=QUESTION_LIMIT,
        label=_("Your question"),
        help_text=_("Only this supplier reads it, with your company’s name, country and completed orders."),
    )
    quantity = QuantityField(label=_("Quantity"), required=False)
    country = forms.ChoiceField(label=_("Ship to"), choices=_countries, required=False)
    wanted_on = DayField(label=_("Wanted by"), required=False)
    attachments = _files()

    def __init__(self, *args: Any, unit: str = "", with_files: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not unit:
            del self.fields["quantity"]
        if not with_files:
            del self.fields["attachments"]

    def question(self) -> Question:
        """What was typed. Call `is_valid()` first."""
        data = self.cleaned_data
        return Question(data["text"], data.get("quantity"), data["country"], data["wanted_on"])

    def uploads(self) -> list[Any]:
        """The files that came with it."""
        return list(self.cleaned_data.get("attachments") or ())


class MessageForm(KeyedForm):
    """A further message."""

    text = NoteField(rows=4, max_length=QUESTION_LIMIT, label=_("Your message"))
    attachments = _files()


class EnquiryReportForm(forms.Form):
    """Why moderators should read an enquiry."""

    reason = forms.ChoiceField(
        choices=EnquiryReportReason.choices, widget=forms.RadioSelect, label=_("What is wrong with it?")
    )
    text = NoteField(
        rows=4,
        required=False,
        label=_("In your words"),
        help_text=_("Only the moderators read it. With “another reason” it is needed."),
    )


class EnquiryJudgeForm(forms.Form):
    """A moderator's decision."""

    step = forms.ChoiceField(
        choices=[
            (EnquiryStep.KEPT, _("Nothing is wrong with it: it goes on")),
            (EnquiryStep.STOPPED, _("Stop it: nobody writes in it any more, and it counts nowhere")),
        ],
        widget=forms.RadioSelect,
        label=_("Decision"),
    )
    reason = NoteField(
        rows=3,
        label=_("Reason"),
        help_text=_("Whoever reported it reads it; when it is stopped, both sides do."),
    )


def kept_input(data: Mapping[str, Any]) -> dict[str, str]:
    """What was typed, cut to what a question may hold, to be kept until somebody has signed in."""
    return {
        name: str(data.get(name, ""))[: QUESTION_LIMIT if name == "text" else _SHORT_LENGTH] for name in KEPT
    }
