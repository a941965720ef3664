"""The pages where managers make and preview share links, and pause, resume, extend, revoke or move them."""

from dataclasses import dataclass, replace

from flask import Flask, Response, abort, flash, g, redirect, render_template, request
from sqlalchemy import Engine
from werkzeug.wrappers import Response as AnyResponse

from callbacks.requests.page_request import AppContext
from dashboard.gate import link_preview, sessions
from dashboard.pages import plain_pages
from dashboard.pages.share import share_form, share_list, share_remarks
from dashboard.pages.share.share_form import ADDRESS, PROBLEMS, Draft, Problem
from dashboard.pages.share.share_list import visit_words
from dashboard.settings import Settings
from data.editions.frozen_copies import LIVE, EditionProblem
from data.filters import Filters
from data.links import link_editions, link_terms, link_visits, share_links
from data.links.link_editions import FREEZE
from data.links.link_terms import LinkProblem
from data.links.share_links import Link
from data.privacy import key
from layouts import words
from layouts.words import _, number

MOST_VISITS = 50
"""Maximum number of visits in the list of a link; the latest come first."""


def install(server: Flask, settings: Settings, context: AppContext, accounts: Engine) -> None:
    """Add the routes."""
    pages = SharePages(settings, context, accounts)

    @server.get(ADDRESS, endpoint="share")
    def share() -> Response:
        with words.speaking(plain_pages.reader_language()):
            return pages.page(Draft.from_address())

    @server.post(ADDRESS, endpoint="share-make")
    def make() -> Response:
        with words.speaking(plain_pages.reader_language()):
            return pages.make(Draft.from_form())

    @server.post(f"{ADDRESS}/preview", endpoint="share-preview")
    def preview() -> AnyResponse:
        with words.speaking(plain_pages.reader_language()):
            return pages.preview(Draft.from_form())

    @server.post(f"{ADDRESS}/remarks", endpoint="share-remarks")
    def remarks() -> str:
        with words.speaking(plain_pages.reader_language()):
            draft = Draft.from_form().with_edition(context)
            return render_template("share_remarks.html", remarks=share_remarks.of_draft(draft, context, accounts))

    @server.post(f"{ADDRESS}/<int:link>", endpoint="share-change")
    def change(link: int) -> AnyResponse:
        with words.speaking(plain_pages.reader_language()):
            return pages.change(link)

    @server.get(f"{ADDRESS}/<int:link>", endpoint="share-link")
    def details(link: int) -> Response:
        with words.speaking(plain_pages.reader_language()):
            return pages.details(link)


@dataclass(frozen=True)
class SharePages:
    """The responses of the routes, in the current language."""

    settings: Settings
    context: AppContext
    accounts: Engine

    def page(
        self,
        draft: Draft,
        *,
        problem: Problem | None = None,
        refused: str = "",
        address: str = "",
        made: list[str] | None = None,
    ) -> Response:
        """The form and every link. A `problem` is shown next to its field.

        `refused` is the message of a change that failed. `address` and `made` (remarks) are of a link just made.
        """
        field, message = share_form.error_message(problem) if problem else ("", "")
        draft = draft.with_edition(self.context)
        links = share_list.link_rows(share_links.links(self.accounts), self.context, self.accounts)
        with share_form.open_record(self.context, draft) as page_request:
            return plain_pages.manage(
                "share.html",
                400 if problem or refused else 200,
                draft.address(),
                title=_("Share"),
                lead=_("Make a link that shows a donor or a committee what you choose, for as long as you choose."),
                problem=_("No link was made. What is wrong stands below, beside its field.") if problem else refused,
                done=plain_pages.done_message(),
                address=address,
                made=made or [],
                local=self.settings.local,
                draft=draft,
                remarks=share_remarks.of_draft(draft, self.context, self.accounts),
                wrong_field=field,
                wrong=message,
                unfrozen=isinstance(problem, LinkProblem) and problem.reason == "unfrozen",
                scope=share_form.scope_choices(draft, page_request),
                records=share_form.record_choices(draft, self.context),
                decks=share_form.deck_choices(draft, self.accounts),
                public=page_request.view.catalogue.programme.public,
                waiting=sum(each.waits for each in links if each.stands),
                standing=sorted((each for each in links if each.stands), key=lambda each: not each.waits),
                over=[each for each in links if not each.stands],
                limits=share_form.LIMITS,
                asking_language=_language_query(),
            )

    def make(self, draft: Draft) -> Response:
        """Make the link, or show the error."""
        draft = draft.with_edition(self.context)
        try:
            terms = share_form.checked(draft.terms(), self.context, self.accounts)
            days = share_form.whole_number(draft.days, "days")
            link_terms.check(days=days, password=draft.password, label=draft.label)
            remarks = share_remarks.of_terms(terms, self.context, share_links.links(self.accounts))
            # The edition is frozen last, so that nothing is frozen for a link that cannot be made.
            terms = link_editions.frozen(self.context.records, terms)
            _made, token = share_links.make(
                self.accounts, terms, days=days, password=draft.password, label=draft.label, made_by=g.viewer.name
            )
        except PROBLEMS as problem:
            return self.page(draft, problem=problem)
        host = self.settings.public_url or request.host_url.rstrip("/")
        return self.page(Draft(Filters()), address=f"{host}/s/{token}", made=remarks)

    def preview(self, draft: Draft) -> AnyResponse:
        """Begin a preview of the link, or show the error.

        A link shows an edition, and so does its preview. If the edition is still to be frozen, the first click only
        shows a message: editions are permanent, and a preview alone should not create one.
        """
        draft = draft.with_edition(self.context)
        try:
            terms = share_form.checked(draft.terms(), self.context, self.accounts)
            if terms.edition == FREEZE and request.form.get("freeze") != "1":
                raise LinkProblem("unfrozen")
            terms = link_editions.frozen(self.context.records, terms)
        except PROBLEMS as problem:
            return self.page(draft, problem=problem)
        if terms.threshold is not None:
            key.make(self.accounts)  # as when the link is made
        sessions.begin_preview(terms, replace(draft, edition=terms.edition or LIVE).address(words.language()))
        return redirect(link_preview.start_page(terms) + _language_query(), code=303)

    def change(self, link: int) -> AnyResponse:
        """Pause, resume, extend, revoke or move a link, or show the error."""
        try:
            flash(self._change(link, request.form.get("change", "")))
        except (LinkProblem, EditionProblem) as problem:
            return self.page(Draft(Filters()), refused=share_form.error_message(problem)[1])
        if request.form.get("from") == "details":
            return redirect(f"{ADDRESS}/{link}{_language_query()}", code=303)
        return redirect(f"{ADDRESS}{_language_query()}#link-{link}", code=303)

    def _change(self, link: int, action: str) -> str:
        """Change a link; the message about it. Raises :class:`LinkProblem` and :class:`EditionProblem`."""
        if action == "pause":
            share_links.pause(self.accounts, link)
            return _("Link {number} is paused: it opens nothing until it is resumed.", number=link)
        if action == "resume":
            share_links.resume(self.accounts, link)
            return _("Link {number} opens again.", number=link)
        if action == "revoke":
            share_links.revoke(self.accounts, link)
            return _("Link {number} is over: it opens nothing any more.", number=link)
        if action in ("move", "give"):
            return self._move(link, action)
        if action != "extend":
            abort(400)
        share_links.extend(self.accounts, link, share_form.whole_number(request.form.get("days", ""), "days"))
        until = words.day(share_links.by_id(self.accounts, link).expires_at.date())
        return _("Link {number} now ends on {day}.", number=link, day=until)

    def _move(self, link: int, action: str) -> str:
        """Move a link to another edition, or give it its first; raises the same as :meth:`_change`."""
        records = self.context.records
        if action == "give":
            edition = link_editions.give(self.accounts, records, link)
        else:
            edition = link_editions.move(self.accounts, records, link, request.form.get("edition", ""))
        return _("Link {number} now shows the edition {name}: data of {date}.",
                 number=link, name=edition.name, date=words.day(edition.as_of))  # fmt: skip

    def details(self, link: int) -> Response:
        """The page of one link: its terms and its use."""
        try:
            link_with_use = share_links.with_use(self.accounts, link)
        except LinkProblem:
            abort(404)
        (row,) = share_list.link_rows([link_with_use], self.context, self.accounts)
        used, visits = link_visits.days_used(self.accounts, link), link_visits.visits(self.accounts, link, MOST_VISITS)
        return plain_pages.manage(
            "share_link.html",
            title=row.name,
            lead=_("What this link shows, and how it was used."),
            done=plain_pages.done_message(),
            link=row,
            remarks=self._remarks(link_with_use),
            days=[(words.day(day), number(opened), number(viewed)) for day, opened, viewed in used],
            visits=[(words.moment(at), visit_words(kind, path)) for at, kind, path in visits],
            limits=share_form.LIMITS,
            asking_language=_language_query(),
        )

    def _remarks(self, link: Link) -> list[str]:
        """The remarks on an existing link."""
        others = [each for each in share_links.links(self.accounts) if each.id != link.id]
        try:
            return share_remarks.of_terms(link.terms, self.context, others)
        except EditionProblem:  # the page shows a warning already
            return []


def _language_query() -> str:
    """The query string for the current language."""
    return Filters().search(words.language())
