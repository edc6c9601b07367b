# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""API Gateway's API for HTTP APIs: of the domains only the regional ones, and each configuration replaced as a
whole."""

from __future__ import annotations

import dataclasses
import typing as t

from . import apigateway
from .apigateway import ApiGateway, Domain, bad_request
from .service import Call, Operation, Service

if t.TYPE_CHECKING:
    from .state import State

_Result = dict[str, t.Any]
_POLICIES = ("TLS_1_0", "TLS_1_2")


class ApiGatewayV2(Service):
    """The same domains as those of the other API."""

    name = "apigatewayv2"

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.operations: dict[str, Operation] = {
            "CreateDomainName": self.create,
            "GetDomainName": self.get,
            "GetDomainNames": self.list_page,
            "UpdateDomainName": self.update,
            "DeleteDomainName": self.delete,
        }

    @property
    def _first(self) -> ApiGateway:
        return t.cast("ApiGateway", self.state.services["apigateway"])

    def admit(self, call: Call) -> None:
        self._first.admit(call)

    def resource(self, call: Call) -> str:
        return apigateway.resource(call)

    def context(self, call: Call) -> t.Mapping[str, t.Sequence[str]]:
        return apigateway.context(self._first.domains, call)

    def needs(self, call: Call) -> t.Sequence[tuple[str, str]]:
        return apigateway.needs(self._first.domains, call)

    def create(self, call: Call) -> _Result:
        given = self._configuration(call)
        item = self._first.add(
            call,
            call.params["DomainName"],
            "REGIONAL",
            given["CertificateArn"],
            given.get("SecurityPolicy") or "TLS_1_2",
        )
        item.tags |= call.params.get("Tags") or {}
        return self._values(item)

    def get(self, call: Call) -> _Result:
        return self._values(self._regional(call))

    def list_page(self, call: Call) -> _Result:
        regional = [
            (name, item) for name, item in sorted(self._first.domains.own(call).items()) if item.type == "REGIONAL"
        ]
        found, token = apigateway.page(regional, call.params.get("MaxResults"), call.params.get("NextToken"))
        answer: _Result = {"Items": [self._values(item) for item in found]}
        return answer | ({"NextToken": token} if token else {})

    def update(self, call: Call) -> _Result:
        item, given = self._regional(call), self._configuration(call)
        self._first.refuse_updating(item)
        # what the configuration leaves out is as if it had never been set
        item.policy, item.address_type = given.get("SecurityPolicy") or "TLS_1_2", given.get("IpAddressType") or "ipv4"
        item.ownership_arn = given.get("OwnershipVerificationCertificateArn") or ""
        self._first.serve(call, item, given["CertificateArn"], self._first.update_seconds(item))
        return self._values(item)

    def delete(self, call: Call) -> None:
        self._first.delete(_as_first(call))

    def _regional(self, call: Call) -> Domain:
        item = self._first.existing(call, call.params["DomainName"])
        if item.type != "REGIONAL":
            raise bad_request("Only regional domain names are supported by this API.")
        return item

    @staticmethod
    def _configuration(call: Call) -> t.Mapping[str, t.Any]:
        given = call.params.get("DomainNameConfigurations") or []
        if (
            len(given) != 1
            or not given[0].get("CertificateArn")
            or given[0].get("EndpointType", "REGIONAL") != "REGIONAL"
        ):
            raise bad_request("Exactly one configuration with a certificate and the endpoint type REGIONAL is needed.")
        if given[0].get("SecurityPolicy", "TLS_1_2") not in _POLICIES:
            raise bad_request(f"The security policy must be one of {', '.join(_POLICIES)}.")
        return t.cast("t.Mapping[str, t.Any]", given[0])

    def _values(self, item: Domain) -> _Result:
        configuration = {
            "ApiGatewayDomainName": item.target,
            "CertificateArn": item.certificate_arn,
            "CertificateUploadDate": item.uploaded,
            "DomainNameStatus": item.status_at(self.state.timestamp()),
            "EndpointType": item.type,
            "HostedZoneId": "Z1UJRXOUMOOFQ8",
            "SecurityPolicy": item.policy,
            "IpAddressType": item.address_type,
        }
        if item.ownership_arn:
            configuration["OwnershipVerificationCertificateArn"] = item.ownership_arn
        return {
            "DomainName": item.name,
            "DomainNameArn": item.arn,
            "DomainNameConfigurations": [configuration],
            "Tags": item.tags,
        }


def _as_first(call: Call) -> Call:
    return dataclasses.replace(call, params={"domainName": call.params["DomainName"]})
