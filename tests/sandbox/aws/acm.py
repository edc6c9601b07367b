# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ACM: certificates by account and region, imported or issued, with every rule and delay that a client meets.

https://docs.aws.amazon.com/acm/latest/APIReference/
https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html
"""

from __future__ import annotations

import json
import typing as t
import uuid

from . import acm_answers, acm_import, acm_issuer, acm_lifecycle, acm_request, acm_search, constraints
from .acm_certificate import Certificate, Material, facts
from .errors import AwsError
from .faults import throttle_error
from .rate import Bucket
from .service import Call, Operation, Service
from .usage import Usage

if t.TYPE_CHECKING:
    from .state import State

MAX_TAGS = 50
YEAR = 365 * 86400.0
TOKEN_SECONDS = 3600.0
_Result = t.Mapping[str, t.Any]
_Place = tuple[str, str]
# Requests a second in one account and region.
RATES = {
    "ImportCertificate": 1,
    "RequestCertificate": 5,
    "DescribeCertificate": 10,
    "GetCertificate": 10,
    "ListCertificates": 8,
    "SearchCertificates": 5,
    "DeleteCertificate": 10,
    "ExportCertificate": 10,
    "RenewCertificate": 5,
    "UpdateCertificateOptions": 5,
    "AddTagsToCertificate": 5,
    "RemoveTagsFromCertificate": 5,
    "ListTagsForCertificate": 10,
    "ListTagsForResource": 5,
    "TagResource": 5,
    "UntagResource": 5,
}
_FORBIDDEN_IN_PASSPHRASE = frozenset(b"#$%")


class Acm(Service):
    """Certificates in the order in which they came."""

    name = "acm"

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.usage = Usage()
        self._certificates: dict[_Place, dict[str, Certificate]] = {}
        self._tokens: dict[tuple[str, str, str], tuple[str, float]] = {}
        # when certificates were imported and requested: the quotas of a year count what was deleted, too
        self._history: dict[tuple[str, str, str], list[float]] = {}
        self._buckets: dict[tuple[str, str, str], Bucket] = {}
        self.operations: dict[str, Operation] = {
            "ImportCertificate": self.import_certificate,
            "RequestCertificate": self.request,
            "DescribeCertificate": self.describe,
            "GetCertificate": self.get,
            "ListCertificates": self.list_page,
            "SearchCertificates": self.search,
            "ExportCertificate": self.export,
            "RenewCertificate": self.renew,
            "RevokeCertificate": self.revoke,
            "DeleteCertificate": self.delete,
            "UpdateCertificateOptions": self.update_options,
            **dict.fromkeys(("AddTagsToCertificate", "TagResource"), self.tag),
            **dict.fromkeys(("RemoveTagsFromCertificate", "UntagResource"), self.untag),
            **dict.fromkeys(("ListTagsForCertificate", "ListTagsForResource"), self.list_tags),
        }

    def admit(self, call: Call) -> None:
        if not self.state.settings.acm_subscribed:
            raise AwsError(
                "SubscriptionRequiredException", "The AWS Access Key Id needs a subscription for the service"
            )
        factor = self.state.settings.acm_rates
        rate = RATES.get(call.operation, 0) * factor
        bucket = self._buckets.setdefault((call.account, call.region, call.operation), Bucket())
        if rate and not bucket.take(self.state.timestamp(), rate, rate):
            raise throttle_error("acm")

    def resource(self, call: Call) -> str:
        named = call.params.get("CertificateArn") or call.params.get("ResourceArn")
        if call.operation == "ImportCertificate" and not named:
            return f"arn:{call.partition}:acm:{call.region}:{call.account}:certificate/*"
        return str(named or "*")

    def context(self, call: Call) -> t.Mapping[str, t.Sequence[str]]:
        params = call.params
        if call.operation == "RequestCertificate":
            return {
                "acm:DomainNames": [
                    name.lower()
                    for name in dict.fromkeys(
                        (params.get("DomainName") or "", *(params.get("SubjectAlternativeNames") or ()))
                    )
                ],
                "acm:ValidationMethod": [params.get("ValidationMethod") or "EMAIL"],
                "acm:KeyAlgorithm": [params.get("KeyAlgorithm") or "RSA_2048"],
                "acm:Export": [(params.get("Options") or {}).get("Export") or "DISABLED"],
                "acm:CertificateTransparencyLogging": ["ENABLED"],
            }
        item = self._certificates.get((call.account, call.region), {}).get(self.resource(call))
        names = (
            {"acm:DomainNames": list(item.names)}
            if item and call.operation in ("ExportCertificate", "RevokeCertificate")
            else {}
        )
        return names | ({f"aws:ResourceTag/{key}": [value] for key, value in item.tags.items()} if item else {})

    # --- what other parts of the sandbox ask ---

    def find(self, arn: str) -> Certificate | None:
        """The certificate, whose account and region stand in its ARN, as it is by now."""
        parts = arn.split(":")
        item = self._certificates.get((parts[4], parts[3]), {}).get(arn) if len(parts) == 6 else None
        if item:
            acm_lifecycle.settle(self.state, item, self._is_used(item))
        return item

    def usable(self, call: Call, arn: str, region: str) -> Certificate | None:
        """The certificate that a service of ``region`` may serve: the caller's, issued, and known there by now."""
        item = (
            self.find(arn) if arn.startswith(f"arn:{call.partition}:acm:{region}:{call.account}:certificate/") else None
        )
        now = self.state.timestamp()
        return (
            item
            if item
            and item.status == "ISSUED"
            and now >= item.versions[0].since + self.state.settings.acm_visibility_seconds
            else None
        )

    def tagged(self, account: str, region: str) -> t.Mapping[str, dict[str, str]]:
        return {arn: item.tags for arn, item in self._certificates.get((account, region), {}).items()}

    def of_account(self, account: str, region: str) -> list[Certificate]:
        """All of them, as they are by now."""
        items = list(self._certificates.get((account, region), {}).values())
        for item in items:
            acm_lifecycle.settle(self.state, item, self._is_used(item))
        return items

    def add(self, item: Certificate) -> None:
        """Puts a certificate in place."""
        self._certificates.setdefault((item.account, item.region), {})[item.arn] = item

    def settle(self) -> None:
        """Brings all certificates to where they are by now, before the clock is moved on."""
        for account, region in list(self._certificates):
            self.of_account(account, region)

    def approve(self, arn: str) -> None:
        """What a person does who follows the link of a validation mail, or a CDN that answers by HTTP."""
        item = self.find(arn)
        if item is None or item.status != "PENDING_VALIDATION":
            raise ValueError(f"{arn} is not pending")
        item.validated |= dict.fromkeys(item.names, self.state.timestamp())

    def make_due(self, arn: str) -> None:
        """Lets ACM's own renewal of a certificate begin now."""
        item = self.find(arn)
        if item is None or item.type != "AMAZON_ISSUED" or item.status != "ISSUED":
            raise ValueError(f"{arn} is not a certificate that ACM issued")
        item.is_renewal_wanted = True

    # --- operations ---

    def import_certificate(self, call: Call) -> _Result:
        constraints.check(call)
        now = self.state.timestamp()
        made = acm_import.material(call, self.state.now(), now)
        if arn := call.params.get("CertificateArn"):
            return self._import_again(call, arn, made)
        tags = _tags(call.params.get("Tags") or [])
        settings = self.state.settings
        own = [item for item in self._own(call).values() if item.type == "IMPORTED"]
        self._count(call, "imported", len(own), (settings.acm_imported_quota, settings.acm_yearly_import_quota))
        known = facts(made.leaf)
        names = tuple(dict.fromkeys(name for name in (known.common_name, *known.names) if "." in name))
        item = self._new(call, "IMPORTED", names, known.key_algorithm, tags)
        item.status, item.versions, item.imported = "ISSUED", [made], now
        return {"CertificateArn": item.arn}

    def _import_again(self, call: Call, arn: str, made: Material) -> _Result:
        if "Tags" in json.loads(call.body):
            raise acm_import.refused("Tagging is not permitted on re-import.")
        item = self._existing(call)
        if item.type != "IMPORTED" or item.current is None:
            raise acm_import.refused(
                f"Certificate {arn} was not imported; only imported certificates can be imported again."
            )
        acm_import.check_again(item.current.leaf, made.leaf)
        known = facts(made.leaf)
        item.versions.append(made)
        item.names = tuple(dict.fromkeys(name for name in (known.common_name, *known.names) if "." in name))
        item.imported = self.state.timestamp()
        return {"CertificateArn": arn}

    def request(self, call: Call) -> _Result:
        constraints.check(call)
        settings, now, params = self.state.settings, self.state.timestamp(), call.params
        names = acm_request.names(call, settings.acm_names_quota)
        tags = _tags(params.get("Tags") or [])
        token = (call.account, call.region, params.get("IdempotencyToken") or "")
        arn, since = self._tokens.get(token, ("", 0.0))
        if token[2] and arn in self._own(call) and now < since + TOKEN_SECONDS:
            return {"CertificateArn": arn}
        own = [item for item in self._own(call).values() if item.type != "IMPORTED"]
        self._count(call, "requested", len(own), (settings.acm_certificate_quota, settings.acm_yearly_quota))
        item = self._new(call, "AMAZON_ISSUED", names, params.get("KeyAlgorithm") or "RSA_2048", tags)
        item.method, item.managed_by = params.get("ValidationMethod") or "EMAIL", params.get("ManagedBy") or ""
        item.is_exportable = (params.get("Options") or {}).get("Export") == "ENABLED"
        self._tokens[token] = (item.arn, now)
        return {"CertificateArn": item.arn}

    def describe(self, call: Call) -> _Result:
        item = self._existing(call)
        return {
            "Certificate": acm_answers.detail(
                item, self._seen(item), self.state.now(), self.state.settings.acm_record_seconds
            )
        }

    def get(self, call: Call) -> _Result:
        item = self._issued(call)
        assert item.current is not None
        answer = {"Certificate": item.current.leaf}
        return answer | ({"CertificateChain": item.current.chain} if item.current.chain else {})

    def list_page(self, call: Call) -> _Result:
        constraints.check(call)
        params, now = call.params, self.state.now()
        if params.get("SortOrder") and not params.get("SortBy"):
            raise acm_import.refused("SortBy is required with SortOrder.")
        listed = [
            item for item in self.of_account(call.account, call.region) if acm_search.is_listed(item, params, now)
        ]
        if params.get("SortOrder") == "DESCENDING":
            listed.reverse()
        found, token = acm_search.page(listed, params.get("MaxItems") or 1000, params.get("NextToken"))
        answer = {"CertificateSummaryList": [acm_answers.summary(item, self._is_used(item), now) for item in found]}
        return answer | ({"NextToken": token} if token else {})

    def search(self, call: Call) -> _Result:
        constraints.check(call)
        params, now = call.params, self.state.now()
        items = self.of_account(call.account, call.region)
        if statement := params.get("FilterStatement"):
            items = [item for item in items if acm_search.matches(item, statement, self._is_used(item), now)]
        found, token = acm_search.page(items, params.get("MaxResults") or 100, params.get("NextToken"))
        answer = {"Results": [acm_answers.search_result(item, self._is_used(item), now) for item in found]}
        return answer | ({"NextToken": token} if token else {})

    def export(self, call: Call) -> _Result:
        item = self._issued(call)
        passphrase = bytes(call.params["Passphrase"])
        if not item.is_exportable:
            raise acm_import.refused(f"Certificate {item.arn} is not exportable.")
        if not 4 <= len(passphrase) <= 128 or not passphrase.isascii() or _FORBIDDEN_IN_PASSPHRASE & set(passphrase):
            raise acm_import.refused("The passphrase must have 4 to 128 ASCII characters and none of #, $ and %.")
        assert item.current is not None
        item.is_exported = True
        return {
            "Certificate": item.current.leaf,
            "CertificateChain": item.current.chain,
            "PrivateKey": acm_issuer.encrypted(item.current.key, passphrase),
        }

    def renew(self, call: Call) -> None:
        item = self._issued(call)
        if not item.is_exported:
            raise acm_import.refused(
                f"Certificate {item.arn} was not exported; only exported certificates can be renewed on request."
            )
        item.is_renewal_wanted = True

    def revoke(self, call: Call) -> _Result:
        item = self._issued(call)
        if not item.is_exported:
            raise acm_import.refused(
                f"Certificate {item.arn} was not exported; only exported certificates can be revoked."
            )
        self._refuse_in_use(item)
        item.status, item.revoked, item.revocation_reason = (
            "REVOKED",
            self.state.timestamp(),
            call.params["RevocationReason"],
        )
        return {"CertificateArn": item.arn}

    def delete(self, call: Call) -> None:
        item = self._existing(call)
        self._refuse_in_use(item)
        del self._own(call)[item.arn]

    def update_options(self, call: Call) -> None:
        item, options = self._existing(call), call.params["Options"]
        if item.type == "IMPORTED":
            raise AwsError("InvalidStateException", f"Certificate {item.arn} was imported and has no options.")
        if options.get("Export", "ENABLED" if item.is_exportable else "DISABLED") != (
            "ENABLED" if item.is_exportable else "DISABLED"
        ):
            raise acm_import.refused("Whether a certificate is exportable is decided when it is requested.")
        if options.get("CertificateTransparencyLoggingPreference") == "DISABLED":
            raise acm_import.refused("Certificates cannot be opted out of certificate transparency logging.")
        if options.get("ValidationMethod", item.method) != item.method:
            raise AwsError("NotImplemented", "the sandbox has no change of a validation method", 501)

    def tag(self, call: Call) -> None:
        item = self._existing(call)
        merged = item.tags | _tags(call.params["Tags"])
        if len(merged) > MAX_TAGS:
            raise AwsError("TooManyTagsException", f"A certificate can have at most {MAX_TAGS} tags.")
        item.tags = merged

    def untag(self, call: Call) -> None:
        item = self._existing(call)
        for key in call.params.get("TagKeys") or ():
            item.tags.pop(key, None)
        for tag in call.params.get("Tags") or ():
            # with a value, only a tag that has this value goes
            if tag.get("Value") in (None, item.tags.get(tag["Key"])):
                item.tags.pop(tag["Key"], None)

    def list_tags(self, call: Call) -> _Result:
        return {"Tags": [{"Key": key, "Value": value} for key, value in self._existing(call).tags.items()]}

    # --- state ---

    def _new(
        self, call: Call, kind: str, names: tuple[str, ...], key_algorithm: str, tags: dict[str, str]
    ) -> Certificate:
        item = Certificate(
            arn=f"arn:{call.partition}:acm:{call.region}:{call.account}:certificate/{uuid.uuid4()}",
            account=call.account,
            partition=call.partition,
            region=call.region,
            type=kind,
            created=self.state.timestamp(),
            names=names,
            key_algorithm=key_algorithm,
            status="PENDING_VALIDATION",
            tags=tags,
        )
        self.add(item)
        return item

    def _own(self, call: Call) -> dict[str, Certificate]:
        return self._certificates.setdefault((call.account, call.region), {})

    def _existing(self, call: Call) -> Certificate:
        constraints.check(call)
        arn = str(call.params.get("CertificateArn") or call.params.get("ResourceArn"))
        if not arn.startswith(f"arn:{call.partition}:acm:") or ":certificate/" not in arn:
            raise AwsError("InvalidArnException", f"The ARN {arn} is not valid for this operation.")
        item = self.find(arn) if arn in self._own(call) else None
        if item is None:
            raise AwsError("ResourceNotFoundException", f"Could not find certificate {arn}.")
        return item

    def _issued(self, call: Call) -> Certificate:
        item = self._existing(call)
        if item.status == "PENDING_VALIDATION":
            raise AwsError("RequestInProgressException", f"The certificate request for {item.arn} is in progress.")
        if item.current is None:
            raise AwsError("ResourceNotFoundException", f"Certificate {item.arn} was never issued.")
        return item

    def _is_used(self, item: Certificate) -> bool:
        return self.usage.is_known(item.arn, self.state.timestamp(), self.state.settings.acm_in_use_seconds)

    def _seen(self, item: Certificate) -> list[str]:
        return self.usage.seen(item.arn, self.state.timestamp(), self.state.settings.acm_in_use_seconds)

    def _refuse_in_use(self, item: Certificate) -> None:
        # a user that InUseBy does not show counts, too
        if self.usage.is_used(item.arn, self.state.timestamp(), self.state.settings.acm_in_use_seconds):
            raise AwsError("ResourceInUseException", f"Certificate {item.arn} in account {item.account} is in use.")

    def _count(self, call: Call, kind: str, existing: int, quotas: tuple[int, int]) -> None:
        """Refuses one more than a quota, else counts it; ``quotas`` are what may exist, and what may come in a year."""
        if existing >= quotas[0]:
            raise AwsError("LimitExceededException", f"Error: you have reached your limit of {quotas[0]} certificates.")
        now = self.state.timestamp()
        history = self._history.setdefault((call.account, call.region, kind), [])
        history[:] = [at for at in history if at > now - YEAR]
        if len(history) >= quotas[1]:
            raise AwsError(
                "LimitExceededException",
                f"Error: you have reached your limit of {quotas[1]} certificates in the last year.",
            )
        history.append(now)


def _tags(given: t.Sequence[t.Mapping[str, str]]) -> dict[str, str]:
    tags = {tag["Key"]: tag.get("Value") or "" for tag in given}
    if len(tags) != len(given) or any(key.lower().startswith("aws:") for key in tags):
        raise AwsError("InvalidTagException", "Tag keys must be different, and must not start with aws:.")
    return tags
