#!/usr/bin/env python3
"""Check a Portolan evidence bundle, offline. Python 3.9 or newer; for the signature also the `openssl` program (3.0 or newer).

    python3 verify_bundle.py evidence-dsp_….zip --key public_key.pem [--roots roots.json]

Take `public_key.pem` from the marketplace's page "Signed evidence" (or a copy that you kept), never from the bundle:
whoever forges a bundle forges the key in it too.

What is checked:
  1. every file of the archive is listed in manifest.json with its size and SHA-256, nothing else is in it, nothing twice;
  2. the contract's hash in the manifest is the hash of contract.json;
  3. the Ed25519 signature over the bytes of manifest.json, with openssl;
  4. with --roots: every booking that brings a proof is sealed by its published day (verify_statement.py beside this file).

Exit code 0: all holds; 1: something does not, and is named; 2: a file cannot be read; 3: all hashes hold, but the
signature was not checked (no --key or no openssl).
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

FORMAT = "portolan evidence bundle 1"
MANIFEST, SIGNATURE, KEY = "manifest.json", "manifest.json.sig", "public_key.pem"
CHUNK = 1024 * 1024


def say(sentence):
    """One line for the reader."""
    sys.stdout.write(sentence + "\n")


def check_files(archive, manifest):
    """What is wrong with the files, as sentences."""
    wrong = []
    listed = {entry["path"]: entry for entry in manifest["files"]}
    names = archive.namelist()
    twice = sorted({name for name in names if names.count(name) > 1})
    strange = sorted(set(names) - set(listed) - {MANIFEST, SIGNATURE, KEY})
    wrong += [f"{name}: stands in the archive twice" for name in twice]
    wrong += [f"{name}: is not in the manifest" for name in strange]
    for name, entry in sorted(listed.items()):
        if name not in names:
            wrong.append(f"{name}: is missing")
            continue
        digest, size = hashlib.sha256(), 0
        with archive.open(name) as source:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
        if (size, digest.hexdigest()) != (entry["size_bytes"], entry["sha256"]):
            wrong.append(f"{name}: is not what was signed")
    contract = listed.get("contract.json")
    if contract is not None and contract["sha256"] != manifest["contract_sha256"]:
        wrong.append("contract.json: is not the contract of this case")
    return wrong


def check_signature(archive, key):
    """True or False; None when it cannot be checked here."""
    openssl = shutil.which("openssl")
    if key is None or openssl is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        for name in (MANIFEST, SIGNATURE):
            (Path(folder) / name).write_bytes(archive.read(name))
        command = [openssl, "pkeyutl", "-verify", "-pubin", "-inkey", key, "-rawin"]
        command += ["-in", str(Path(folder) / MANIFEST), "-sigfile", str(Path(folder) / SIGNATURE)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603 -- no shell


def check_ledger(archive, roots):
    """What is wrong with the bookings' proofs, as sentences."""
    import verify_statement  # noqa: PLC0415 -- only needed with --roots

    published = json.loads(Path(roots).read_text(encoding="utf-8"))["days"]
    days, wrong = verify_statement.check_roots([(roots, published)])
    for line in json.loads(archive.read("ledger.json"))["lines"]:
        found = verify_statement.check_line(line, days)
        if found:
            wrong.append(f"ledger.json, entry {line['entry']}: {found}")
    return wrong


def main():
    """Check one bundle and say what holds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bundle")
    parser.add_argument("--key", help="the marketplace's public key (PEM), from its page")
    parser.add_argument("--roots", help="the published daily roots (roots.json)")
    asked = parser.parse_args()
    try:
        with zipfile.ZipFile(asked.bundle) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            if manifest["format"] != FORMAT:
                raise ValueError(f"not a {FORMAT}")
            wrong = check_files(archive, manifest)
            signed = check_signature(archive, asked.key)
            if asked.roots:
                wrong += check_ledger(archive, asked.roots)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        say(f"cannot be read: {error}")
        return 2
    if signed is False:
        wrong.append("manifest.json: the signature is not this marketplace's")
    for sentence in wrong:
        say(f"WRONG {sentence}")
    if wrong:
        return 1
    say(f"{len(manifest['files'])} files of case {manifest['case']} are as listed.")
    say("The signature holds." if signed else "The signature was NOT checked: --key and openssl are needed.")
    return 0 if signed else 3


if __name__ == "__main__":
    sys.exit(main())
