# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudFront distributions, over their raw XML, because moto's parser would drop elements that its botocore does not
know.

Rules: the CloudFront service model of botocore, and
https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateDistribution.html
"""

from __future__ import annotations

import secrets
import string
import typing as t

from . import cloudfront_answers as answers, cloudfront_certificate, cloudfront_config
from .cloudfront_answers import Distribution, Live
from .cloudfront_certificate import Served
from .cloudfront_config import Config
from .cloudfront_tenant import Tenant
from .cloudfront_tenants import Tenants
from .errors import AwsError
from .service import Call, Operation, Response, Service

if t.TYPE_CHECKING:
    from .state import State

MAX_PAGE = 100
MAX_TAGS = 50
_ALPHABET = string.ascii_uppercase + string.digits


class CloudFront(Service):
    """Distributions by account and partition; deleted ones keep their place for markers."""

    name = "cloudfront"
    raw = frozenset({"CreateDistribution", "CreateDistributionWithTags", "UpdateDistribution"}) | Tenants.raw

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self._distributions: dict[tuple[str, str], dict[str, Distribution | None]] = {}
        self.icp_status: dict[str, str] = {}
        self.tenants = Tenants(self)
        self.operations: dict[str, Operation] = {
            "CreateDistribution": self.create,
            "CreateDistributionWithTags": self.create_with_tags,
            "GetDistribution": self.get,
            "GetDistributionConfig": self.get_config,
            "UpdateDistribution": self.update,
            "DeleteDistribution": self.delete,
            "ListDistributions": self.list_page,
            "TagResource": self.tag,
            "UntagResource": self.untag,
            "ListTagsForResource": self.list_tags,
            **self.tenants.operations,
        }

    def resource(self, call: Call) -> str:
        wanted, kind = call.params.get("Id") or call.params.get("Identifier"), "distribution"
        if "Tenant" in call.operation or "ConnectionGroup" in call.operation:
            kind = "distribution-tenant" if "Tenant" in call.operation else "connection-group"
            wanted = "*" if call.operation.startswith("Create") else self.tenants.identified(call.scope, wanted)
        return (
            f"arn:{call.partition}:cloudfront::{call.account}:{kind}/{wanted}"
            if wanted
            else str(call.params.get("Resource") or "*")
        )

    def context(self, call: Call) -> t.Mapping[str, t.Sequence[str]]:
        resource = self.resource(call)
        found = self._by_arn(call.scope, resource) if resource.startswith("arn:") else None
        return {f"aws:ResourceTag/{key}": [value] for key, value in found.tags.items()} if found else {}

    # --- what other parts of the sandbox ask ---

    def distributions_with(self, scope: tuple[str, str], certificate_id: str) -> list[str]:
        """The IDs of the account's distributions that refer to an IAM certificate."""
        return [
            item.id
            for item in self._alive(scope)
            if item.config.viewer_certificate().get("IAMCertificateId") == certificate_id
        ]

    def tagged(self, account: str, region: str) -> t.Mapping[str, dict[str, str]]:
        """CloudFront's resources are found in the region of its endpoint only."""
        scope = (account, "aws-cn" if region.startswith("cn-") else "aws")
        if region not in ("us-east-1", "cn-northwest-1"):
            return {}
        return {item.arn: item.tags for item in (*self._alive(scope), *self.tenants.alive(scope))}

    def distribution(self, scope: tuple[str, str], identifier: str) -> Distribution | None:
        """One distribution of an account."""
        return next((item for item in self._alive(scope) if item.id == identifier), None)

    def aliases(self, partition: str) -> set[str]:
        """The aliases of all distributions of a partition."""
        return {
            alias
            for scope in list(self._distributions)
            if scope[1] == partition
            for item in self._alive(scope)
            for alias in item.config.aliases
        }

    def edge_certificate(self, name: str) -> tuple[str, str] | None:
        """Full chain and private key (PEM) that the edge serves for a server name: the exact alias first, then the
        longest wildcard."""
        name = name.lower().rstrip(".")
        served: dict[str, Served | None] = {}
        shared: dict[str, Served | None] = {}
        for scope in list(self._distributions):
            for item in self._alive(scope):
                served.update(dict.fromkeys(item.live.aliases, item.live.certificate))
                if item.config.is_tenant_only:
                    shared[item.id] = item.live.certificate
        served |= self.tenants.served(shared)
        candidates = [name]
        rest = name
        while "." in rest:
            rest = rest.partition(".")[2]
            candidates.append("*." + rest)
        found = next((served[candidate] for candidate in candidates if candidate in served), None)
        return self.material(found) if found else None

    def material(self, served: Served) -> tuple[str, str]:
        """Full chain and private key that the edge serves by now; what came later under the same ARN reaches it
        late."""
        certificate = self.state.acm.find(served.arn) if served.arn else None
        if certificate is None:
            return served.full_chain, served.private_key
        found = certificate.served(
            served.version, self.state.timestamp(), self.state.settings.cloudfront_refresh_seconds
        )
        return found.full_chain, found.key

    # --- operations ---

    def create(self, call: Call) -> Response:
        return self._create(call, Config(cloudfront_config.parse(call.body, "DistributionConfig")), {})

    def create_with_tags(self, call: Call) -> Response:
        root = cloudfront_config.parse(call.body, "DistributionConfigWithTags")
        config = root.find("DistributionConfig")
        if config is None or root.find("Tags") is None:
            raise AwsError("MalformedInput", "DistributionConfig and Tags are required.")
        tags = _tags([(item.findtext("Key"), item.findtext("Value")) for item in root.iterfind("Tags/Items/Tag")])
        return self._create(call, Config(config), tags)

    def _create(self, call: Call, config: Config, tags: dict[str, str]) -> Response:
        config.check(is_update=False)
        reference = config.text("CallerReference")
        same = next(
            (item for item in self._alive(call.scope) if item.config.text("CallerReference") == reference), None
        )
        if same and same.sent == call.body:
            return answers.response(self._document(same), 201, same.etag, f"/2020-05-31/distribution/{same.id}")
        if same:
            raise AwsError(
                "DistributionAlreadyExists",
                "The caller reference that you are using to create a distribution is associated with another"
                " distribution.",
                409,
            )
        if len(self._alive(call.scope)) >= self.state.settings.cloudfront_distribution_quota:
            raise AwsError(
                "TooManyDistributions",
                "Processing your request will cause you to exceed the maximum number of distributions allowed.",
            )
        config.add_defaults()
        certificate = cloudfront_certificate.check(self.state, call, config)
        self._refuse_taken_aliases(call, config, None)
        identifier = "E" + _random(13)
        suffix = "cloudfront.cn" if call.partition == "aws-cn" else "cloudfront.net"
        item = Distribution(
            id=identifier,
            account=call.account,
            partition=call.partition,
            domain=f"d{_random(13).lower()}.{suffix}",
            config=config,
            etag="",
            modified="",
            deployed_at=0,
            is_changing_certificate=False,
            live=Live(),
            pending=None,
            sent=call.body,
            tags=tags,
        )
        self._distributions.setdefault(call.scope, {})[identifier] = item
        self._change(item, certificate)
        return answers.response(self._document(item), 201, item.etag, f"/2020-05-31/distribution/{identifier}")

    def get(self, call: Call) -> Response:
        item = self._existing(call)
        return answers.response(self._document(item), 200, item.etag)

    def get_config(self, call: Call) -> Response:
        item = self._existing(call)
        return answers.response(answers.config(item), 200, item.etag)

    def update(self, call: Call) -> Response:
        config = Config(cloudfront_config.parse(call.body, "DistributionConfig"))
        item = self._existing(call)
        _check_version(item, call.headers.get("if-match", ""))
        config.check(is_update=True)
        config.add_defaults()
        if config.text("CallerReference") != item.config.text("CallerReference"):
            raise AwsError("IllegalUpdate", "You cannot update the value of CallerReference.")
        if config.text("Staging") != item.config.text("Staging"):
            raise AwsError("IllegalUpdate", "You cannot update the value of Staging.")
        certificate = cloudfront_certificate.check(self.state, call, config)
        changes_certificate = config.viewer_certificate() != item.config.viewer_certificate()
        if (
            changes_certificate
            and item.is_changing_certificate
            and self.state.settings.cloudfront_one_certificate_change
        ):
            raise AwsError(
                "IllegalUpdate",
                "Only one viewer certificate change may be in progress at a time. Wait until the distribution is"
                " Deployed.",
            )
        policy = item.config.text("ContinuousDeploymentPolicyId")
        if changes_certificate and policy and config.text("ContinuousDeploymentPolicyId") == policy:
            # as users report it: https://github.com/aws/aws-cli/issues/10446, and in these words
            # https://github.com/aws-samples/amazon-cloudfront-continuous-deployment/issues/8
            raise AwsError("IllegalUpdate", "One or more fields updated are not supported for continuous deployment.")
        self._refuse_taken_aliases(call, config, item)
        self.tenants.check_shared(item, certificate)
        item.config = config
        self._change(item, certificate, changes_certificate)
        return answers.response(self._document(item), 200, item.etag)

    def delete(self, call: Call) -> Response:
        item = self._existing(call)
        _check_version(item, call.headers.get("if-match", ""))
        if item.config.is_enabled or item.pending is not None:
            raise AwsError(
                "DistributionNotDisabled", "The distribution you are trying to delete has not been disabled.", 409
            )
        if self.tenants.of_distribution(item):
            raise AwsError("ResourceInUse", "Cannot delete this resource because it is in use.", 409)
        self._distributions[call.scope][item.id] = None
        self.state.acm.usage.replace(item.arn, (), self.state.timestamp())
        return Response(204, b"")

    def list_page(self, call: Call) -> Response:
        try:
            size = int(call.params.get("MaxItems") or MAX_PAGE)
        except ValueError:
            size = 0
        if not 1 <= size <= MAX_PAGE:
            raise AwsError("InvalidArgument", f"MaxItems must be a number from 1 to {MAX_PAGE}.")
        marker = call.params.get("Marker") or ""
        places = list(self._distributions.get(call.scope, {}))
        if marker and marker not in places:
            raise AwsError("InvalidArgument", "The Marker is not valid.")
        after = places[places.index(marker) + 1 :] if marker else places
        alive = {item.id: item for item in self._alive(call.scope)}
        following = [alive[place] for place in after if place in alive]
        page = following[:size]
        is_truncated = len(following) > size
        summaries = [answers.summary(item, self.icp_status) for item in page]
        return answers.response(answers.page(summaries, marker, size, page[-1].id if is_truncated else None), 200)

    def tag(self, call: Call) -> None:
        item = self._tagged(call)
        wanted = _tags(
            [(tag.get("Key"), tag.get("Value")) for tag in (call.params.get("Tags") or {}).get("Items") or []]
        )
        if len(item.tags | wanted) > MAX_TAGS:
            raise AwsError("InvalidTagging", f"A resource can have at most {MAX_TAGS} tags.")
        item.tags |= wanted

    def untag(self, call: Call) -> None:
        item = self._tagged(call)
        for key in (call.params.get("TagKeys") or {}).get("Items") or []:
            item.tags.pop(key, None)

    def list_tags(self, call: Call) -> t.Mapping[str, t.Any]:
        return {"Tags": {"Items": [{"Key": key, "Value": value} for key, value in self._tagged(call).tags.items()]}}

    # --- state ---

    def _alive(self, scope: tuple[str, str]) -> list[Distribution]:
        """The distributions that exist, with deployments that have ended by now accounted for."""
        alive = [item for item in self._distributions.get(scope, {}).values() if item is not None]
        now = self.state.timestamp()
        for item in alive:
            if item.pending is not None and now >= item.deployed_at:
                item.live = item.live if self.state.settings.edge_serves_stale else item.pending
                item.pending, item.is_changing_certificate, item.summary = None, False, ""
                if self.state.settings.cloudfront_etag_on_deploy:
                    _new_etag(item)
        return alive

    def set_icp_status(self, cname: str, status: str) -> None:
        """What the ICP authorities say of an alias in China: APPROVED, SUSPENDED or PENDING."""
        self.icp_status[cname.lower()] = status
        for items in self._distributions.values():
            for item in items.values():
                if item is not None:
                    item.summary = ""

    def _document(self, item: Distribution) -> str:
        return answers.distribution(item, self.icp_status)

    def _existing(self, call: Call) -> Distribution:
        wanted = call.params.get("Id")
        for item in self._alive(call.scope):
            if item.id == wanted:
                return item
        raise AwsError("NoSuchDistribution", "The specified distribution does not exist.", 404)

    def _by_arn(self, scope: tuple[str, str], arn: str) -> Distribution | Tenant | None:
        found = next((item for item in self._alive(scope) if item.arn == arn), None)
        return found or self.tenants.by_arn(scope, arn)

    def _tagged(self, call: Call) -> Distribution | Tenant:
        wanted = call.params.get("Resource") or ""
        if not wanted.startswith(f"arn:{call.partition}:cloudfront::"):
            raise AwsError("InvalidArgument", "The ARN of the resource is not valid.")
        if found := self._by_arn(call.scope, wanted):
            return found
        raise AwsError("NoSuchResource", "The specified resource does not exist.", 404)

    def _change(self, item: Distribution, certificate: Served | None, changes_certificate: bool = True) -> None:
        now, seconds = self.state.timestamp(), self.state.settings.cloudfront_deploy_seconds
        item.deployed_at = now + seconds
        # a certificate that was replaced is in use until the change is deployed
        self.state.acm.usage.replace(item.arn, item.config.acm_certificates(), now, slow=seconds)
        served = (item.pending or item.live).certificate
        if certificate and served and certificate.arn and certificate.arn == served.arn:
            certificate = served  # no update makes CloudFront fetch an ARN again that it has
        item.is_changing_certificate = item.is_changing_certificate or changes_certificate
        item.pending = Live(item.config.aliases, certificate) if item.config.is_enabled else Live()
        item.modified = self.state.now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        _new_etag(item)

    def _refuse_taken_aliases(self, call: Call, config: Config, own: Distribution | None) -> None:
        """An alias belongs to one distribution in the partition; only the same account may have a wildcard that
        overlaps it."""
        wanted = set(config.aliases)
        if wanted & self.tenants.names(call.partition):
            raise AwsError(
                "CNAMEAlreadyExists",
                "One or more of the CNAMEs you provided are already associated with a different resource.",
                409,
            )
        for scope in list(self._distributions):
            if scope[1] != call.partition:
                continue
            for item in self._alive(scope):
                theirs = set(item.config.aliases)
                overlaps = scope != call.scope and any(_overlap(mine, other) for mine in wanted for other in theirs)
                if item is not own and (wanted & theirs or overlaps):
                    raise AwsError(
                        "CNAMEAlreadyExists",
                        "One or more of the CNAMEs you provided are already associated with a different resource.",
                        409,
                    )


def _check_version(item: Distribution, sent: str) -> None:
    version = sent.strip().strip('"')
    if version not in item.etags:
        raise AwsError("InvalidIfMatchVersion", "The If-Match version is missing or not valid for the resource.")
    if version != item.etag:
        raise AwsError(
            "PreconditionFailed",
            "The request failed because it didn't meet the preconditions in one or more request-header fields.",
            412,
        )


def _overlap(one: str, other: str) -> bool:
    """Whether one of two aliases is a wildcard that matches the other, at any depth."""
    return any(
        wildcard.startswith("*.") and name.endswith(wildcard[1:]) for wildcard, name in ((one, other), (other, one))
    )


def _new_etag(item: Distribution) -> None:
    item.etag = "E" + _random(13)
    item.etags.add(item.etag)
    item.summary = ""


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for dummy in range(length))


def _tags(pairs: t.Sequence[tuple[str | None, str | None]]) -> dict[str, str]:
    tags = {key or "": value or "" for key, value in pairs}
    if (
        len(tags) != len(pairs)
        or len(tags) > MAX_TAGS
        or any(not key or len(key) > 128 or key.lower().startswith("aws:") for key in tags)
    ):
        raise AwsError("InvalidTagging", "The tagging specified is not valid.")
    return tags
