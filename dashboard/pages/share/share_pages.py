"""The page where managers make share links, look through them before and after, pause, resume, extend, revoke and move
them to a newer edition.
"""

from dataclasses import dataclass, replace

from flask import Flask, Response, abort, flash, g, get_flashed_messages, redirect, render_template, request
from sqlalchemy import Engine
from werkzeug.wrappers import Response as AnyResponse

from callbacks.page_request import AppContext
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

LATEST = 50
"""So many of the last visits of a link are listed."""


def install(server: Flask, settings: Settings, context: AppContext, accounts: Engine) -> None:
    """Add the routes."""
    desk = Desk(settings, context, accounts)

    @server.get(ADDRESS, endpoint="share")
    def share() -> Response:
        with words.speaking(plain_pages.reader_language()):
            return desk.page(Draft.begun())

    @server.post(ADDRESS, endpoint="share-make")
    def make() -> Response:
        with words.speaking(plain_pages.reader_language()):
            return desk.make(Draft.posted())

    @server.post(f"{ADDRESS}/preview", endpoint="share-preview")
    def preview() -> AnyResponse:
        with words.speaking(plain_pages.reader_language()):
            return desk.preview(Draft.posted())

    @server.post(f"{ADDRESS}/remarks", endpoint="share-remarks")
    def remarks() -> str:
        with words.speaking(plain_pages.reader_language()):
            said = share_remarks.of_draft(Draft.posted().settled(context), context, accounts)
            return render_template("share_remarks.html", remarks=said)

    @server.post(f"{ADDRESS}/<int:link>", endpoint="share-change")
    def change(link: int) -> AnyResponse:
        with words.speaking(plain_pages.reader_language()):
            return desk.change(link)

    @server.get(f"{ADDRESS}/<int:link>", endpoint="share-link")
    def details(link: int) -> Response:
        with words.speaking(plain_pages.reader_language()):
            return desk.details(link)


@dataclass(frozen=True)
class Desk:
    """Where links are made and changed: what the routes answer, in the language spoken."""

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
        """The form, with a `problem` beside its field, and every link; `address` and `made` are of a link just made."""
        field, said = share_form.wrong(problem) if problem else ("", "")
        draft = draft.settled(self.context)
        known = share_list.listed(share_links.links(self.accounts), self.context, self.accounts)
        with share_form.looking(self.context, draft) as page_request:
            return plain_pages.manage(
                "share.html",
                400 if problem or refused else 200,
                draft.address(),
                title=_("Share"),
                lead=_("Make a link that shows a donor or a committee what you choose, for as long as you choose."),
                problem=_("No link was made. What is wrong stands below, beside its field.") if problem else refused,
                done=_done(),
                address=address,
                made=made or [],
                local=self.settings.local,
                draft=draft,
                remarks=share_remarks.of_draft(draft, self.context, self.accounts),
                wrong_field=field,
                wrong=said,
                unfrozen=isinstance(problem, LinkProblem) and problem.reason == "unfrozen",
                scope=share_form.scope_choices(draft, page_request),
                records=share_form.record_choices(draft, self.context),
                decks=share_form.deck_choices(draft, self.accounts),
                public=page_request.view.catalogue.programme.public,
                waiting=sum(each.waits for each in known if each.stands),
                standing=sorted((each for each in known if each.stands), key=lambda each: not each.waits),
                over=[each for each in known if not each.stands],
                limits=share_form.LIMITS,
                asking_language=_asking_language(),
            )

    def make(self, draft: Draft) -> Response:
        """Make the link, or say why not."""
        draft = draft.settled(self.context)
        try:
            terms = share_form.sound(draft.terms(), self.context, self.accounts)
            days = share_form.whole(draft.days, "days")
            link_terms.check(days=days, password=draft.password, label=draft.label)
            remarks = share_remarks.of_terms(terms, self.context, share_links.links(self.accounts))
            terms = link_editions.frozen(
                self.context.records, terms
            )  # last: nothing is frozen for a link that cannot be made
            _made, token = share_links.make(
                self.accounts, terms, days=days, password=draft.password, label=draft.label, made_by=g.viewer.name
            )
        except PROBLEMS as problem:
            return self.page(draft, problem=problem)
        host = self.settings.public_url or request.host_url.rstrip("/")
        return self.page(Draft(Filters()), address=f"{host}/s/{token}", made=remarks)

    def preview(self, draft: Draft) -> AnyResponse:
        """Show what the link would show, or say why not.

        A link shows an edition, and so does its preview. Where none is chosen yet, the first click asks for one, and
        freezes nothing: editions stay, and looking around should leave none behind.
        """
        draft = draft.settled(self.context)
        try:
            terms = share_form.sound(draft.terms(), self.context, self.accounts)
            if terms.edition == FREEZE and request.form.get("freeze") != "1":
                raise LinkProblem("unfrozen")
            terms = link_editions.frozen(self.context.records, terms)
        except PROBLEMS as problem:
            return self.page(draft, problem=problem)
        if terms.threshold is not None:
            key.make(self.accounts)  # as making the link would
        sessions.begin_preview(terms, replace(draft, edition=terms.edition or LIVE).address(words.language()))
        return redirect(link_preview.start(terms) + _asking_language(), code=303)

    def change(self, link: int) -> AnyResponse:
        """Pause, resume, extend, revoke or move a link, or say why not."""
        try:
            flash(self._changed(link, request.form.get("change", "")))
        except (LinkProblem, EditionProblem) as problem:
            return self.page(Draft(Filters()), refused=share_form.wrong(problem)[1])
        if request.form.get("from") == "details":
            return redirect(f"{ADDRESS}/{link}{_asking_language()}", code=303)
        return redirect(f"{ADDRESS}{_asking_language()}#link-{link}", code=303)

    def _changed(self, link: int, wish: str) -> str:
        """Carry out what is wished of a link and say so; raises :class:`LinkProblem`."""
        if wish == "pause":
            share_links.pause(self.accounts, link)
            return _("Link {number} is paused: it opens nothing until it is resumed.", number=link)
        if wish == "resume":
            share_links.resume(self.accounts, link)
            return _("Link {number} opens again.", number=link)
        if wish == "revoke":
            share_links.revoke(self.accounts, link)
            return _("Link {number} is over: it opens nothing any more.", number=link)
        if wish in ("move", "give"):
            return self._moved(link, wish)
        if wish != "extend":
            abort(400)
        share_links.extend(self.accounts, link, share_form.whole(request.form.get("days", ""), "days"))
        until = words.day(share_links.by_id(self.accounts, link).expires_at.date())
        return _("Link {number} now ends on {day}.", number=link, day=until)

    def _moved(self, link: int, wish: str) -> str:
        """Let a link show another edition, or its first; raises :class:`LinkProblem` and :class:`EditionProblem`."""
        records = self.context.records
        if wish == "give":
            edition = link_editions.give(self.accounts, records, link)
        else:
            edition = link_editions.move(self.accounts, records, link, request.form.get("edition", ""))
        return _("Link {number} now shows the edition {name}: data of {date}.",
                 number=link, name=edition.name, date=words.day(edition.as_of))  # fmt: skip

    def details(self, link: int) -> Response:
        """One link: what it shows, and how it was used."""
        try:
            found = share_links.with_use(self.accounts, link)
        except LinkProblem:
            abort(404)
        (shown,) = share_list.listed([found], self.context, self.accounts)
        used, visits = link_visits.days_used(self.accounts, link), link_visits.visits(self.accounts, link, LATEST)
        return plain_pages.manage(
            "share_link.html",
            title=shown.name,
            lead=_("What this link shows, and how it was used."),
            done=_done(),
            link=shown,
            remarks=self._remarks(found),
            days=[(words.day(day), number(opened), number(viewed)) for day, opened, viewed in used],
            visits=[(words.moment(at), visit_words(kind, path)) for at, kind, path in visits],
            limits=share_form.LIMITS,
            asking_language=_asking_language(),
        )

    def _remarks(self, found: Link) -> list[str]:
        """What to know of a link that was made, beside the others."""
        others = [each for each in share_links.links(self.accounts) if each.id != found.id]
        try:
            return share_remarks.of_terms(found.terms, self.context, others)
        except EditionProblem:  # it is said that its edition is gone
            return []


def _done() -> str:
    """What was just carried out."""
    return " ".join(str(each) for each in get_flashed_messages())


def _asking_language() -> str:
    """The language spoken as an address asks for it."""
    return Filters().search(words.language())
