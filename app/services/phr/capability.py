"""The CapabilityStatement: what the endpoint can do, made from the tables that it works by."""

from __future__ import annotations

from typing import Any

from app.services.phr import codes
from app.services.phr.scopes import TYPES
from app.services.phr.search import COMMON, PARAMETERS

_PROFILES = {
    "Patient": "JP_Patient",
    "Coverage": "JP_Coverage",
    "Immunization": "JP_Immunization",
    "Observation": "JP_Observation_Common",
    "DiagnosticReport": "JP_DiagnosticReport_Common",
    "MedicationStatement": "JP_MedicationStatement",
    "MedicationDispense": "JP_MedicationDispense",
    "AllergyIntolerance": "JP_AllergyIntolerance",
}
_SMART = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"


def statement(url: str) -> dict[str, Any]:
    """For the endpoint at a URL."""
    base = url.rsplit("/", 1)[0]
    uris = {"authorize": base + "/authorize", "token": base + "/token", "manage": base + "/consents"}
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "experimental": True,
        "date": "2026-11-01",
        "kind": "instance",
        "implementation": {"description": "ひとまど 健康記録（模擬）", "url": url},
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [
            {
                "mode": "server",
                "security": {
                    "service": [
                        codes.concept(
                            "SMART-on-FHIR", codes.coding(codes.HL7 + "restful-security-service", "SMART-on-FHIR")
                        )
                    ],
                    "extension": [
                        {"url": _SMART, "extension": [{"url": name, "valueUri": uri} for name, uri in uris.items()]}
                    ],
                },
                "resource": [_resource(name) for name in TYPES],
            }
        ],
    }


def _resource(name: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": name,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "versioned",
        "readHistory": False,
        "searchParam": [{"name": each, "type": kind} for each, (kind, _) in (PARAMETERS[name] | COMMON).items()],
    }
    if name in _PROFILES:
        found["supportedProfile"] = [codes.JP_CORE + _PROFILES[name]]
    if name == "Patient":
        definition = "http://hl7.org/fhir/OperationDefinition/Patient-everything"
        found["operation"] = [{"name": "everything", "definition": definition}]
    if name == "Composition":
        definition = "http://hl7.org/fhir/OperationDefinition/Composition-document"
        found["operation"] = [{"name": "document", "definition": definition}]
    return found
