"""The chat page. Importing this package is cheap: Gradio is loaded when the page is built."""

from qa.ui.server import build_page, create_app, serve

__all__ = ["build_page", "create_app", "serve"]
