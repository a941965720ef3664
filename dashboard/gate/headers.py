"""Response headers: content policy, no framing by other sites, no storing by browsers."""

from dash import Dash
from flask import Flask, Response, request


def install(server: Flask, app: Dash) -> None:
    """Set the headers on every response. Call it after all callbacks are registered: their scripts are hashed."""
    policy = "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {' '.join(app.csp_hashes())}",
            # Dash and plotly set style attributes; without this, charts lose their size.
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )

    @server.after_request
    def headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        cacheable = request.path.startswith(("/_dash-component-suites/", "/assets/")) or response.cache_control.private
        if not cacheable:
            response.headers["Cache-Control"] = "no-store"
        return response
