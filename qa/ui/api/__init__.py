"""The library for programs: a REST API and an MCP server."""

from qa.ui.api.app import create_app, mount_api

__all__ = ["create_app", "mount_api"]
