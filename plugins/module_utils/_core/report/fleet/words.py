# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of the report, in English and in Chinese. What comes from documents stays in its own language."""

from __future__ import annotations

from datetime import timedelta

LANGUAGES = ("en", "zh")
# A length of more days than this is told in days alone.
LONG_DAYS = 10
# By the English word; the page gives the table to its script, which changes the language in the browser.
CHINESE = {
    "Certificates": "证书",
    "project": "个项目",
    "projects": "个项目",
    "needs a person": "个需要处理",
    "need a person": "个需要处理",
    "Need a person": "需要人工处理",
    "Nothing needs a person.": "目前没有需要人工处理的项目。",
    "Expiries of the next 90 days": "未来 90 天内的到期情况",
    "Expiries by week": "按周统计的到期数",
    "Week from": "起始日期",
    "Certificates that expire": "到期证书数",
    "later": "更晚",
    "Projects": "项目列表",
    "Project": "项目",
    "State": "状态",
    "Names": "域名",
    "Time left": "剩余时间",
    "Renews": "续期时间",
    "CA and key": "CA 与密钥",
    "Served by": "服务于",
    "Last run": "上次运行",
    "ok": "正常",
    "due": "待续期",
    "pending": "尚无证书",
    "locked": "运行中",
    "unfinished": "未完成",
    "failing": "失败",
    "broken": "文档损坏",
    "expired": "已过期",
    "expiring": "即将过期",
    "overdue": "续期逾期",
    "ca_incident": "CA 要求更换",
    "left_behind": "有站点仍使用旧证书",
    "uncovered_alias": "证书未覆盖某个域名",
    "unbound": "未绑定到任何分配",
    "revocation_pending": "待吊销",
    "Why": "原因",
    "Tags": "标签",
    "Certificate": "证书",
    "Superseded": "已被替换",
    "ID": "ID",
    "issued": "签发时间",
    "expires": "到期时间",
    "Expires": "到期时间",
    "issuer": "签发者",
    "revoked": "吊销时间",
    "Store": "存放位置",
    "Archive": "归档",
    "Addresses": "通知地址",
    "subscribed": "已订阅",
    "not subscribed": "未订阅",
    "Window of the CA": "CA 建议的续期窗口",
    "Next attempt": "下次尝试",
    "Failures in a row": "连续失败次数",
    "Progress of the run": "运行进度",
    "Held by": "占用者",
    "History": "历史记录",
    "Certificates of no project": "不属于任何项目的证书",
    "At the path of": "所在路径的项目",
    "Name": "名称",
    "Used by": "使用者",
    "Every server certificate belongs to a project.": "所有服务器证书都属于某个项目。",
    "Places for server certificates in IAM": "IAM 服务器证书配额",
    "next renewal": "下次续期",
    "first expiry": "最早到期",
    "made": "生成时间",
    "store": "存储",
    "This report is too old: check that its schedule runs.": "此报告已超过两个周期未更新, 请检查计划任务。",
    "Times are in UTC.": "时间均为 UTC。",
    "Search": "搜索",
    "any": "全部",
    "Expires within": "到期时间在",
    "Reset": "重置",
    "CSV of these": "导出 CSV",
    "Show all": "显示全部",
    "shown": "显示",
}


def word(english: str, language: str) -> str:
    """The word in this language."""
    return CHINESE[english] if language == "zh" else english


def counted(number: int, one: str, many: str, language: str) -> str:
    """So many of these, in this language."""
    return f"{number} {word(one if number == 1 else many, language)}"


def span(length: timedelta, language: str) -> str:
    """A length of time in its two largest units, ``2 d 4 h``; a length of more than ten days in days alone."""
    seconds = int(abs(length).total_seconds())
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    units = ("天", "小时", "分钟") if language == "zh" else ("d", "h", "min")
    parts = [(days, units[0]), (hours, units[1]), (minutes, units[2])]
    first = next((place for place, (count, _unit) in enumerate(parts) if count), 2)
    kept = parts[first : first + (1 if days > LONG_DAYS else 2)]
    return " ".join(f"{count} {unit}" for count, unit in kept if count or len(kept) == 1) or f"0 {units[2]}"


def other(language: str) -> str:
    """The other language."""
    return "en" if language == "zh" else "zh"


def until(length: timedelta, language: str) -> str:
    """When something is, from now: ``in 2 d 4 h``, ``2 d 4 h ago``."""
    if length < timedelta(0):
        return f"{span(length, language)}前" if language == "zh" else f"{span(length, language)} ago"
    return f"{span(length, language)}后" if language == "zh" else f"in {span(length, language)}"
