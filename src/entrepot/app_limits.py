"""Which quotas and rates the settings ask for, as the services take them."""

from __future__ import annotations

from collections.abc import Iterator

from entrepot.fronts.aws_json import DOOR
from entrepot.rules.quotas import Quota
from entrepot.rules.rate_limits import ECR_RATES, Rate, Rates, rates_of
from entrepot.settings import Settings, SettingsError
from entrepot.settings_limits import RateText


def quotas(settings: Settings) -> dict[str, int]:
    """The quotas that hold where no operator has set another, by name; one that is not there has no limit."""
    given: dict[Quota, int | None] = {
        "repositories": settings.quota_repositories,
        "images_per_repository": settings.quota_images_per_repository,
        "images_per_registry": settings.quota_images_per_registry,
        "repository_bytes": settings.quota_repository_bytes,
        "registry_bytes": settings.quota_registry_bytes,
    }
    return {name: value for name, value in given.items() if value is not None}


def rates(settings: Settings) -> Rates | None:
    """The rates in force; None where there may be any number. Raises SettingsError for an unknown operation."""
    if not settings.rate_limits:
        return None
    services = {**DOOR.json, **DOOR.query}
    known = {name: frozenset(service.model.operations) for name, service in services.items()}
    try:
        return rates_of(_entries(settings), known)
    except LookupError as error:
        raise SettingsError(f"rate_limits: there is no operation '{error.args[0]}'") from None


def _entries(settings: Settings) -> Iterator[tuple[str, Rate]]:
    for each in settings.rate_limits:
        if isinstance(each, RateText):
            yield each.operation, Rate(each.thousandths, each.burst)
        else:
            yield from ECR_RATES.items()
