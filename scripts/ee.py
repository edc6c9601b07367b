# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the execution environment of ``execution-environment.yml`` from this checkout, without a registry and without
a container engine, and runs the playbook renew in it, on the sandbox.

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
LAST_LINE = "Nothing to do: no project was selected."
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


def definition(artefact: Path) -> dict[str, t.Any]:
    """The definition that is in the collection, with what a machine without a registry has another way."""
    found: dict[str, t.Any] = yaml.safe_load((checkout.ROOT / "execution-environment.yml").read_text(encoding="utf-8"))
    found["images"]["base_image"]["name"] = BASE
    found["dependencies"]["galaxy"] = {"collections": [{"name": f"files/{artefact.name}", "type": "file"}]}
    found["dependencies"]["python"] = str(checkout.ROOT / "requirements.txt")
    found["dependencies"]["system"] = str(checkout.ROOT / "bindep.txt")
    found["options"] = {"package_manager_path": "/usr/bin/apt-get", "skip_pip_install": True}
    found["build_arg_defaults"] = {
        "PKGMGR_PRESERVE_CACHE": "always",
        "ANSIBLE_GALAXY_CLI_COLLECTION_OPTS": "--no-deps",
    }
    amazon = Path(sysconfig.get_path("purelib")) / "ansible_collections" / "amazon" / "aws"
    found["additional_build_files"] = [
        {"src": str(artefact), "dest": "files"},
        {"src": str(amazon), "dest": "amazon"},
    ]
    found["additional_build_steps"] = {"append_galaxy": [f"ADD _build/amazon {COLLECTIONS}/amazon/aws/"]}
    return found


def main() -> int:
    """An exit status."""
    if reason := problem():
        print(f"ee: this machine cannot build it: {reason}", file=sys.stderr)
        return 1
    PLACE.mkdir(parents=True, exist_ok=True)
    make_base()
    tree = checkout.copy("ee/tree")
    execute("ansible-galaxy", "collection", "build", "--force", "--output-path", str(PLACE), str(tree))
    artefact = max(PLACE.glob("certops-cloudfront-*.tar.gz"), key=lambda path: path.stat().st_mtime)
    (PLACE / "ee.yml").write_text(yaml.safe_dump(definition(artefact)), encoding="utf-8")
    context = PLACE / "context"
    shutil.rmtree(context, ignore_errors=True)
    execute("ansible-builder", "create", "--file", str(PLACE / "ee.yml"), "--context", str(context), *FILENAME)
    build(context, IMAGE)
    return try_it()


def try_it() -> int:
    """Import in the image what the modules import, and run the playbook renew in it, on the sandbox."""
    # The container has the network of this machine, and so the addresses of the sandbox.
    with SandboxProcess() as sandbox:
        aws = {key: value for key, value in sandbox.env().items() if key.startswith("AWS_")}
        return run_inside({"HOME": "/runner", **aws})


def run_inside(environment: t.Mapping[str, str]) -> int:
    """An exit status."""
    container = subprocess.run([*BUILDAH, "from", IMAGE], check=True, capture_output=True, text=True).stdout.strip()
    variables = [part for key, value in environment.items() for part in ("-e", f"{key}={value}")]
    inside = (*BUILDAH, "run", "--isolation", "chroot", *variables, container, "--")
    try:
        execute(*inside, "python3", "-c", IMPORTS)
        play = ("ansible-playbook", "certops.cloudfront.renew", "-e", "project_store=file:///tmp/store")
        done = subprocess.run([*inside, *play], capture_output=True, text=True, check=False)
        print(done.stdout, done.stderr)
        return 0 if done.returncode == 0 and LAST_LINE in done.stdout else 1
    finally:
        subprocess.run([*BUILDAH, "rm", container], check=False, capture_output=True)


if __name__ == "__main__":
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    sys.exit(main())
