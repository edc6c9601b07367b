# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""See plugin_utils/_in_process.py. The checks are the modules of the steps themselves, each in check mode, one after
another in one worker."""

from __future__ import annotations

import typing as t

from ..module_utils._core.targets import report
from ..plugin_utils import _in_process

# Option and module, in the order of a run.
CHECKS = {
    "order": "acme_route53_issue",
    "request": "acm_cert_request",
    "files": "certificate_files",
    "upload": "iam_server_cert",
    "import": "acm_cert",
    "elb": "elb_cert_bind",
    "apigateway": "apigateway_cert_bind",
    "bind": "cloudfront_cert_bind",
}

for _name in CHECKS.values():
    _in_process.serving(_name)


class ActionModule(_in_process.ActionModule):
    """The action of the module project_preflight."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Whether every step could be taken; all problems at once, since a definition is best repaired as a whole."""
        del tmp
        args = self._task.args
        shared = {option: value for option, value in args.items() if option not in CHECKS}
        self._task.check_mode, self._task.diff = True, False
        found = {
            option: [
                self.result_of(module, {**shared, **given}, task_vars)
                for given in (args[option] if isinstance(args[option], list) else [args[option]])
            ]
            for option, module in CHECKS.items()
            if args.get(option)
        }
        results = [result for made in found.values() for result in made]
        problems = list(dict.fromkeys(report.failures_of(results)))
        warnings = [text for result in results for text in result.get("warnings") or ()]
        result: dict[str, t.Any] = {"changed": False, "checked": list(found), "warnings": warnings}
        return {**result, "failed": True, "msg": "; ".join(problems)} if problems else result
