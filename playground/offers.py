"""What a prompt can be sent to here: a model at a market whose upstream is configured, or at the rehearsal."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from catalog.models import Listing, Parameter
from playground import upstreams
from playground.upstreams import REHEARSAL

MAIN_MARKET = "openrouter"
AT = {"mistral": "Mistral’s own API", "compatible": "your own server"}


@dataclass(frozen=True)
class Offer:
    """One listing and who would be asked: `openrouter`, `mistral`, `compatible` or `rehearsal`."""

    listing: Listing
    upstream: str

    @property
    def key(self) -> str:
        """What the form sends and a run keeps: the model's id, with the market behind an @ where it is not the main one."""
        market = self.listing.market.slug
        public_id: str = self.listing.model.public_id
        return public_id if market == MAIN_MARKET else f"{public_id}@{market}"

    @property
    def name(self) -> str:
        place = AT.get(self.listing.market.slug)
        return f"{self.listing.model.name} at {place}" if place else str(self.listing.model.name)

    @property
    def is_rehearsal(self) -> bool:
        return self.upstream == REHEARSAL

    @property
    def dialect(self) -> str:
        """Whose form of the API the body has. The rehearsal speaks as the main market does."""
        return MAIN_MARKET if self.is_rehearsal else self.upstream

    def parameters(self) -> dict[str, Parameter]:
        """The parameter table that speaks for it: its own, or where its market tells none that of the model's main listing."""
        own = self.listing.effective_parameters()
        if own or self.listing.is_main:
            return own
        main = next((each for each in self.listing.model.listings.all() if each.is_main), None)
        return main.effective_parameters() if main is not None else own

    @property
    def takes_images(self) -> bool:
        return any(modality.slug == "image" for modality in self.listing.model.input_modalities.all())

    @property
    def has_responses(self) -> bool:
        """Whether it answers the Responses API, as far as known; a server of one's own may."""
        return bool(self.listing.has_responses) or self.upstream == "compatible"


def offers() -> list[Offer]:
    """Everything on offer in the order of its names. A fixed number of queries, however many there are."""
    return of(Listing.objects.for_playground(upstreams.markets()))


def of(listings: Iterable[Any]) -> list[Offer]:
    """The offers that loaded listings are here."""
    return [Offer(listing, upstreams.name_for(listing.market.slug)) for listing in listings]
