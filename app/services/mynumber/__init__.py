"""Identity, registers and signing of the simulated My Number system."""

from app.services.mynumber.app import BrowserOnly, create_app
from app.services.mynumber.config import ClientRegistration, Config

__all__ = ["BrowserOnly", "ClientRegistration", "Config", "create_app"]
