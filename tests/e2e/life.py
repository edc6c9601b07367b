# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole life of a project's certificate, by playbooks: what it needs, its steps, and what can be seen of it from
outside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playbook_runs.runs import Ansible, Run
from sandbox import seed
from sandbox.control import Control

PROJECT = "webapp"
STAYS, LEAVES = "ops@example.com", "left@example.com"


class Life:
    """One project with a zone and a distribution. `env` is who runs the playbooks, `owner` who made the resources,
    `dns_owner` who has the zone."""

    def __init__(
        self,
        ansible: Ansible,
        control: Control,
        env: Mapping[str, str],
        owner: Mapping[str, str],
        dns_owner: Mapping[str, str] | None = None,
    ) -> None:
        self.ansible, self.control, self.env, self.owner = ansible, control, env, owner
        self.dns_owner = dns_owner or owner
        self.data = Path(ansible.env["XDG_DATA_HOME"])
        self.zone = seed.create_zone("example.com", env=self.dns_owner)
        # somebody else's value, which makes the module read the record set
        seed.create_record(self.zone, "_acme-challenge.example.com", "TXT", ["somebody else's"], env=self.dns_owner)
        self.distribution = seed.create_distribution(["example.com", "www.example.com"], env=owner)
        self.variables: dict[str, Any] = {
            "project_name": PROJECT,
            "project_domains": ["example.com", "*.example.com"],
            "project_emails": [STAYS],
            "project_bind": ["previous", "aliases"],
        }

    def play(self, name: str, *arguments: str, **variables: Any) -> Run:
        """One playbook of the collection; a definition goes to those that take one."""
        given = (
            {**self.variables, **variables} if name in ("create", "reissue") else {"project_name": PROJECT, **variables}
        )
        return self.ansible.playbook(name, given, *arguments, env=self.env)

    def run(self, *arguments: str, **variables: Any) -> list[Run]:
        """Create, again, renew, reissue with one kept, an address less, cleanup, give the distribution up, delete; each
        ends well."""
        runs = [self.play("create", *arguments, project_emails=[STAYS, LEAVES], **variables).succeeded()]
        self.control.confirm(LEAVES)
        again = self.play("create", *arguments, project_emails=[STAYS, LEAVES], **variables).succeeded()
        assert again.changed == 0, again.output
        runs += [again, self.play("renew", *arguments, **variables).succeeded()]
        runs.append(self.play("reissue", *arguments, project_keep_previous=1, **variables).succeeded())
        assert len(self.server_certificates()) == 2
        runs.append(self.play("create", *arguments, project_keep_previous=0, **variables).succeeded())
        runs.append(self.play("cleanup", *arguments, **variables).succeeded())
        assert self.server_certificates() == [self.bound()]
        self.give_up()
        runs.append(self.play("delete", *arguments, **variables).succeeded())
        assert self.server_certificates() == []
        return runs

    def give_up(self) -> None:
        """What the owner of a distribution does who needs it no more."""
        cloudfront = seed.client("cloudfront", self.owner)
        answer = cloudfront.get_distribution_config(Id=self.distribution)
        config = {
            **answer["DistributionConfig"],
            "Aliases": {"Quantity": 0},
            "ViewerCertificate": {"CloudFrontDefaultCertificate": True},
        }
        cloudfront.update_distribution(Id=self.distribution, IfMatch=answer["ETag"], DistributionConfig=config)

    def server_certificates(self) -> list[str]:
        """The IDs of the server certificates in the account."""
        found = seed.client("iam", self.owner).list_server_certificates()["ServerCertificateMetadataList"]
        return sorted(str(item["ServerCertificateId"]) for item in found)

    def bound(self) -> str:
        """The ID of the server certificate that the distribution uses."""
        config = seed.client("cloudfront", self.owner).get_distribution_config(Id=self.distribution)[
            "DistributionConfig"
        ]
        return str(config["ViewerCertificate"].get("IAMCertificateId"))

    def challenge_values(self) -> list[str]:
        """What stands at the challenge name in Route 53."""
        records = seed.client("route53", self.dns_owner).list_resource_record_sets(HostedZoneId=self.zone)[
            "ResourceRecordSets"
        ]
        return [
            value["Value"]
            for record in records
            if record["Name"].startswith("_acme-challenge")
            for value in record["ResourceRecords"]
        ]

    def document(self) -> dict[str, Any]:
        """The project document."""
        return dict(json.loads((self.data / "certops" / "store" / f"{PROJECT}.json").read_text(encoding="utf-8")))
