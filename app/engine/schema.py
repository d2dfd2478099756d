"""JSON Schemas of the definition files, made from the models, so that an editor can complete and check them."""

from __future__ import annotations

import json

from pydantic import BaseModel

from app.engine.allocation import Allocation
from app.engine.definitions import Procedure
from app.engine.life_events import LifeEvent
from app.engine.personas import Persona
from app.engine.vocabulary import Kind

MODELS: dict[str, type[BaseModel]] = {
    "procedure.json": Procedure,
    "life_event.json": LifeEvent,
    "vocabulary.json": Kind,
    "persona.json": Persona,
    "allocation.json": Allocation,
}


def texts() -> dict[str, str]:
    """File name to schema text, as it is stored under ``procedures/schema/``."""
    return {
        name: json.dumps(model.model_json_schema(by_alias=True), ensure_ascii=False, indent=2) + "\n"
        for name, model in MODELS.items()
    }
