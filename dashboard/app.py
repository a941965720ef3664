"""Assembles the application; nothing else knows all its parts."""

from pathlib import Path
from weakref import finalize

from flask import Flask

import callbacks
from callbacks.asking import Held
from dashboard import (
    answers,
    arranging,
    asked_before,
    bodies,
    calendar_file,
    delivery,
    editions,
    gate,
    headers,
    how,
    importing,
    linking,
    newsletter,
    packing,
    presenting,
    record_tables,
    seeing,
    sharing,
    signing,
    single_sign_on,
    story_pictures,
    taking_out,
    trouble,
)
from dashboard.delivery import Application
from dashboard.gate import OneTimeAddress
from dashboard.keeping import Answers
from dashboard.pace import Pace
from dashboard.questions import Questions
from dashboard.settings import Settings
from dashboard.shared import Shared
from dashboard.trying import Tries
from data.accounts import accounts_engine
from data.places import Boundaries, read_boundaries
from data.record import Records
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
    settings = settings or Settings.from_environment()
    records = Records(settings.database_url, settings.editions, seconds=settings.statement_seconds)
    accounts = accounts_engine(settings.accounts_url)
    shared = Shared(settings.cache_url) if settings.cache_url else None
    tries = Tries(shared)
    boundaries = read_boundaries(settings.boundaries)
    server = Flask("dashboard", template_folder=str(HERE / "templates"), static_folder=None)
    finalize(server, accounts.dispose)
    server.config["COMPRESS_MIMETYPES"] = delivery.WORTH_COMPRESSING
    one_time = one_time or OneTimeAddress()
    bodies.install(server, {importing.UPLOAD})
    gate.install(server, settings, one_time, accounts)
    server.extensions["records"] = records
    held = Held(records, grounds(boundaries))
    bearing = [settings.database_url, boundaries.fingerprint]
    questions = Questions(held, lambda: app.callback_map, settings.secret_key, bearing)
    asked_before.install(server, questions, Answers(settings.secret_key, shared))
    gate.attend(server, accounts, Pace(shared))
    trouble.install(server, records)
    signing.install(server, settings, one_time, accounts, tries)
    single_sign_on.install(server, settings, accounts)
    linking.install(server, accounts, tries)
    sharing.install(server, settings, held, accounts)
    seeing.install(server, held, accounts)
    editions.install(server, records)
    importing.install(server, settings, held)
    answers.install(server, held, boundaries)
    taking_out.install(server, held)
    newsletter.install(server, settings, held, accounts)
    calendar_file.install(server, held)
    story_pictures.install(server, held)
    how.install(server, settings, held)
    record_tables.install(server, held)
    presenting.install(server, held, accounts)
    arranging.install(server, held, accounts)
    packing.install(server, held, accounts, boundaries)
    app = Application(
        "dashboard",
        server=server,
        title="SCORE",
        index_string=INDEX,
        update_title=None,
        assets_folder=str(delivery.ASSETS),
        assets_ignore=r"^2\d-",  # style of the managers' own tools
        assets_path_ignore=["present"],  # the slide show has pages and scripts of its own
        compress=True,
        suppress_callback_exceptions=True,
        on_error=trouble.tell,
        # An environment variable alone could otherwise open every callback as a tool for agents.
        enable_mcp=False,
    )
    app.layout = shell()
    callbacks.register(app, held)
    delivery.install(app)
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
