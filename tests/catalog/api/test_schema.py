"""The API against its own OpenAPI document: schemathesis asks whatever the document allows, and much that it does not.

It runs in this process, through WSGI, so that it reads the test's own rows. Undocumented statuses, content types and shapes
fail, as does a wrong parameter that is answered as if it were right.
"""

import re
from datetime import date, time

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import negative_data_rejection

from catalog.models import Endpoint
from tests.factories import make_alias, make_listing, make_model, make_parameter, make_period, make_priced, make_rate

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:schemathesis.*"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:hypothesis.*"),
]
NAMES = {"vendor": "mistralai", "slug": "a"}
# Two parameters that are each as documented may still contradict one another (cached tokens above all tokens), a day may
# lie before any model: such a request is refused with 400, which the document says, too.
CONFIG = {
    "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "400", "404"]}},
}


@pytest.fixture
def some_models(db: None) -> None:
    model = make_priced("a", "1.00", "2.00", reads="text,image", description="Text.", knowledge_cutoff=date(2025, 1, 1))
    listing = model.main_listing()
    make_parameter(listing, "temperature", default="0.3")
    period = listing.periods.get()
    make_rate(period, "input", "4.00", over_prompt_tokens=128_000)
    make_rate(period, "input", "1.00", utc_start=time(16, 30), utc_end=time(0, 30))
    make_rate(period, "input", "1.00", is_batch=True)
    make_alias(model, "latest")
    make_listing(make_model("unpriced", context_length=None, released_on=None), listed_on=None)
    make_period(make_listing(make_model("gone"), delisted_on=date(2026, 1, 1)), "1.00", "1.00")
    for tag in ("acme/eu", "bare"):
        Endpoint.objects.create(
            listing=listing,
            tag=tag,
            provider="Acme",
            seen_on=date(2026, 1, 1),
            rates=[{"component": "input", "amount": "0.000002"}],
            discount="0.25",
            status=0,
            uptime="99.5",
        )


@pytest.fixture
def document(some_models: None):
    return schemathesis.openapi.from_wsgi(
        "/api/v1/openapi.json", get_wsgi_application(), config=SchemathesisConfig.from_dict(CONFIG)
    )


PATHS = (
    "/api/v1/models",
    "/api/v1/models/count",
    "/api/v1/model/{vendor}/{slug}",
    "/api/v1/models/{vendor}/{slug}/endpoints",
    "/api/v1/costs",
)


# With a wrong path there is nothing to tell from a name that nobody has: both are 404.
ASKED = [
    (path, mode) for path in PATHS for mode in GenerationMode if mode is GenerationMode.POSITIVE or "{" not in path
]


@pytest.mark.parametrize(("path", "mode"), ASKED, ids=[f"{path} {mode.value}" for path, mode in ASKED])
def test_no_answer_is_undocumented(document, path, mode):
    operation = document[path]["GET"]

    seen: set[int] = set()

    @settings(max_examples=50, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode), is_known=st.booleans())
    def ask(case, is_known):
        if is_known and case.path_parameters:
            case.path_parameters = dict(NAMES)
        answer = case.call()
        # A blank parameter counts as absent, as the document says in words; its schema has no way to say so.
        is_blank = re.search(r"[?&][^=&]*=(&|$)", answer.request.url)
        case.validate_response(answer, excluded_checks=[negative_data_rejection] if is_blank else [])
        seen.add(answer.status_code)

    ask()
    assert seen & ({200} if mode is GenerationMode.POSITIVE else {400}), f"only {seen}: nothing was tried"


def test_the_paths_are_all_that_the_document_has(document):
    assert {result.ok().path for result in document.get_all_operations()} == set(PATHS)
