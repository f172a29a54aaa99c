"""Offering the names of a catalog in the forms of the Prefect UI, so that nobody has to type one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.exceptions import ObjectNotFound

from platformctl.catalog.catalog import Catalog

_FORMS: Final = {"plan-fleet/manual": ("modules", "hosts"), "smoke-module/manual": ("module",)}
"""The parameters, by deployment, that name modules or hosts. What is created by programs stays free."""


@task(task_run_name="offer choices", cache_policy=NO_CACHE, persist_result=False)
def offer_choices(catalog: Catalog) -> None:
    """Let the forms offer what is declared now; where they do already, nothing is written."""
    offer(catalog)


def offer(catalog: Catalog) -> None:
    """Write the names into the deployments that the server has."""
    modules = [module.name for module in catalog.modules]
    names = {"modules": modules, "module": modules, "hosts": [host.name for host in catalog.hosts]}
    with get_client(sync_client=True) as client:
        for deployment, parameters in _FORMS.items():
            _offer(client, deployment, {parameter: names[parameter] for parameter in parameters})


def _offer(client: SyncPrefectClient, name: str, choices: Mapping[str, Sequence[str]]) -> None:
    try:
        deployment = client.read_deployment_by_name(name)
    except ObjectNotFound:
        return
    schema: dict[str, Any] = dict(deployment.parameter_openapi_schema or {})
    properties = schema.get("properties", {})
    offered = {
        **properties,
        **{key: _with_choices(properties[key], names) for key, names in choices.items() if key in properties},
    }
    if offered != properties:
        update = DeploymentUpdate(parameter_openapi_schema={**schema, "properties": offered})
        client.update_deployment(deployment.id, update)


def _with_choices(schema: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return the schema of a name, or of a list of names, with the names that there are."""
    if schema.get("type") == "array":
        return {**schema, "items": {"type": "string", "enum": list(names)}, "uniqueItems": True}
    kept = {key: value for key, value in schema.items() if key not in {"pattern", "patternErrorMessage"}}
    return {**kept, "enum": list(names)}
