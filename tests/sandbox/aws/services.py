# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which services the sandbox answers itself; every other one is moto's."""

from __future__ import annotations

import typing as t

from .acm import Acm
from .apigateway import ApiGateway
from .apigatewayv2 import ApiGatewayV2
from .cloudformation import CloudFormation
from .cloudfront import CloudFront
from .elb import Elb
from .elbv2 import Elbv2
from .events import Events
from .iam import Iam
from .lambda_functions import Lambda
from .route53 import Route53
from .s3 import S3
from .service import Service
from .sns import Sns
from .ssm import Ssm
from .sts import Sts
from .tagging import Tagging

if t.TYPE_CHECKING:
    from .state import State

_STRICT: tuple[type[Service], ...] = (
    Acm,
    ApiGateway,
    ApiGatewayV2,
    CloudFormation,
    CloudFront,
    Elb,
    Elbv2,
    Events,
    Iam,
    Lambda,
    Route53,
    S3,
    Sns,
    Ssm,
    Sts,
    Tagging,
)


def strict_services(state: State) -> dict[str, Service]:
    """A new, empty instance of each strict service, by signing name."""
    return {service.name: service(state) for service in _STRICT}
