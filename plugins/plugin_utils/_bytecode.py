# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets Python keep the bytecode of this collection's modules.

Ansible's importer of collections compiles each file anew in every process (AnsibleCollectionPkgLoader.get_code in
ansible/utils/collection_loader/_collection_finder.py), which was a tenth of the CPU time of a short run. Python's own
importer reads what it compiled before from ``__pycache__``, and compiles where that cannot be written.
"""

from __future__ import annotations

import functools
import sys
import typing as t
from importlib.abc import MetaPathFinder
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, ModuleSpec, SourceFileLoader

_HERE = __name__.rpartition(".plugin_utils.")[0]
_OURS = (f"{_HERE}.module_utils.", f"{_HERE}.modules.")


class _Finder(MetaPathFinder):
    """Finds the files of module_utils and modules; folders and everything else are left to Ansible's importer."""

    @staticmethod
    def find_spec(fullname: str, path: t.Sequence[str] | None, _target: object = None) -> ModuleSpec | None:
        if path is None or not fullname.startswith(_OURS):
            return None
        specs = (_files_of(str(folder)).find_spec(fullname) for folder in path)
        return next((spec for spec in specs if spec is not None and spec.loader is not None), None)


@functools.cache
def _files_of(folder: str) -> FileFinder:
    return FileFinder(folder, (SourceFileLoader, SOURCE_SUFFIXES))


def keep() -> None:
    """From now on, for this process and its forks, ahead of Ansible's importer and of no other."""
    finders = [type(one).__name__ for one in sys.meta_path]
    if "_AnsibleCollectionFinder" in finders and _Finder not in sys.meta_path:
        sys.meta_path.insert(finders.index("_AnsibleCollectionFinder"), t.cast("t.Any", _Finder))
