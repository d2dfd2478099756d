"""Forms for answers: built from the vocabulary, validated here, drawn by `questions/fields.html`."""

from app.web.forms.answers import AnswerForm, answer_form, page_form

__all__ = ["AnswerForm", "answer_form", "page_form"]
