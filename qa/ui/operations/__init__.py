"""Running the page as a service: metrics, readiness, request ids, logs, an orderly end."""
