"""How gunicorn serves the application outside the local mode; every setting can be overridden on its command line."""

import os
import sys
from threading import Thread
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from dashboard import static_files
from dashboard.commands.console import ACCOUNTS_HELP
from dashboard.settings import Settings, SettingsProblem
from data.storage.accounts import AccountsProblem, accounts_engine

bind = f"0.0.0.0:{os.environ.get('PORT', '8050')}"
# A process a core: one core works out an answer. More only hold more memory and connections (docs/performance.md).
workers = int(os.environ.get("WEB_CONCURRENCY") or max(2, min(os.cpu_count() or 2, 8)))
worker_class = "gthread"  # slow clients hold a thread, not a worker
threads = 4
# Each worker loads the application itself. Loaded before they part it would share some memory, but SIGHUP would bring
# no new code, and what is opened while loading (connections, the folder of upgraded editions) would be everyone's.
preload_app = False
timeout = 60
graceful_timeout = 30  # on SIGHUP and SIGTERM what is being answered is answered, and new workers take what comes
# A worker begins anew now and then, whatever it may have gathered; not so often that anyone notices.
max_requests = 200_000
max_requests_jitter = 20_000
# gunicorn 27 would open a control socket below the home directory, which many hosts mount read-only.
control_socket_disable = True


def on_starting(_server: object) -> None:
    """Say once what would stop every worker, and make what workers share before they race to."""
    static_files.prepare()
    try:
        accounts_engine(Settings.from_environment().accounts_url).dispose()
    except SettingsProblem as problem:
        sys.exit(str(problem))
    except AccountsProblem as problem:
        sys.exit(f"{ACCOUNTS_HELP[problem.reason]} ({problem.detail})")
    except (SQLAlchemyError, OSError) as error:
        sys.exit(f"The accounts database (SCORE_ACCOUNTS_URL) cannot be used: {error.__cause__ or error}")


def post_worker_init(worker: Any) -> None:
    """Read the record while nobody asks yet: a large one takes some seconds."""
    Thread(target=worker.wsgi.server.extensions["records"].read_ahead, daemon=True).start()
