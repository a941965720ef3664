"""How gunicorn serves the application outside the local mode; every setting can be overridden on its command line."""

import os

bind = f"0.0.0.0:{os.environ.get('PORT', '8050')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"  # slow clients hold a thread, not a worker
threads = 4
timeout = 60
graceful_timeout = 30
max_requests = 10_000
max_requests_jitter = 1_000
# gunicorn 27 would open a control socket below the home directory, which many hosts mount read-only.
control_socket_disable = True
