# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the execution environment of ``execution-environment.yml`` from this checkout, without a registry and without
a container engine, and runs create, renew and report in it, on the sandbox.

The base is a minimal Debian that debootstrap makes, in the place of the image that the definition names; buildah builds
with its chroot isolation. Both are Debian's, and need root.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import typing as t
from pathlib import Path

import checkout
import yaml

sys.path.insert(0, str(checkout.ROOT / "tests"))

from sandbox import seed
from sandbox.process import SandboxProcess

PLACE = checkout.ROOT / ".cache" / "ee"
SUITE = "trixie"
BASE, IMAGE = "localhost/certops-base:latest", "localhost/certops-ee:latest"
PACKAGES = "python3,python3-pip,python3-venv,ca-certificates"
COLLECTIONS = "/usr/share/ansible/collections/ansible_collections"
BUILDAH = ("buildah", "--storage-driver", "vfs", "--root", str(PLACE / "storage"), "--runroot", str(PLACE / "run"))
# How pip reaches its index is a matter of this machine.
HOST_FILES = {"pip.conf": "/etc/pip.conf", "ca-certificates.crt": "/etc/ssl/certs/ca-certificates.crt"}
FILENAME = ("--output-filename", "Containerfile")
CA_BUNDLE = "CERTOPS_ACME_CA_BUNDLE"
PLAYBOOK = ("ansible-playbook", "-e", "project_name=shop")
DOMAIN = "project_domains=shop.example.com"
# What renew says of a fleet with nothing due, and where the page of the report names the project.
LAST_LINE, SHOWN = "Nothing to do.", ">shop<"
# The home of the images.
HOME = "/runner"
REPORT = f"{HOME}/report"
IMPORTS = "import acme, boto3, cryptography, dns, idna, josepy, publicsuffixlist, requests"


def problem() -> str:
    """Why this machine cannot build it; empty if it can."""
    missing = [tool for tool in ("debootstrap", "buildah") if shutil.which(tool) is None]
    if missing:
        return f"{' and '.join(missing)} missing: apt-get install {' '.join(missing)}"
    return "" if os.geteuid() == 0 else "debootstrap and buildah's chroot isolation need root"


def execute(*command: str, cwd: Path = checkout.ROOT) -> None:
    """Run a command; an exit of this program with its status if it fails."""
    print("ee:", " ".join(command), flush=True)
    status = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, check=False).returncode
    if status:
        sys.exit(status)


def make_base() -> None:
    """The image that stands in for the one of the definition; it is kept for the next time."""
    archive = PLACE / f"{SUITE}.tar"
    if not archive.exists():
        root = PLACE / "rootfs"
        shutil.rmtree(root, ignore_errors=True)
        execute("debootstrap", "--variant=minbase", f"--include={PACKAGES}", SUITE, str(root))
        for marker in root.glob("usr/lib/python3*/EXTERNALLY-MANAGED"):
            marker.unlink()
        (root / "usr/bin/python").symlink_to("python3")
        execute("tar", "-C", str(root), "-cf", f"{archive}.part", ".")
        Path(f"{archive}.part").rename(archive)
        shutil.rmtree(root)
    context = PLACE / "base"
    context.mkdir(exist_ok=True)
    shutil.copy(archive, context / "rootfs.tar")
    files = [name for name, path in HOST_FILES.items() if Path(path).exists()]
    for name in files:
        shutil.copy(HOST_FILES[name], context / name)
    lines = ["FROM scratch", "ADD rootfs.tar /", *(f"COPY {name} {HOST_FILES[name]}" for name in files)]
    (context / "Containerfile").write_text("\n".join(lines) + "\n", encoding="utf-8")
    build(context, BASE)


def build(context: Path, tag: str) -> None:
    """An image from a context."""
    options = ("--isolation", "chroot", "--network", "host", "--tag", tag, "--file", str(context / "Containerfile"))
    execute(*BUILDAH, "build", *options, str(context))


def definition(name: str, base: str, artefact: Path, amazon: Path) -> dict[str, t.Any]:
    """A definition that is in the collection, with what a machine without a registry has another way."""
    found: dict[str, t.Any] = yaml.safe_load((checkout.ROOT / name).read_text(encoding="utf-8"))
    found["images"]["base_image"]["name"] = base
    found["dependencies"]["galaxy"] = {"collections": [{"name": f"files/{artefact.name}", "type": "file"}]}
    for key in ("python", "system"):
        if isinstance(file := found["dependencies"].get(key), str):
            found["dependencies"][key] = str(checkout.ROOT / file)
    found["options"] = {"package_manager_path": "/usr/bin/apt-get", "skip_pip_install": True}
    found["build_arg_defaults"] = {
        "PKGMGR_PRESERVE_CACHE": "always",
        "ANSIBLE_GALAXY_CLI_COLLECTION_OPTS": "--no-deps",
    }
    found["additional_build_files"] = [
        {"src": str(artefact), "dest": "files"},
        {"src": str(amazon), "dest": "amazon"},
    ]
    found["additional_build_steps"] = {"append_galaxy": [f"ADD _build/amazon {COLLECTIONS}/amazon/aws/"]}
    return found


def make_artefact() -> Path:
    """The collection of this checkout, as it would be published."""
    tree = checkout.copy("ee/tree")
    execute("ansible-galaxy", "collection", "build", "--force", "--output-path", str(PLACE), str(tree))
    return max(PLACE.glob("certops-cloudfront-*.tar.gz"), key=lambda path: path.stat().st_mtime)


def make_image(found: t.Mapping[str, t.Any], tag: str) -> None:
    """The image of a definition, by ansible-builder."""
    name = tag.partition("/")[2].partition(":")[0]
    (PLACE / f"{name}.yml").write_text(yaml.safe_dump(found), encoding="utf-8")
    context = PLACE / name
    shutil.rmtree(context, ignore_errors=True)
    execute("ansible-builder", "create", "--file", str(PLACE / f"{name}.yml"), "--context", str(context), *FILENAME)
    build(context, tag)


class Container:
    """A container of an image, with the network of this machine, and so with the addresses of the sandbox."""

    def __init__(self, image: str) -> None:
        made = subprocess.run([*BUILDAH, "from", image], check=True, capture_output=True, text=True)
        self.name = made.stdout.strip()
        self.environment = {"HOME": HOME}

    def use(self, sandbox: SandboxProcess) -> None:
        """Commands have the variables of the sandbox, and the file with the certificate of its CA."""
        self.environment |= sandbox.env()
        self.environment[CA_BUNDLE] = self.copied(Path(sandbox.env()[CA_BUNDLE]))

    def copied(self, path: Path) -> str:
        """The path of a file of this machine inside."""
        execute(*BUILDAH, "copy", self.name, str(path), f"{HOME}/{path.name}")
        return f"{HOME}/{path.name}"

    def command(self, *command: str) -> tuple[str, ...]:
        """A command of this machine that runs this one inside."""
        variables = [part for key, value in self.environment.items() for part in ("-e", f"{key}={value}")]
        return (*BUILDAH, "run", "--isolation", "chroot", *variables, self.name, "--", *command)

    def __enter__(self) -> Container:
        return self

    def __exit__(self, *_args: object) -> None:
        subprocess.run([*BUILDAH, "rm", self.name], check=False, capture_output=True)


def try_it() -> int:
    """Import in the image what the modules import, and run a project, renew and report in it: an exit status."""
    with SandboxProcess() as sandbox, Container(IMAGE) as container:
        seed.create_zone("example.com", env=sandbox.env())
        container.use(sandbox)
        execute(*container.command("python3", "-c", IMPORTS))
        execute(*container.command(*PLAYBOOK, "certops.cloudfront.create", "-e", DOMAIN))
        done = subprocess.run(
            container.command("ansible-playbook", "certops.cloudfront.renew"),
            capture_output=True,
            text=True,
            check=False,
        )
        print(done.stdout, done.stderr)
        if done.returncode or LAST_LINE not in done.stdout:
            return 1
        execute(*container.command("ansible-playbook", "certops.cloudfront.report", "-e", f"report_dir={REPORT}"))
        execute(*container.command("grep", "--quiet", SHOWN, f"{REPORT}/report.html"))
    print("ee: the image has what it needs")
    return 0


def main() -> int:
    """An exit status."""
    if reason := problem():
        print(f"ee: this machine cannot build it: {reason}", file=sys.stderr)
        return 1
    PLACE.mkdir(parents=True, exist_ok=True)
    make_base()
    amazon = Path(sysconfig.get_path("purelib")) / "ansible_collections" / "amazon" / "aws"
    make_image(definition("execution-environment.yml", BASE, make_artefact(), amazon), IMAGE)
    return try_it()


def find_tools() -> None:
    """The commands of the virtual environment come first."""
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


if __name__ == "__main__":
    find_tools()
    sys.exit(main())
