"""Assembles the application; nothing else knows all its parts."""

from pathlib import Path
from weakref import finalize

from flask import Flask

import callbacks
from callbacks.page_request import AppContext
from dashboard import start_up, static_files
from dashboard.cache import responses
from dashboard.cache.redis_store import Shared
from dashboard.cache.response_keys import Questions
from dashboard.cache.response_store import Answers
from dashboard.gate import admission, body_limits, headers, link_entry, link_preview, sign_in, single_sign_on
from dashboard.gate.admission import OneTimeAddress
from dashboard.gate.login_attempts import Tries
from dashboard.gate.rate_limit import Pace
from dashboard.packs import pack_routes
from dashboard.pages import edition_pages, errors, method_pages, newsletter_pages
from dashboard.pages.downloads import calendar_file, exhibit_downloads, list_routes, story_pictures, table_routes
from dashboard.pages.imports import import_pages
from dashboard.pages.share import share_pages
from dashboard.settings import Settings
from dashboard.show import deck_pages, slide_show
from dashboard.static_files import Application
from data.places import Boundaries, read_boundaries
from data.records import Records
from data.storage.accounts import accounts_engine
from layouts import words
from layouts.figures.map import Ground
from layouts.shell import shell

HERE = Path(__file__).parent

# Dash's own page, but for its <footer> around the scripts: the page has a footer of its own, and two confuse a reader.
# What Dash asks for once its scripts run is asked for beside them.
INDEX = """<!DOCTYPE html>
<html lang="en">
  <head>{%metas%}<title>{%title%}</title>{%favicon%}{%css%}
    <link rel="preload" href="/_dash-layout" as="fetch" crossorigin>
    <link rel="preload" href="/_dash-dependencies" as="fetch" crossorigin></head>
  <body>{%app_entry%}<div>{%config%}{%scripts%}{%renderer%}</div></body>
</html>
"""


def create_app(settings: Settings | None = None, one_time: OneTimeAddress | None = None) -> Application:
    """The application, ready to be served; reads :class:`Settings` from the environment where none are given."""
    start_up.check()
    settings = settings or Settings.from_environment()
    records = Records(settings.database_url, settings.editions, seconds=settings.statement_seconds)
    accounts = accounts_engine(settings.accounts_url)
    shared = Shared(settings.cache_url) if settings.cache_url else None
    tries = Tries(shared)
    boundaries = read_boundaries(settings.boundaries)
    server = Flask("dashboard", template_folder=str(HERE / "templates"), static_folder=None)
    finalize(server, accounts.dispose)
    server.config["COMPRESS_MIMETYPES"] = static_files.WORTH_COMPRESSING
    one_time = one_time or OneTimeAddress()
    body_limits.install(server, {import_pages.UPLOAD})
    admission.install(server, settings, one_time, accounts)
    server.extensions["records"] = records
    context = AppContext(records, grounds(boundaries))
    bearing = [settings.database_url, boundaries.fingerprint]
    questions = Questions(context, lambda: app.callback_map, settings.secret_key, bearing)
    responses.install(server, questions, Answers(settings.secret_key, shared))
    admission.attend(server, accounts, Pace(shared))
    errors.install(server, records)
    sign_in.install(server, settings, one_time, accounts, tries)
    single_sign_on.install(server, settings, accounts)
    link_entry.install(server, accounts, tries)
    share_pages.install(server, settings, context, accounts)
    link_preview.install(server, context, accounts)
    edition_pages.install(server, records)
    import_pages.install(server, settings, context)
    table_routes.install(server, context, boundaries)
    exhibit_downloads.install(server, context)
    newsletter_pages.install(server, settings, context, accounts)
    calendar_file.install(server, context)
    story_pictures.install(server, context)
    method_pages.install(server, settings, context)
    list_routes.install(server, context)
    slide_show.install(server, context, accounts)
    deck_pages.install(server, context, accounts)
    pack_routes.install(server, context, accounts, boundaries)
    app = Application(
        "dashboard",
        server=server,
        title="SCORE",
        index_string=INDEX,
        update_title=None,
        assets_folder=str(static_files.ASSETS),
        assets_ignore=r"^2\d-",  # style of the managers' own tools
        assets_path_ignore=["present"],  # the slide show has pages and scripts of its own
        compress=True,
        suppress_callback_exceptions=True,
        on_error=errors.tell,
        # An environment variable alone could otherwise open every callback as a tool for agents.
        enable_mcp=False,
    )
    app.layout = shell()
    callbacks.register(app, context)
    static_files.install(app)
    headers.install(server, app)
    return app


def grounds(boundaries: Boundaries) -> dict[str, Ground]:
    """What maps are drawn on, per language."""
    address = f"/boundaries/{boundaries.fingerprint}"
    review = f" · 审图号：{boundaries.review_number}" if boundaries.review_number else ""
    return {
        language: Ground(
            provinces=f"{address}/provinces.geojson",
            inset=f"{address}/south_china_sea.geojson",
            province_codes=boundaries.province_codes,
            inset_codes=boundaries.inset_codes,
            inset_bounds=boundaries.inset_bounds,
            notice=(boundaries.notice_zh if language == "zh" else boundaries.notice_en) + review,
        )
        for language in words.LANGUAGES
    }
