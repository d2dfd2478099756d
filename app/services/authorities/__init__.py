"""The offices and companies that receive applications: arrival numbers, review in simulated time, effects on registers."""

from .app import create_app
from .config import Config

__all__ = ["Config", "create_app"]
