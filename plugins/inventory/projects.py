# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: projects
version_added: 0.1.0
short_description: Certificate projects of a store as inventory
author:
  - certops.cloudfront contributors (@certops)
description:
  - Shows the projects in a store as hosts, one for each, so that C(--limit), job slicing of AWX and C(ansible-inventory
    --graph) work on projects.
  - The definition of a project is there as the variables of the role P(certops.cloudfront.project#role), such as
    C(project_domains), and what is known of it as
    C(project_record), which has the fields that M(certops.cloudfront.project_info) returns. So the playbooks of this
      collection run on the hosts as they are.
  - The connection of a host is C(local), and its Python is that of Ansible.
  - Every host is in the group C(certificate_projects), and in groups by state and by tag.
  - The groups by state are C(state_locked), C(state_expired), C(state_failing), C(state_unfinished), C(state_pending),
    C(state_due), and C(state_ok).
    They mean what RV(certops.cloudfront.project_info#module:projects[].state) says. A host of another state is also in
      C(state_due) if a scheduled run has
    something to do for it now, and in C(state_expiring) if its certificate is within O(expiring_days) of its end.
  - The groups by tag are C(tag_KEY_VALUE) for each of C(project_tags), or C(tag_KEY) for a tag without a value. What
    Ansible does not take in the name of a
    group becomes an underscore.
  - A document that cannot be used is a warning, and a host in C(certificate_projects) and C(state_broken) whose
    C(certops_problem) says what is wrong with it.
    A playbook that runs on it reports it as failed.
  - What is in the store under a name that no project can have is a warning and no host, and nothing is read from it.
  - Reads the store only, and nothing secret is in it. The file of this source ends with C(projects.yml),
    C(projects.yaml), C(certops.yml), or C(certops.yaml).
extends_documentation_fragment:
  - certops.cloudfront.requirements
  - certops.cloudfront.store
  - constructed
  - inventory_cache
  - certops.cloudfront.aws.plugins
options:
  plugin:
    description: Marks the file as one for this plugin.
    type: str
    required: true
    choices: [certops.cloudfront.projects]
  expiring_days:
    description:
      - A host is in the group C(state_expiring) if its certificate expires in fewer days than this, or has expired.
      - For a certificate that lives less than 56 days they shrink in proportion, so that 14 days are 40 hours for one
        of 160 hours.
    type: int
    default: 14
notes:
  - O(store), O(region), O(profile), O(access_key), O(secret_key), O(session_token), O(endpoint_url), and
    O(assume_role_arn) may be templates.
  - Who can write the files of O(cache) decides what the inventory says of a project, as who can write the store does,
    so O(cache_connection) belongs into a directory of your own, and never into a shared one such as C(/tmp). Texts in
    it are never templates, and a cache in another form than ours is not used.
  - O(cache) keeps the documents, while states, groups and days are computed anew each time. What happened to a project
    since is then not seen in the inventory;
    the playbook C(certops.cloudfront.renew) sees it all the same, because it reads the store itself. With
    C(--flush-cache), ansible-playbook, and from ansible-core 2.19 on ansible-inventory, read the store again.
  - C(certops.cloudfront.renew) finds out by itself what is due. With C(--limit state_due) it looks at those projects
    only, but if there are none, Ansible ends with an error, because the limit matches no host.
  - A project that is named C(all), C(localhost), C(ungrouped), or like one of the groups is left out with a warning,
    since in Ansible the name stands for more.
  - The connection options to AWS are used for a store in AWS only, and no AWS action is needed for a store in files.
  - "IAM actions needed for a store in DynamoDB: C(dynamodb:Scan), C(dynamodb:GetItem)."
  - "IAM actions needed for a store in S3: C(s3:ListBucket), C(s3:GetObject), and C(kms:Decrypt) where a KMS key
    encrypts it."
  - "With O(assume_role_arn), these are needed by the role, and C(sts:AssumeRole) by the identity that assumes it."
seealso:
  - module: certops.cloudfront.project_info
"""
EXAMPLES = r"""
# certops.yml: the projects in the user's own data directory. Then, for example,
#   ansible-inventory -i certops.yml --graph
#   ansible-playbook -i certops.yml certops.cloudfront.renew --limit state_due
#   ansible-playbook -i certops.yml certops.cloudfront.reissue --limit webapp
plugin: certops.cloudfront.projects

---
# A store in DynamoDB, of China, with the credentials of a profile.
plugin: certops.cloudfront.projects
store: dynamodb://certops
region: cn-northwest-1
profile: web-cn

---
# AWX: put this file into the project as inventories/certops.yml and add it to an inventory as a source "Sourced from a
# Project", with an execution
# environment that has this collection, a credential of the type "Amazon Web Services", "Overwrite", "Overwrite
# variables", and "Update on launch".
# A job template on this inventory then runs certops.cloudfront.renew; its job slices, or a limit such as tag_team_web,
# divide the projects.
plugin: certops.cloudfront.projects
store: s3://certops-example/store
region: eu-central-1
assume_role_arn: arn:aws:iam::123456789012:role/certops-reader

---
# Which store comes from the environment, and the documents are read anew after ten minutes.
plugin: certops.cloudfront.projects
store: "{{ lookup('ansible.builtin.env', 'CERTOPS_STORE', default='file:///srv/certops/store') }}"
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/certops/inventory
cache_timeout: 600

---
# Groups and variables of your own.
plugin: certops.cloudfront.projects
expiring_days: 7
strict: true
compose:
  days_left: project_record.expires_in_days
groups:
  wildcard: project_domains | select('match', '[*]') | length > 0
keyed_groups:
  - prefix: key
    key: project_key_type
"""

import json
import typing as t
from datetime import datetime, timezone

from ansible.errors import AnsibleParserError
from ansible.inventory.group import to_safe_group_name
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws import session
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import processes
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores import documents, open as stores
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores.base import Store
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet import inventory as shown
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import definition, document
from ansible_collections.certops.cloudfront.plugins.module_utils._core.run import overview
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import json_text, texts
from ansible_collections.certops.cloudfront.plugins.module_utils._operations import project_updates
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.renewal_notes import RenewalNotes

from ..module_utils._errors import CertError, taken_notes

try:
    from ansible.template import trust_as_template as trusted
except ImportError:  # ansible-core 2.18 trusts what is not marked as unsafe, later ones trust what is marked as trusted
    from ansible.utils.unsafe_proxy import wrap_var as untrusted

    def trusted(value: str) -> str:
        # What a lookup returned is a subclass that is marked as unsafe, which ansible-inventory --list would show.
        return str.__str__(value)

else:

    def untrusted(value: str) -> str:
        return value


SUFFIXES = ("projects.yml", "projects.yaml", "certops.yml", "certops.yaml")
CONNECTION = ("access_key", "secret_key", "session_token", "profile", "endpoint_url", "region")
ROLE_SESSION = "certops-inventory"
# What is found of a document: {"document": ...} or {"error": ...}, by the name of its project.
Found = dict[str, dict[str, t.Any]]


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """One host for each project of a store."""

    NAME = "certops.cloudfront.projects"

    def verify_file(self, path: str) -> bool:
        """Whether the name of the file is one of ours."""
        return bool(super().verify_file(path)) and path.endswith(SUFFIXES)

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        """Add the projects of the store that the file names."""
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        try:
            store = stores.store(self._option("store"), self._session)
            found = self._found(store, path, cache)
        except CertError as exc:
            raise AnsibleParserError(exc.message) from exc
        for text in taken_notes():
            self._warn(text)
        for group in shown.GROUPS:
            self.inventory.add_group(group)
        uri, now = self._option("store") or store.uri, datetime.now(timezone.utc)
        for name, entry in found.items():
            if definition.name_problems(name):
                # Whatever it is named, and wherever that comes from: it is not a host.
                self._warn(entry.get("error") or documents.refused_name(name, store.uri)[1].message)
            else:
                self._add(self._host(name, entry, uri, now))

    def _found(self, store: Store, path: str, cache: bool) -> Found:
        """The documents, from the cache if they are there and may come from there (``cache`` is false with
        --flush-cache)."""
        if not self.get_option("cache"):
            return _read(store)
        # The same file may name another store tomorrow, or in another environment.
        key = self.get_cache_key(f"{path}{store.uri}")
        kept, is_damaged = self._cached(key) if cache else (None, False)
        if is_damaged:
            self._warn(f"what the inventory cache has of {store.uri} does not have the form of it; it is read anew")
        if kept is None:
            kept = self._cache[key] = _read(store)
        return kept

    def _cached(self, key: str) -> tuple[Found | None, bool]:
        """What the cache has, if it can be used, and whether it has something that cannot."""
        try:
            if key not in self._cache:
                return None, False
            kept = _kept(self._cache[key])
        except Exception:  # noqa: BLE001 - each cache plugin raises what it likes over what is damaged
            return None, True
        return kept, kept is None

    def _host(self, name: str, entry: t.Mapping[str, t.Any], uri: str, now: datetime) -> shown.Host:
        """The host of a document; one that cannot be used is warned of."""
        error = entry.get("error")
        if not error:
            try:
                current = overview.of(document.loaded(name, entry["document"]), now, processes.is_dead)
                return shown.host(current, uri, self.get_option("expiring_days"), now)
            except ValueError as exc:
                error = f"the document of project {name} in {uri} cannot be used: {exc}"
            except Exception as exc:  # noqa: BLE001 - whatever is wrong with one document, the others have their hosts
                error = project_updates.damaged(name, exc)
        return shown.broken_host(name, self._warn(error), uri)

    def _warn(self, text: str) -> str:
        """Show the warning; the text as it was shown."""
        said: str = texts.cleaned(text, texts.LONGEST_MESSAGE)
        self.display.warning(said)
        return said

    def _add(self, host: shown.Host) -> None:
        if host.name in shown.RESERVED_NAMES:
            self.display.warning(
                f"project {host.name} is left out of the inventory, because in Ansible this name means something else;"
                " run it by project_name"
            )
            return
        self.inventory.add_host(host.name)
        variables = {
            **_plain(host.variables),
            "ansible_connection": trusted("local"),
            "ansible_python_interpreter": trusted("{{ ansible_playbook_python }}"),
        }
        # Not by the inventory's own set_variable, which copies and tags each value again: for 10,000 projects that
        # takes longer than all the rest.
        added = self.inventory.get_host(host.name)
        for name, value in variables.items():
            added.set_variable(name, value)
        for group in host.groups:
            self.inventory.add_host(
                host.name, self.inventory.add_group(to_safe_group_name(group, force=True, silent=True))
            )
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, host.name, strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, host.name, strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host.name, strict)

    def _session(self) -> session.Session:
        """The connection to AWS, as the role if there is one."""
        params = {name: self._option(name) for name in CONNECTION}
        return session.Session({**params, "role_arn": self._option("assume_role_arn")}, ROLE_SESSION)

    def _option(self, name: str) -> t.Any:
        """The option; a template in it is replaced by its value."""
        value = self.get_option(name)
        if not isinstance(value, str) or not self.templar.is_template(value):
            return value
        # ansible-core 2.18 refuses lookups without the argument, and later ones deprecate it.
        more = {} if hasattr(self.templar, "evaluate_expression") else {"disable_lookups": False}
        return self.templar.template(value, **more)


def _read(store: Store) -> Found:
    """Every document in the store, or why it cannot be used; RemoteError if the store is away."""
    notes, now = RenewalNotes(store), datetime.now(timezone.utc)
    return {
        name: {"error": stored.message}
        if isinstance(stored, CertError)
        else {"document": _with_notes(name, stored.document, notes, now)}
        for name, stored in store.scan()
    }


def _kept(cached: t.Any) -> Found | None:
    """What the cache has, as plain values: it may have been written by others, and its texts marked as templates. None
    if it has not the form of ours."""
    try:
        found = json_text.parsed(json.dumps(cached))
    except (TypeError, ValueError, RecursionError):
        return None
    is_ours = isinstance(found, dict) and all(_is_entry(entry) for entry in found.values())
    return found if is_ours else None


def _is_entry(entry: t.Any) -> bool:
    if not isinstance(entry, dict) or len(entry) != 1:
        return False
    return isinstance(entry.get("document"), dict) or isinstance(entry.get("error"), str)


def _with_notes(name: str, stored: dict[str, t.Any], notes: RenewalNotes, now: datetime) -> dict[str, t.Any]:
    """The document with what its CA said last; one that cannot be used stays as it is, and its host says why."""
    try:
        return dict(notes.view(document.loaded(name, stored), now))
    except Exception:  # noqa: BLE001 - whatever is wrong with one document, the others have their hosts
        return stored


def _plain(value: t.Any) -> t.Any:
    """The value with each text marked such that it is never taken for a template, and that ``ansible-inventory --list``
    shows what cannot be one as it is."""
    if isinstance(value, str):
        return untrusted(value) if "{" in value or value.startswith("#jinja2:") else trusted(value)
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return value
