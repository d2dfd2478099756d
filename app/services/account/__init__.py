"""公金受取口座: registration of one account in one's own name, look-ups by offices, corrections, and a mock bank (模擬)."""

from app.services.account.app import create_app
from app.services.account.config import Config

__all__ = ["Config", "create_app"]
