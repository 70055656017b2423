"""The master key, and what it wraps."""

from __future__ import annotations

import asyncio
from itertools import groupby

from entrepot import app as composition
from entrepot.context import App, KmsKeyRef, Registry
from entrepot.doctor.site import Site
from entrepot.errors import KeyUnavailable, KeyUnreachable
from entrepot.meta import diagnosis
from entrepot.meta.diagnosis import DataKeyName
from entrepot.meta.times import from_micros
from entrepot.rules.doctor import keys
from entrepot.rules.doctor.finding import Finding
from entrepot.rules.doctor.keys import KeyFacts, KmsFact
from entrepot.rules.kms_keys import MATERIAL, is_material

_ENABLED = "Enabled"
_RESTORE = "restore the master key from where it was backed up apart from the rest"


async def check_master(site: Site) -> list[Finding]:
    """Whether the master key is there, and the one that sealed the data."""
    try:
        await asyncio.to_thread(composition.require_deployment, site.settings)
    except KeyUnreachable as error:
        remedy = "see that the service of the setting master_key answers, and takes this machine's credentials"
        return [Finding("master-key-unreachable", "error", error.message.rstrip("."), remedy)]
    except KeyUnavailable as error:
        # The last sentence says what to do, where there are several.
        what, _, remedy = error.message.rstrip(".").rpartition(". ")
        return [Finding("master-key", "error", what or remedy, remedy if what else _RESTORE)]
    return []


async def check(site: Site) -> list[Finding]:
    """Opens every data key, except those under keys of KMS that may not be used, which are findings themselves."""
    app = site.opened
    names = await app.db.read(diagnosis.data_key_names)
    rows = await app.db.read(diagnosis.kms_key_rows)
    states = dict(rows.values())
    broken: list[str] = []
    for each in names:
        kms = rows.get(each.scope.removeprefix(MATERIAL), (None, ""))[0] if is_material(each.scope) else each.kms_key_id
        if (kms is None or states.get(kms) == _ENABLED) and not await _opens(app, each, kms):
            broken.append(each.scope)
    return list(keys.judge(KeyFacts(len(names), broken, await _kms_facts(app))))


async def _opens(app: App, name: DataKeyName, kms_key_id: int | None) -> bool:
    try:
        if is_material(name.scope):
            if kms_key_id is not None:
                await app.keyring.material(kms_key_id, name.id)
        else:
            await app.keyring.by_id(name.id)
    except (KeyUnavailable, LookupError):
        return False
    return True


async def _kms_facts(app: App) -> list[KmsFact]:
    uses = await app.db.read(diagnosis.unusable_kms_keys)
    facts: list[KmsFact] = []
    for key, group in groupby(uses, key=lambda each: (each.account, each.region, each.key_id, each.state)):
        members = list(group)
        deletion = members[0].deletion_at
        gone = None if deletion is None else f"{from_micros(deletion):%Y-%m-%d}"
        account, region, key_id, state = key
        names = [each.repository for each in members]
        facts.append(KmsFact(KmsKeyRef(Registry(account, region), key_id).arn, key_id, state, gone, names))
    return facts
