# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control interface under /_sandbox/: what a test or a person does to the sandbox that no AWS client could. JSON
in, JSON out.

- ``GET calls``, ``DELETE calls``: the call log.
- ``GET settings``, ``POST settings {name: value, …}``: see state.Settings.
- ``GET faults``, ``POST faults {service, operation, kind, when, skip, count, seconds, pid, pgid, code}``, ``DELETE
faults``: see faults.Fault.
- ``GET clock``, ``POST clock {advance_seconds}``: deploys, propagation, lapses and expiries follow.
- ``GET sns/outbox``, ``POST sns/confirm {endpoint, topic_arn?}``, ``POST sns/unsubscribe {endpoint, topic_arn?}``: what
mail does.
- ``GET edge``: where clients connect to: listeners of load balancers and domains of API Gateway, each with the address
that serves for it.
- ``POST dns/delegate {zone_id}``: which of several public zones with one name the registrar points to.
- ``POST cloudfront/icp {cname, status}``: what the authorities in China say of an alias.
- ``POST fleet {projects: [{name, domains, not_before, not_after, aliases?, store?}, …]}``: certificates and
distributions, see fleet.put.
- ``POST stacks {region, name, description?, parameters?, resources?, …}``, ``POST stacks/remove {region, name}``,
``POST functions {region, name, environment?, …}``: what somebody deployed by CloudFormation; see cloudformation.Stack.
- ``POST acm/approve {arn}``: what follows a validation mail; ``POST acm/renew {arn}``: lets ACM's own renewal begin
now.
- ``POST accounts {access_key, account, partition}``: gives an access key to another account, of the global partition
  unless another one is named.
- ``POST reset``: everything as after the start.
"""

from __future__ import annotations

import dataclasses
import json
import typing as t

from . import fleet
from .service import Response
from .state import DEFAULT_ACCOUNT, PARTITIONS, State
from .wire import Environ, read_body

if t.TYPE_CHECKING:
    from .cloudformation import CloudFormation
    from .lambda_functions import Lambda

PREFIX = "/_sandbox/"

_Handler = t.Callable[[State, t.Mapping[str, t.Any]], t.Any]


def answer(state: State, environ: Environ) -> Response:
    """The JSON answer to one control request; 400 tells what is wrong with it."""
    route = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO'][len(PREFIX) :].strip('/')}"
    handler = _ROUTES.get(route)
    if handler is None:
        return _json(404, {"error": f"no {route}", "routes": sorted(_ROUTES)})
    try:
        values = json.loads(read_body(environ) or b"{}")
        with state.lock:
            return _json(200, handler(state, dict(values)))
    except (ValueError, TypeError, KeyError, StopIteration) as exc:
        return _json(400, {"error": str(exc)})


def _json(status: int, value: t.Any) -> Response:
    return Response(status, json.dumps(value, default=str).encode(), (("Content-Type", "application/json"),))


def _calls(state: State, values: t.Mapping[str, t.Any]) -> t.Any:
    return state.calls.listing()


def _clear_calls(state: State, values: t.Mapping[str, t.Any]) -> t.Any:
    state.calls.clear()
    return {}


def _settings(state: State, values: t.Mapping[str, t.Any]) -> t.Any:
    return dataclasses.asdict(state.settings)


def _change_settings(state: State, values: t.Mapping[str, t.Any]) -> t.Any:
    state.settings.update(values)
    return dataclasses.asdict(state.settings)


def _faults(state: State, values: t.Mapping[str, t.Any]) -> t.Any:
    return state.faults.listing()


def _add_fault(state: State, values: t.Mapping[str, t.Any]) -> t.Any:
    return dataclasses.asdict(state.faults.add(values))


def _clear_faults(state: State, values: t.Mapping[str, t.Any]) -> t.Any:
    state.faults.clear()
    return {}


def _clock(state: State, values: t.Mapping[str, t.Any]) -> t.Any:
    return {"now": state.now().isoformat(), "offset_seconds": state.offset}


def _advance(state: State, values: t.Mapping[str, t.Any]) -> t.Any:
    state.advance(float(values["advance_seconds"]))
    return _clock(state, values)


def _account(state: State, values: t.Mapping[str, t.Any]) -> t.Any:
    account = str(values["account"])
    if len(account) != 12 or not account.isdigit():
        raise ValueError("an account ID has 12 digits")
    partition = str(values.get("partition") or PARTITIONS[0])
    if partition not in PARTITIONS:
        raise ValueError(f"a partition is one of {', '.join(PARTITIONS)}")
    state.accounts[str(values["access_key"])] = (account, partition)
    return {access_key: known for access_key, (known, _partition) in state.accounts.items()}


def _fleet(state: State, values: t.Mapping[str, t.Any]) -> t.Any:
    return fleet.put(state, DEFAULT_ACCOUNT, values["projects"])


def _stack(state: State, values: t.Mapping[str, t.Any]) -> t.Any:
    stacks = t.cast("CloudFormation", state.services["cloudformation"])
    return {"id": stacks.put(_account_of(values), str(values["region"]), values).id}


def _remove_stack(state: State, values: t.Mapping[str, t.Any]) -> t.Any:
    stacks = t.cast("CloudFormation", state.services["cloudformation"])
    stacks.remove(DEFAULT_ACCOUNT, str(values["region"]), str(values["name"]))
    return {}


def _function(state: State, values: t.Mapping[str, t.Any]) -> t.Any:
    functions = t.cast("Lambda", state.services["lambda"])
    return {"arn": functions.put(_account_of(values), str(values["region"]), values).arn}


def _account_of(values: t.Mapping[str, t.Any]) -> str:
    return str(values.get("account", DEFAULT_ACCOUNT))


def _edge(state: State, values: t.Mapping[str, t.Any]) -> t.Any:
    return [
        {
            "service": one.service,
            "arn": one.arn,
            "host": one.host,
            "port": one.port,
            "address": state.edges.address(one.arn) if state.edges else None,
        }
        for one in state.endpoints()
    ]


def _approve(state: State, values: t.Mapping[str, t.Any]) -> t.Any:
    state.acm.approve(str(values["arn"]))
    return {}


def _renew(state: State, values: t.Mapping[str, t.Any]) -> t.Any:
    state.acm.make_due(str(values["arn"]))
    return {}


def _icp(state: State, values: t.Mapping[str, t.Any]) -> t.Any:
    state.cloudfront.set_icp_status(str(values["cname"]), str(values["status"]))
    return {}


def _outbox(state: State, values: t.Mapping[str, t.Any]) -> t.Any:
    return state.sns.outbox()


def _confirm(state: State, values: t.Mapping[str, t.Any]) -> t.Any:
    return {"confirmed": state.sns.confirm(str(values["endpoint"]), values.get("topic_arn"))}


def _unsubscribe(state: State, values: t.Mapping[str, t.Any]) -> t.Any:
    return {"unsubscribed": state.sns.unsubscribe_by_mail(str(values["endpoint"]), values.get("topic_arn"))}


def _delegate(state: State, values: t.Mapping[str, t.Any]) -> t.Any:
    zone = next(zone for zone in state.route53.public_zones() if zone.id == str(values["zone_id"]).rpartition("/")[2])
    state.dns.registrar[zone.name] = zone.id
    return {"name": zone.name}


def _issued(state: State, values: t.Mapping[str, t.Any]) -> t.Any:
    return list(state.issued)


def _revoked(state: State, values: t.Mapping[str, t.Any]) -> t.Any:
    return list(state.revoked)


def _snapshot(state: State, values: t.Mapping[str, t.Any]) -> t.Any:
    state.snapshot(str(values["name"]))
    return {}


def _restore(state: State, values: t.Mapping[str, t.Any]) -> t.Any:
    state.restore(str(values["name"]))
    return {}


def _reset(state: State, values: t.Mapping[str, t.Any]) -> t.Any:
    state.reset()
    return {}


_ROUTES: dict[str, _Handler] = {
    "GET calls": _calls,
    "DELETE calls": _clear_calls,
    "GET settings": _settings,
    "POST settings": _change_settings,
    "GET faults": _faults,
    "POST faults": _add_fault,
    "DELETE faults": _clear_faults,
    "GET clock": _clock,
    "POST clock": _advance,
    "POST accounts": _account,
    "POST fleet": _fleet,
    "POST stacks": _stack,
    "POST stacks/remove": _remove_stack,
    "POST functions": _function,
    "GET edge": _edge,
    "POST acm/approve": _approve,
    "POST acm/renew": _renew,
    "POST cloudfront/icp": _icp,
    "POST dns/delegate": _delegate,
    "GET sns/outbox": _outbox,
    "POST sns/confirm": _confirm,
    "POST sns/unsubscribe": _unsubscribe,
    "GET acme/issued": _issued,
    "GET acme/revoked": _revoked,
    "POST snapshot": _snapshot,
    "POST restore": _restore,
    "POST reset": _reset,
}
