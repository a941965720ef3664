"""Serves the application to one person on the loopback, with gunicorn as in the Procfile."""

from typing import Any

import click
from gunicorn.app.base import BaseApplication

from dashboard import static_files
from dashboard.app import create_app
from dashboard.gate.admission import OneTimeAddress
from dashboard.settings import Settings

HOST = "127.0.0.1"


class _LocalServer(BaseApplication):
    """gunicorn with one worker, so that only one process knows the one-time address."""

    def __init__(self, settings: Settings, port: int) -> None:
        self._settings = settings
        self._port = port
        self._one_time = OneTimeAddress()
        super().__init__()

    def load_config(self) -> None:
        address = f"http://{HOST}:{self._port}/enter/{self._one_time.token}"

        def ready(_server: object) -> None:
            click.echo(f"\n  SCORE Results is at:  {address}\n  (opens once; stop with Ctrl+C)\n")

        for name, value in {
            "bind": f"{HOST}:{self._port}",
            "workers": 1,
            "threads": 8,
            "worker_class": "gthread",
            "when_ready": ready,
            "loglevel": "warning",
            "control_socket_disable": True,
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return create_app(self._settings, self._one_time).server


def serve_local(settings: Settings, port: int) -> None:
    """Serve until stopped. Prints the one-time address when the server listens."""
    static_files.prepare()
    _LocalServer(settings, port).run()
