# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How to connect to AWS. The options are those of amazon.aws, in words of this collection: Galaxy and Automation Hub
read the artefact alone, where the fragments of another collection are unknown."""

from __future__ import annotations


class ModuleDocFragment:
    """Used as certops.cloudfront.aws in modules, as certops.cloudfront.aws.plugins in plugins; held to amazon.aws by
    tests."""

    DOCUMENTATION = r"""
options:
  access_key:
    description:
      - Access key ID. Not together with O(profile).
      - Taken from the environment variable E(AWS_ACCESS_KEY_ID) or E(AWS_ACCESS_KEY) if not given.
    type: str
    aliases: [aws_access_key_id, aws_access_key]
  secret_key:
    description:
      - Secret access key. Not together with O(profile).
      - Taken from the environment variable E(AWS_SECRET_ACCESS_KEY) or E(AWS_SECRET_KEY) if not given.
    type: str
    aliases: [aws_secret_access_key, aws_secret_key]
  session_token:
    description:
      - Session token of temporary credentials. Not together with O(profile).
      - Taken from the environment variable E(AWS_SESSION_TOKEN) if not given.
    type: str
    aliases: [aws_session_token]
  profile:
    description:
      - Named profile with the credentials.
      - Not together with O(access_key), O(secret_key) and O(session_token).
      - Taken from the environment variable E(AWS_PROFILE) or E(AWS_DEFAULT_PROFILE) if not given.
    type: str
    aliases: [aws_profile]
  region:
    description:
      - Region, which decides the partition also for services without regions such as IAM, Route 53 and CloudFront.
      - Taken from the environment variable E(AWS_REGION) or E(AWS_DEFAULT_REGION) if not given.
    type: str
    aliases: [aws_region]
  endpoint_url:
    description:
      - URL to call instead of the endpoints of AWS.
      - Taken from the environment variable E(AWS_URL) if not given.
    type: str
    aliases: [aws_endpoint_url]
  aws_ca_bundle:
    description:
      - A PEM file with the CA certificates that the endpoints of AWS are checked against.
      - Taken from the environment variable E(AWS_CA_BUNDLE) if not given.
    type: path
  validate_certs:
    description:
      - Whether the certificates of the endpoints of AWS are checked. Use O(aws_ca_bundle) rather than switching this
        off.
    type: bool
    default: true
  aws_config:
    description:
      - Settings of botocore, by their names in
        U(https://botocore.amazonaws.com/v1/documentation/api/latest/reference/config.html#botocore.config.Config).
    type: dict
  debug_botocore_endpoint_logs:
    description:
      - Whether the result lists the calls that were made, as C(resource_actions).
      - Taken from the environment variable E(ANSIBLE_DEBUG_BOTOCORE_LOGS) if not given.
    type: bool
    default: false
notes:
  - Environment variables and the configuration files of AWS are read on the host that the module runs on.
  - What is not given is looked for where boto3 looks for it, see
    U(https://boto3.amazonaws.com/v1/documentation/api/latest/guide/credentials.html).
"""

    PLUGINS = r"""
options:
  access_key:
    description: Access key ID. Not together with O(profile).
    type: str
    aliases: [aws_access_key_id, aws_access_key]
    env:
      - name: AWS_ACCESS_KEY_ID
      - name: AWS_ACCESS_KEY
  secret_key:
    description: Secret access key. Not together with O(profile).
    type: str
    aliases: [aws_secret_access_key, aws_secret_key]
    env:
      - name: AWS_SECRET_ACCESS_KEY
      - name: AWS_SECRET_KEY
  session_token:
    description: Session token of temporary credentials. Not together with O(profile).
    type: str
    aliases: [aws_session_token]
    env:
      - name: AWS_SESSION_TOKEN
  profile:
    description:
      - Named profile with the credentials.
      - Not together with O(access_key), O(secret_key) and O(session_token).
    type: str
    aliases: [aws_profile]
    env:
      - name: AWS_PROFILE
      - name: AWS_DEFAULT_PROFILE
  region:
    description: Region, which decides the partition also for services without regions.
    type: str
    aliases: [aws_region]
    env:
      - name: AWS_REGION
  endpoint_url:
    description: URL to call instead of the endpoints of AWS.
    type: str
    aliases: [aws_endpoint_url]
    env:
      - name: AWS_URL
  assume_role_arn:
    description: ARN of the role to assume with these credentials.
    type: str
    aliases: [iam_role_arn]
notes:
  - Environment variables and the configuration files of AWS are read on the controller.
  - What is not given is looked for where boto3 looks for it, see
    U(https://boto3.amazonaws.com/v1/documentation/api/latest/guide/credentials.html).
"""
