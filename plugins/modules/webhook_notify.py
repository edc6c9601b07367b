#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: webhook_notify
version_added: 0.1.0
short_description: Send a notice to webhooks, and a heartbeat
author:
  - certops.cloudfront contributors (@certops)
description:
  - Sends one message to the robots of chat services and to receivers of JSON, all at once, and checks what they answer.
    Several of them answer a message that they refuse with HTTP 200.
  - A receiver that refuses, or does not answer within 20 seconds, is a warning. It stops no other, and fails the
    module only with O(strict).
  - The URL of a webhook is a secret and never shown. Redirects are not followed.
extends_documentation_fragment:
  - certops.cloudfront.attributes
  - certops.cloudfront.requirements
  - certops.cloudfront.aws
attributes:
  check_mode:
    support: full
    details: Nothing is sent.
  diff_mode:
    support: none
  idempotent:
    support: none
    details: Each run sends.
options:
  webhooks:
    description: The receivers.
    type: list
    elements: dict
    default: []
    suboptions:
      kind:
        description:
          - What receives it. V(dingtalk), V(feishu) (also Lark), V(wecom), V(slack) and V(teams) are robots of these
            services, V(teams) a workflow that posts to a channel.
          - V(json) gets C(source), C(event), C(failed), C(sent_at), C(subject) and C(text). Any answer with HTTP 200 to
            299 means that it took them.
          - V(heartbeat) gets a POST whenever the module runs, as healthchecks.io takes it. With O(failed) it goes to
            the URL with C(/fail) added to its path.
          - V(apprise) is any of the services C(bark), C(bluesky), C(discord), C(flock), C(gchat), C(goalert),
            C(gotify), C(groupme), C(guilded), C(ifttt), C(ilert), C(incidentio), C(irc), C(jira), C(line), C(mailgun),
            C(mailto), C(mastodon), C(matrix), C(mmost), C(nctalk), C(ntfy), C(o365), C(onesignal), C(opsgenie),
            C(pagerduty), C(pagertree), C(pbul), C(pover), C(prowl), C(pushdeer), C(pushplus), C(pushy), C(rocket),
            C(ryver), C(schan), C(sendgrid), C(ses), C(signal), C(signl4), C(simplepush), C(sns), C(spike), C(splunk),
            C(squadcast), C(synology), C(tgram), C(threema), C(twilio), C(twist), C(victorops), C(vonage), C(webex),
            C(workflows), C(wxpusher), C(xmatters) and C(zulip), by the Python library apprise. Of a refusal it tells
            no reason.
        type: str
        required: true
        choices: [dingtalk, feishu, wecom, teams, slack, json, heartbeat, apprise]
      url:
        description: Its C(https://) URL. On the host itself C(http://) is accepted. For V(apprise), a URL as
          L(apprise describes it, https://appriseit.com/services/), for example C(ntfys://topic).
        type: str
        required: true
      secret:
        description:
          - Signs the message as V(dingtalk) and V(feishu) ask for in the security settings of a robot.
          - For V(json), the header C(X-Certops-Signature) is C(t=SECONDS,v1=SIGNATURE), the HMAC-SHA256 of C(SECONDS),
            a dot, and the body, in hexadecimal.
        type: str
      name:
        description: How results and warnings call it. The default is its kind and the host of its URL.
        type: str
  heartbeat_url:
    description: The URL of one more receiver of the kind V(heartbeat).
    type: str
  subject:
    description: The first line.
    type: str
    default: ""
  body:
    description:
      - The message. Each service gets as much of it as it accepts.
      - Without it, only heartbeats are sent.
    type: str
    default: ""
  event:
    description: What it is about. V(run) is the end of a run, V(test) is a test.
    type: str
    choices: [run, test]
    default: run
  failed:
    description: Whether something failed, for heartbeats and receivers of JSON.
    type: bool
    default: false
  strict:
    description: Fail if a receiver does not take the message.
    type: bool
    default: false
requirements:
  - requests >= 2.33
  - apprise, for receivers of the kind V(apprise)
seealso:
  - module: certops.cloudfront.sns_notify
  - module: certops.cloudfront.run_summary
"""

EXAMPLES = r"""
- name: Notify a group in DingTalk, and a gateway
  certops.cloudfront.webhook_notify:
    webhooks:
      - kind: dingtalk
        url: "{{ vault_dingtalk_url }}"
        secret: "{{ vault_dingtalk_secret }}"
      - kind: json
        name: gateway
        url: https://notices.example.com/certops
    subject: The certificate of webapp was replaced
    body: It is valid until 2027-01-06.

- name: Notify a topic of ntfy
  certops.cloudfront.webhook_notify:
    webhooks:
      - kind: apprise
        name: ntfy
        url: "{{ vault_ntfy_url }}"
    subject: The certificate of webapp was replaced
    body: It is valid until 2027-01-06.

- name: Say that the schedule is alive
  certops.cloudfront.webhook_notify:
    heartbeat_url: "{{ vault_heartbeat_url }}"
"""

RETURN = r"""
receivers:
  description:
    - Each receiver, whether it took the message, and if not, why.
    - In check mode, those that would get it.
  returned: success, and failure with O(strict)
  type: list
  elements: dict
  sample:
    - {name: dingtalk (oapi.dingtalk.com), kind: dingtalk, taken: false, reason: "errcode 310000: keywords not in
        content"}
    - {name: gateway, kind: json, taken: true, reason: ""}
"""

import typing as t

from ..module_utils import _module
from ..module_utils._clients.net import webhooks as client
from ..module_utils._core.report.webhooks import EVENTS, KINDS
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._operations.report import webhooks
from ..module_utils._operations.report.webhooks import PostAll, WebhookRequest

RECEIVER: dict[str, t.Any] = {
    "kind": {"type": "str", "required": True, "choices": list(KINDS)},
    "url": {"type": "str", "required": True, "no_log": True},
    "secret": {"type": "str", "no_log": True},
    "name": {"type": "str"},
}
ARGUMENT_SPEC: dict[str, t.Any] = {
    "webhooks": {"type": "list", "elements": "dict", "default": [], "options": RECEIVER},
    "heartbeat_url": {"type": "str", "no_log": True},
    "subject": {"type": "str", "default": ""},
    "body": {"type": "str", "default": ""},
    "event": {"type": "str", "default": "run", "choices": list(EVENTS)},
    "failed": {"type": "bool", "default": False},
    "strict": {"type": "bool", "default": False},
}


def parse(params: Params) -> WebhookRequest:
    """The message and its receivers; every problem with the options in one ConfigError."""
    return webhooks.parse(params)


def connect(request: WebhookRequest) -> PostAll:
    """What sends; a webhook needs no session."""
    del request
    return client.post_all


def run(request: WebhookRequest, clients: PostAll, clock: Clock, check_mode: bool) -> Outcome:
    """Send one message to all of them."""
    return webhooks.deliver(request, clients, clock, check_mode)


def main() -> None:
    """Run the module."""
    _module.execute(argument_spec=ARGUMENT_SPEC, parse=parse, connect=connect, run=run)


if __name__ == "__main__":
    main()
