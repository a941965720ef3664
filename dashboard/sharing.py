"""The page where managers make share links, look through them beforehand, pause, resume, extend and revoke them."""

from dataclasses import dataclass

from flask import Flask, Response, abort, flash, g, get_flashed_messages, redirect, request
from sqlalchemy import Engine
from werkzeug.wrappers import Response as AnyResponse

from callbacks.asking import Held
from dashboard import choices, pages, sessions, share_form
from dashboard.settings import Settings
from dashboard.share_form import ADDRESS, PROBLEMS, Draft, Problem
from dashboard.share_list import Listed, visit_words
from data import links
from data.filters import Filters
from data.links import Audience, LinkProblem
from layouts import words
from layouts.words import _, number

LATEST = 50
"""So many of the last visits of a link are listed."""


def install(server: Flask, settings: Settings, held: Held, accounts: Engine) -> None:
    """Add the routes."""
    desk = Desk(settings, held, accounts)

    @server.get(ADDRESS, endpoint="share")
    def share() -> Response:
        with words.speaking(pages.reader_language()):
            return desk.page(Draft.begun())

    @server.post(ADDRESS, endpoint="share-make")
    def make() -> Response:
        with words.speaking(pages.reader_language()):
            return desk.make(Draft.posted())

    @server.post(f"{ADDRESS}/preview", endpoint="share-preview")
    def preview() -> AnyResponse:
        with words.speaking(pages.reader_language()):
            return desk.preview(Draft.posted())

    @server.post(f"{ADDRESS}/<int:link>", endpoint="share-change")
    def change(link: int) -> AnyResponse:
        with words.speaking(pages.reader_language()):
            return desk.change(link)

    @server.get(f"{ADDRESS}/<int:link>", endpoint="share-link")
    def details(link: int) -> Response:
        with words.speaking(pages.reader_language()):
            return desk.details(link)


@dataclass(frozen=True)
class Desk:
    """Where links are made and changed: what the routes answer, in the language spoken."""

    settings: Settings
    held: Held
    accounts: Engine

    def page(self, draft: Draft, *, problem: Problem | None = None, refused: str = "", address: str = "") -> Response:
        """The form, with a `problem` beside its field, and every link; `address` is that of a link just made."""
        field, said = share_form.wrong(problem) if problem else ("", "")
        known = [Listed.of(each, self.held, self.accounts) for each in links.links(self.accounts)]
        with share_form.looking(self.held, draft) as asked:
            return pages.manage(
                "share.html",
                400 if problem or refused else 200,
                draft.address(),
                title=_("Share"),
                lead=_("Make a link that shows a donor or a committee what you choose, for as long as you choose."),
                problem=_("No link was made. What is wrong stands below, beside its field.") if problem else refused,
                done=_done(),
                address=address,
                local=self.settings.local,
                draft=draft,
                wrong_field=field,
                wrong=said,
                scope=share_form.scope_choices(draft, asked),
                records=choices.records(self.held, draft.edition),
                decks=share_form.deck_choices(draft, self.accounts),
                public=asked.view.catalogue.programme.public,
                standing=[each for each in known if each.stands],
                over=[each for each in known if not each.stands],
                limits=share_form.LIMITS,
                asking_language=_asking_language(),
            )

    def make(self, draft: Draft) -> Response:
        """Make the link, or say why not."""
        try:
            terms = share_form.sound(draft.terms(), self.held, self.accounts)
            days = share_form.whole(draft.days, "days")
            _made, token = links.make(
                self.accounts, terms, days=days, password=draft.password, label=draft.label, made_by=g.viewer.name
            )
        except PROBLEMS as problem:
            return self.page(draft, problem=problem)
        host = self.settings.public_url or request.host_url.rstrip("/")
        return self.page(Draft(Filters()), address=f"{host}/s/{token}")

    def preview(self, draft: Draft) -> AnyResponse:
        """Show what the link would show, or say why not."""
        try:
            terms = share_form.sound(draft.terms(), self.held, self.accounts)
        except PROBLEMS as problem:
            return self.page(draft, problem=problem)
        sessions.begin_preview(terms, draft.address(words.language()))
        start = "/present" if terms.audience is Audience.COMMITTEE else "/"
        return redirect(start + _asking_language(), code=303)

    def change(self, link: int) -> AnyResponse:
        """Pause, resume, extend or revoke a link, or say why not."""
        try:
            flash(self._changed(link, request.form.get("change", "")))
        except LinkProblem as problem:
            return self.page(Draft(Filters()), refused=share_form.wrong(problem)[1])
        if request.form.get("from") == "details":
            return redirect(f"{ADDRESS}/{link}{_asking_language()}", code=303)
        return redirect(f"{ADDRESS}{_asking_language()}#link-{link}", code=303)

    def _changed(self, link: int, wish: str) -> str:
        """Carry out what is wished of a link and say so; raises :class:`LinkProblem`."""
        if wish == "pause":
            links.pause(self.accounts, link)
            return _("Link {number} is paused: it opens nothing until it is resumed.", number=link)
        if wish == "resume":
            links.resume(self.accounts, link)
            return _("Link {number} opens again.", number=link)
        if wish == "revoke":
            links.revoke(self.accounts, link)
            return _("Link {number} is over: it opens nothing any more.", number=link)
        if wish != "extend":
            abort(400)
        links.extend(self.accounts, link, share_form.whole(request.form.get("days", ""), "days"))
        until = words.day(links.by_id(self.accounts, link).expires_at.date())
        return _("Link {number} now ends on {day}.", number=link, day=until)

    def details(self, link: int) -> Response:
        """One link: what it shows, and how it was used."""
        try:
            found = links.with_use(self.accounts, link)
        except LinkProblem:
            abort(404)
        shown = Listed.of(found, self.held, self.accounts)
        used, visits = links.days_used(self.accounts, link), links.visits(self.accounts, link, LATEST)
        return pages.manage(
            "share_link.html",
            title=shown.name,
            lead=_("What this link shows, and how it was used."),
            done=_done(),
            link=shown,
            days=[(words.day(day), number(opened), number(viewed)) for day, opened, viewed in used],
            visits=[(words.moment(at), visit_words(kind, path)) for at, kind, path in visits],
            limits=share_form.LIMITS,
            asking_language=_asking_language(),
        )


def _done() -> str:
    """What was just carried out."""
    return " ".join(str(each) for each in get_flashed_messages())


def _asking_language() -> str:
    """The language spoken as an address asks for it."""
    return Filters().search(words.language())
