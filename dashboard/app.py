"""Assembles the application from its parts."""

from pathlib import Path
from weakref import finalize

from flask import Flask

import callbacks
from callbacks.requests.page_request import AppContext
from dashboard import start_up, static_files
from dashboard.cache import responses
from dashboard.cache.redis_store import SharedRedis
from dashboard.cache.response_keys import CacheKeys
from dashboard.cache.response_store import ResponseCache
from dashboard.gate import admission, body_limits, headers, link_entry, link_preview, sign_in, single_sign_on
from dashboard.gate.admission import OneTimeAddress
from dashboard.gate.login_attempts import LoginAttempts
from dashboard.gate.rate_limit import RateLimit
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
from layouts.parts.shell import shell

HERE = Path(__file__).parent

# The page of Dash without its <footer> around the scripts: our page has a footer, and two confuse screen readers.
# The two preloads are requests that Dash sends once its scripts run. They now load at the same time as the scripts.
INDEX = """<!DOCTYPE html>
<html lang="en">
  <head>{%metas%}<title>{%title%}</title>{%favicon%}{%css%}
    <link rel="preload" href="/_dash-layout" as="fetch" crossorigin>
    <link rel="preload" href="/_dash-dependencies" as="fetch" crossorigin></head>
  <body>{%app_entry%}<div>{%config%}{%scripts%}{%renderer%}</div></body>
</html>
"""


def create_app(settings: Settings | None = None, one_time: OneTimeAddress | None = None) -> Application:
    """The application, ready to serve. Without `settings` it reads them from the environment.

    Raises TypeError where an exhibit is not whole.
    """
    start_up.check()
    settings = settings or Settings.from_environment()
    records = Records(settings.database_url, settings.editions, seconds=settings.statement_seconds)
    accounts = accounts_engine(settings.accounts_url)
    shared = SharedRedis(settings.cache_url) if settings.cache_url else None
    login_attempts = LoginAttempts(shared)
    boundaries = read_boundaries(settings.boundaries)
    server = Flask("dashboard", template_folder=str(HERE / "templates"), static_folder=None)
    finalize(server, accounts.dispose)
    server.config["COMPRESS_MIMETYPES"] = static_files.WORTH_COMPRESSING
    one_time = one_time or OneTimeAddress()
    body_limits.install(server, {import_pages.UPLOAD})
    admission.install(server, settings, one_time, accounts)
    server.extensions["records"] = records
    context = AppContext(records, grounds(boundaries))
    keys = CacheKeys(
        context, lambda: app.callback_map, settings.secret_key, [settings.database_url, boundaries.fingerprint]
    )
    responses.install(server, keys, ResponseCache(settings.secret_key, shared))
    admission.limit_link_viewers(server, accounts, RateLimit(shared))
    errors.install(server, records)
    sign_in.install(server, settings, one_time, accounts, login_attempts)
    single_sign_on.install(server, settings, accounts)
    link_entry.install(server, accounts, login_attempts)
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
        assets_ignore=r"^2\d-",  # style sheets of the managers' tools
        assets_path_ignore=["present"],  # the slide show has its own pages and scripts
        compress=True,
        suppress_callback_exceptions=True,
        on_error=errors.show_callback_error,
        # Without this, an environment variable alone could offer every callback as a tool for agents.
        enable_mcp=False,
    )
    app.layout = shell()
    callbacks.register(app, context)
    static_files.install(app)
    headers.install(server, app)
    return app


def grounds(boundaries: Boundaries) -> dict[str, Ground]:
    """The base map per language."""
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
