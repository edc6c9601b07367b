# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind import distribution_xml

NEW = {"IAMCertificateId": "ASCANEW", "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1.2_2021"}
ELEMENTS = "<IAMCertificateId>ASCANEW</IAMCertificateId><SSLSupportMethod>sni-only</SSLSupportMethod><MinimumProtocolVersion>TLSv1.2_2021</MinimumProtocolVersion>"  # noqa: E501 - data in the form of its origin
NAMESPACE = 'xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"'


def prefixed(xml: str) -> str:
    return xml.replace("</", "\0").replace("<", "<cf:").replace("\0", "</cf:")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            f"<?xml version='1.0'?>\n<DistributionConfig {NAMESPACE}>\n <A x='>'/><ViewerCertificate>\n "
            " <CloudFrontDefaultCertificate>true</CloudFrontDefaultCertificate></ViewerCertificate>\n<!-- kept -->"
            " <B>&lt;ViewerCertificate&gt;é</B></DistributionConfig>\n",
            f"<?xml version='1.0'?>\n<DistributionConfig {NAMESPACE}>\n <A"
            f" x='>'/><ViewerCertificate>{ELEMENTS}</ViewerCertificate>\n<!-- kept -->"
            " <B>&lt;ViewerCertificate&gt;é</B></DistributionConfig>\n",
            id="everything around the element stays to the byte",
        ),
        pytest.param(
            "<DistributionConfig><ViewerCertificate><ACMCertificateArn>a</ACMCertificateArn><Certificate>a</Certificate>"
            "<CertificateSource>acm</CertificateSource>"
            "</ViewerCertificate></DistributionConfig>",
            f"<DistributionConfig><ViewerCertificate>{ELEMENTS}</ViewerCertificate></DistributionConfig>",
            id="the other source and the deprecated elements go",
        ),
        pytest.param(
            "<DistributionConfig><ViewerCertificate><Future"
            ' a="b"><Certificate>kept</Certificate></Future><IAMCertificateId>o</IAMCertificateId><Empty/>'
            "</ViewerCertificate></DistributionConfig>",
            f"<DistributionConfig><ViewerCertificate>{ELEMENTS}<Future"
            ' a="b"><Certificate>kept</Certificate></Future><Empty/></ViewerCertificate></DistributionConfig>',
            id="unknown elements inside the viewer certificate survive",
        ),
        pytest.param(
            "<DistributionConfig><Origins><ViewerCertificate>not"
            " this</ViewerCertificate></Origins><ViewerCertificate/></DistributionConfig>",
            "<DistributionConfig><Origins><ViewerCertificate>not"
            f" this</ViewerCertificate></Origins><ViewerCertificate>{ELEMENTS}</ViewerCertificate>"
            "</DistributionConfig>",
            id="an empty element, and one of the same name elsewhere",
        ),
        pytest.param(
            "<DistributionConfig><Enabled>true</Enabled><Restrictions/></DistributionConfig>",
            f"<DistributionConfig><Enabled>true</Enabled><ViewerCertificate>{ELEMENTS}</ViewerCertificate><Restrictions/></DistributionConfig>",
            id="none before: it stands where the schema has it",
        ),
        pytest.param(
            "<DistributionConfig><Enabled>true</Enabled></DistributionConfig>",
            f"<DistributionConfig><Enabled>true</Enabled><ViewerCertificate>{ELEMENTS}</ViewerCertificate></DistributionConfig>",
            id="none before, and nothing that follows it",
        ),
        pytest.param(
            prefixed(
                "<DistributionConfig><ViewerCertificate><IAMCertificateId>o</IAMCertificateId></ViewerCertificate></DistributionConfig>"
            ).replace("<cf:DistributionConfig", '<cf:DistributionConfig xmlns:cf="u"', 1),
            prefixed(
                f"<DistributionConfig><ViewerCertificate>{ELEMENTS}</ViewerCertificate></DistributionConfig>"
            ).replace("<cf:DistributionConfig", '<cf:DistributionConfig xmlns:cf="u"', 1),
            id="a namespace prefix is used for the new elements too",
        ),
        pytest.param(
            "<DistributionConfig><ViewerCertificate"
            f" {NAMESPACE}><IAMCertificateId>o</IAMCertificateId></ViewerCertificate></DistributionConfig>",
            f"<DistributionConfig><ViewerCertificate {NAMESPACE}>{ELEMENTS}</ViewerCertificate></DistributionConfig>",
            id="a namespace declared on the element itself stays",
        ),
    ],
)
def test_only_the_viewer_certificate_is_replaced(before: str, after: str) -> None:
    assert distribution_xml.with_viewer(before.encode(), NEW).decode() == after


def test_values_are_escaped() -> None:
    changed = distribution_xml.with_viewer(
        b"<DistributionConfig/>".replace(b"/>", b"></DistributionConfig>"), {"IAMCertificateId": "<&>"}
    )
    assert distribution_xml.read(changed).viewer == {"IAMCertificateId": "<&>"}


def test_aliases_and_viewer_certificate_are_read() -> None:
    config = distribution_xml.read(
        f"<DistributionConfig {NAMESPACE}><Aliases><Quantity>2</Quantity><Items><CNAME>a.example</CNAME><CNAME>"
        " *.b.example\n</CNAME></Items></Aliases>"
        "<ViewerCertificate><IAMCertificateId>ASCA1</IAMCertificateId><Deep><IAMCertificateId>no</IAMCertificateId></Deep></ViewerCertificate>"
        "</DistributionConfig>".encode()
    )
    assert config.aliases == ("a.example", "*.b.example")
    assert config.viewer["IAMCertificateId"] == "ASCA1"


@pytest.mark.parametrize(
    "xml",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<Distribution/>", id="another element"),
        pytest.param(b"<a", id="cut off"),
    ],
)
def test_what_is_not_a_configuration_is_refused(xml: bytes) -> None:
    with pytest.raises(ValueError, match="configuration"):
        distribution_xml.read(xml)
