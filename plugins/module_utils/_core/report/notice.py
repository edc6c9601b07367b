# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people read about a run: the mail, in English and Chinese, and the line of the summary. Never key material."""

from __future__ import annotations

import json
import typing as t
import urllib.parse
from dataclasses import dataclass

from ..values import times, urls
from ..values.partitions import CHINA, GLOBAL, partition_of
from ..values.shapes import ProjectDocument
from . import expiry
from .publication import CRITICAL, INFO, WARNING

IN_PLACE, LEFT_BEHIND, RUN_FAILED, RUN = "certificate_in_place", "sites_left_behind", "run_failed", "run"
RECORD_TITLE = "CloudFront SSL Certificate Renew Records"
RECORD_FIELDS = (
    "Previous_IAM_SSL_Info",
    "Matched_CloudFront",
    "Update_CloudFront_Status",
    "Delete_Previous_IAM_SSL_Cert",
)
CONSOLES = {
    GLOBAL: "https://console.aws.amazon.com/cloudfront/v4/home",
    CHINA: "https://console.amazonaws.cn/cloudfront/v3/home",
}
BUCKETS = {
    GLOBAL: "https://console.aws.amazon.com/s3/object",
    CHINA: "https://console.amazonaws.cn/s3/object",
}


@dataclass(frozen=True)
class Notice:
    """A mail: the subject fits SNS (at most 100 ASCII characters; the name of a project has at most 63). ``event`` and
    ``severity`` are for subscriptions that filter."""

    subject: str
    message: str
    event: str
    severity: str = INFO

    def as_dict(self) -> dict[str, str]:
        """The form in results."""
        return {"subject": self.subject, "message": self.message, "event": self.event, "severity": self.severity}


def of_success(document: ProjectDocument, renew_at: str | None) -> Notice:
    """The mail after a run that changed something and ended well, though perhaps not for every distribution."""
    name, left = document["name"], _left_behind(document)
    return Notice(
        subject=f"certops: ACTION NEEDED for {name}" if left else f"certops: certificate of {name} is in place",
        event=LEFT_BEHIND if left else IN_PLACE,
        severity=WARNING if left else INFO,
        message="\n".join(
            [
                *(left or [f"The certificate of project {name} is in place.", f"项目 {name} 的证书已就绪。"]),
                "",
                *_certificate_lines(document, renew_at),
                "",
                *_record_lines(document),
            ]
        ),
    )


def _left_behind(document: ProjectDocument) -> list[str]:
    """The distributions that keep an older certificate, why, and until when they can."""
    last_run = document["last_run"]
    entries = last_run["Update_CloudFront_Status"] if last_run else []
    left = {key: value for entry in entries for key, value in entry.items() if isinstance(value, dict)}
    if not left:
        return []
    name, ends = document["name"], [old["not_after"] for old in document["superseded"] if old.get("not_after")]
    until, until_in_chinese = (f" until {min(ends)}", f", 最早于 {min(ends)} 过期") if ends else ("", "")
    reasons = [next(iter(value.values()), None) for value in left.values()]
    return [
        f"The certificate of project {name} is in place, but {', '.join(left)} kept an older one{until}:",
        f"项目 {name} 的证书已就绪, 但 {', '.join(left)} 仍使用旧证书{until_in_chinese}:",
        *(
            f"- {one}: {reason.get('message') if isinstance(reason, dict) else reason}"
            for one, reason in zip(left, reasons)
        ),
    ]


def of_failure(document: ProjectDocument, reason: str, renew_at: str | None) -> Notice:
    """The mail after a run that failed; the next run resumes where this one stopped."""
    name = document["name"]
    return Notice(
        subject=f"certops: FAILED for {name}, action needed",
        event=RUN_FAILED,
        severity=CRITICAL if _expires_soon(document) else WARNING,
        message="\n".join(
            [
                f"The run of project {name} failed: {reason}",
                f"项目 {name} 的运行失败: {reason}",
                "",
                (
                    "The certificate in use was left in place. Fix the cause and run again; the next run"
                    " resumes from here."
                ),
                "If the certificate in use expires before that, replace it by hand in time.",
                "正在使用的证书未被更改。请排除故障后重新运行; 如证书即将过期, 请及时手动更换。",
                "",
                *_certificate_lines(document, renew_at),
                "",
                *_record_lines(document),
            ]
        ),
    )


def _expires_soon(document: ProjectDocument) -> bool:
    """Whether the certificate in service had come down to the first threshold when the run ended."""
    certificate, last_run = document["certificate"], document["last_run"]
    ended = last_run.get("finished_at") if last_run else None
    if not certificate or not ended:
        return False
    ends, begins = times.from_text(certificate["not_after"]), times.from_text(certificate["not_before"])
    return bool(expiry.level(ends - times.from_text(ended), ends - begins))


def _certificate_lines(document: ProjectDocument, renew_at: str | None) -> list[str]:
    certificate = document.get("certificate")
    if not certificate:
        return ["No certificate yet. / 尚无证书。"]
    partition = _partition(str(certificate.get("arn") or ""))
    archived = str(certificate.get("archive_uri") or "not there, only IAM has the certificate / 没有,证书仅存于 IAM")
    return [
        f"Certificate / 证书: {certificate.get('name')} ({certificate.get('id')})",
        f"Names / 域名: {', '.join(certificate.get('domains') or [])}",
        f"Valid until / 有效期至: {certificate.get('not_after')}",
        f"Next renewal / 下次续期: {renew_at}",
        f"Archive / 归档: {archived}",
        *_bucket_lines(archived, partition),
        f"Console / 控制台: {CONSOLES[partition]}",
    ]


def _partition(arn: str) -> str:
    found = partition_of(arn)
    return found if found in CONSOLES else GLOBAL


def _bucket_lines(uri: str, partition: str) -> list[str]:
    """The page of an archived bundle in the console; a file has none."""
    found = urls.parts(uri)
    if found.scheme != "s3":
        return []
    key = urllib.parse.urlencode({"prefix": found.path.lstrip("/")}, safe="/")
    return [f"Bucket / 存储桶: {BUCKETS[partition]}/{found.netloc}?{key}"]


def _record_lines(document: ProjectDocument) -> list[str]:
    last_run: t.Mapping[str, t.Any] = document.get("last_run") or {}
    record = {field: last_run.get(field) for field in RECORD_FIELDS}
    return [f"{RECORD_TITLE}:", json.dumps(record, indent=2, ensure_ascii=False)]


def summary(document: ProjectDocument, changed: bool, renew_at: str | None) -> dict[str, t.Any]:
    """``{name, status, changed, failed, reason}``: one project in the summary of a playbook run that did not fail."""
    certificate = document["certificate"]
    if not certificate:
        reason = "no certificate"
    else:
        reason = f"{certificate.get('name')} valid until {certificate.get('not_after')}, renewal at {renew_at}"
        went_back = certificate.get("rolled_back")
        reason += f"; the project went back to it at {went_back['at']}" if went_back else ""
    return {
        "name": document["name"],
        "status": "changed" if changed else "unchanged",
        "changed": changed,
        "failed": False,
        "reason": reason,
    }
