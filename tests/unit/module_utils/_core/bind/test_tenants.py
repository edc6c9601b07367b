# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tenant goes back to CloudFront byte for byte, but for its certificate and what a request may not have."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind import tenants
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.tenants import Tenant

OLD, NEW = "arn:old", "arn:new&<1>"
NEW_XML = "<Certificate><Arn>arn:new&amp;&lt;1&gt;</Arn></Certificate>"
HEAD = "<?xml version='1.0'?>\n"
ACL = "<WebAcl><Action>override</Action><Arn>acl</Arn></WebAcl>"
GEO = "<GeoRestrictions><RestrictionType>none</RestrictionType></GeoRestrictions>"
TOMORROW = "<Setting a='>'><Id>kept</Id></Setting>"


def answer(customizations: str) -> bytes:
    return (
        f"{HEAD}<DistributionTenant xmlns='n'><Id>dt_1</Id><DistributionId>E1</DistributionId><Name>a</Name>"
        "<Arn>x</Arn>"
        "<Domains><member><Domain>a.example.com</Domain><Status>active</Status><ServeOn>any</ServeOn></member></Domains>"
        f"<Tags><Items><Tag><Key>k</Key></Tag></Items></Tags>{customizations}<Parameters/>{TOMORROW}"
        "<CreatedTime>1</CreatedTime><LastModifiedTime>1</LastModifiedTime><Enabled>true</Enabled>"
        "<Status>Deployed</Status></DistributionTenant>"
    ).encode()


def request(customizations: str) -> str:
    return (
        f"{HEAD}<UpdateDistributionTenantRequest xmlns='n'><DistributionId>E1</DistributionId>"
        "<Domains><member><Domain>a.example.com</Domain><ServeOn>any</ServeOn></member></Domains>"
        f"{customizations}<Parameters/>{TOMORROW}<Enabled>true</Enabled></UpdateDistributionTenantRequest>"
    )


def custom(*parts: str) -> str:
    return f"<Customizations>{''.join(parts)}</Customizations>"


OWN = f"<Certificate><Arn>{OLD}</Arn></Certificate>"


@pytest.mark.parametrize(
    ("had", "wanted", "sent"),
    [
        pytest.param(custom(ACL, OWN, GEO), NEW, custom(ACL, NEW_XML, GEO), id="another"),
        pytest.param(custom(ACL, GEO), NEW, custom(ACL, NEW_XML, GEO), id="the first, in the order of the schema"),
        pytest.param(custom(ACL), NEW, custom(ACL, NEW_XML), id="the first, at the end"),
        pytest.param(custom("<Certificate/>"), NEW, custom(NEW_XML), id="in an empty element"),
        pytest.param("<Customizations/>", NEW, custom(NEW_XML), id="in empty customizations"),
        pytest.param("", NEW, custom(NEW_XML), id="without customizations"),
        pytest.param(custom(ACL, OWN), "", custom(ACL), id="none again"),
        pytest.param(custom(OWN), "", "", id="none again, and nothing else"),
        pytest.param(custom(ACL), "", custom(ACL), id="none as before"),
    ],
)
def test_nothing_but_the_certificate_changes(had: str, wanted: str, sent: str) -> None:
    assert tenants.request_with(answer(had), wanted).decode() == request(sent)


def test_prefixes_are_kept() -> None:
    xml = b"<c:DistributionTenant xmlns:c='n'><c:Enabled>true</c:Enabled></c:DistributionTenant>"
    assert tenants.request_with(xml, "arn").decode() == (
        "<c:UpdateDistributionTenantRequest xmlns:c='n'><c:Customizations><c:Certificate><c:Arn>arn</c:Arn>"
        "</c:Certificate></c:Customizations><c:Enabled>true</c:Enabled></c:UpdateDistributionTenantRequest>"
    )


def test_the_own_certificate_is_read() -> None:
    assert (tenants.own_certificate(answer(custom(OWN))), tenants.own_certificate(answer(""))) == (OLD, "")
    with pytest.raises(ValueError, match="not readable XML"):
        tenants.own_certificate(b"<DistributionTenant>")
    with pytest.raises(ValueError, match="not a DistributionTenant"):
        tenants.own_certificate(b"<html/>")


def test_the_shared_certificate_serves_tenants_without_their_own() -> None:
    listed = [Tenant("1", "E1", domains=("b.test", "a.test")), Tenant("2", "E1", domains=("c.test",), certificate=OLD)]
    assert tenants.inherited_names(listed) == ("a.test", "b.test")
