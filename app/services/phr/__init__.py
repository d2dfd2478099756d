"""Health records of synthetic people (PHR): FHIR R4 behind SMART App Launch and the person's consent."""

from app.services.phr.app import create_app
from app.services.phr.config import ClientRegistration, Config

__all__ = ["ClientRegistration", "Config", "create_app"]
