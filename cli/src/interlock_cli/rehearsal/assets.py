"""Publishing the assembly's file assets into the bootstrap buckets, as `cdk-assets` does in the stage Assets."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from interlock_cli.errors import CommandError
from interlock_cli.rehearsal.accounts import Accounts
from interlock_cli.rehearsal.assembly import manifests, read_json
from interlock_cli.rehearsal.places import Place, account_of

EPOCH = (1980, 1, 1, 0, 0, 0)  # the oldest time a zip can hold: the same files, the same bytes


@dataclass(frozen=True)
class Asset:
    """A file or folder of the assembly, and where its stack expects it. `zipped` for a folder's archive."""

    source: Path
    zipped: bool
    place: Place
    bucket: str
    key: str


def find_assets(folder: Path) -> list[Asset]:
    """Every file asset of the assembly and of those nested in it, once for each destination."""
    found = (asset for manifest in manifests(folder) for asset in _of_manifest(manifest))
    return sorted(set(found), key=lambda asset: (asset.place, asset.key))


def publish(accounts: Accounts, assets: Iterable[Asset]) -> int:
    """Uploads the assets, several at once; answers how many there were."""
    wanted = list(assets)
    for place in {asset.place for asset in wanted}:
        accounts.prepare(place)
    bodies = {(asset.source, asset.zipped): _body(asset) for asset in wanted}

    def upload(asset: Asset) -> None:
        body = bodies[asset.source, asset.zipped]
        accounts.s3(asset.place).put_object(Bucket=asset.bucket, Key=asset.key, Body=body)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(upload, wanted))
    return len(wanted)


def _of_manifest(manifest: Path) -> Iterable[Asset]:
    for artifact in read_json(manifest).get("artifacts", {}).values():
        if artifact.get("type") != "cdk:asset-manifest":
            continue
        file = manifest.parent / artifact["properties"]["file"]
        for asset in read_json(file).get("files", {}).values():
            source = asset["source"]
            if "path" not in source:
                raise CommandError(
                    f"{file.name} holds an asset that a program makes ({source}).",
                    "A rehearsal publishes files and folders only.",
                )
            for destination in asset["destinations"].values():
                yield Asset(
                    source=(file.parent / source["path"]).resolve(),
                    zipped=source.get("packaging") == "zip",
                    place=_destination(destination, file),
                    bucket=destination["bucketName"],
                    key=destination["objectKey"],
                )


def _destination(destination: dict[str, str], file: Path) -> Place:
    account = account_of(destination.get("assumeRoleArn", "").replace("${AWS::Partition}", "aws"))
    region = destination.get("region")
    if account is None or not region:
        raise CommandError(
            f"{file.name} does not say in which account and Region an asset belongs.",
            "Give every stack of the app its account and Region.",
        )
    return Place(account, region)


def _body(asset: Asset) -> bytes:
    if not asset.zipped:
        return asset.source.read_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(each for each in asset.source.rglob("*") if each.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(asset.source).as_posix(), EPOCH)
            entry.external_attr = (file.stat().st_mode & 0xFFFF) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())
    return buffer.getvalue()
