"""Lines of repositories with many images: pages of them, and one tag among them.

That many are not pushed: they are put where the contestant keeps them, as copies of one that was.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, text

from bench import pushing
from bench.compare.contestants import Contestant
from bench.compare.samples import LeftOut
from bench.compare.small import ACCEPT, CONFIG_SIZE, asked, called
from bench.compare.turns import Workload
from bench.content import Image, image
from bench.generate_metadata import engine_of
from bench.servers import Deployment
from entrepot.meta import tables as t

COUNTS = (1_000, 100_000)
PAGE = 100
_LAYER = 1 << 10
_MOST_PUT = 1_000
_ROWS_AT_ONCE = 5_000


def many() -> Iterator[Workload]:
    """Pages and a tag, for each number of images."""
    for count in COUNTS:
        title = f"of {count:,} images"
        yield asked(f"tags_{count}", f"tags/list, {PAGE} {title}", "GET", lambda it, n=count: _tags(it, n))
        yield called(f"describe_{count}", f"DescribeImages, {PAGE} {title}", "DescribeImages", _page_of(count))
        yield asked(f"tag_get_{count}", f"manifest `GET` by tag, {title}", "GET", lambda it, n=count: _manifest(it, n))


def tag(number: int) -> str:
    """The tag of one of them."""
    return f"v{number:07}"


def _tags(it: Contestant, count: int) -> str:
    return f"/v2/{repository(it, count)}/tags/list?n={PAGE}&last={tag(count // 2)}"


def _manifest(it: Contestant, count: int) -> str:
    return f"/v2/{repository(it, count)}/manifests/{tag(count // 2)}"


def _page_of(count: int) -> Any:  # noqa: ANN401 - a function
    return lambda it: {"repositoryName": repository(it, count), "maxResults": PAGE}


def repository(it: Contestant, count: int) -> str:
    """The repository with so many images, made when it is first needed."""
    name = f"{it.repository}-{count}"
    if name not in it.images:
        if it.deployment:
            it.deployment.server.create_repository(name)
        made = image(it.content.blob(CONFIG_SIZE), [it.content.blob(_LAYER) for _ in range(2)])
        with closing(it.connect()) as client:
            pushing.missing_blobs(client, name, made)
            pushing.manifest(client, name, made, tag(0))
        _fill(it, name, made, count)
        with closing(it.connect()) as client:
            client.ask("GET", f"/v2/{name}/manifests/{tag(count // 2)}", ACCEPT, expect=200)
        it.images[name] = made
    return name


def _fill(it: Contestant, name: str, first: Image, count: int) -> None:
    others = (image(first.config, first.layers, number) for number in range(1, count))
    if it.deployment:
        with _engine(it.deployment).begin() as connection:
            _rows(connection, first, others)
    elif it.folder:
        _files(it.folder, name, count)
    elif count <= _MOST_PUT:
        with closing(it.connect()) as client:
            for number, each in enumerate(others, 1):
                pushing.manifest(client, name, each, tag(number))
    else:
        raise LeftOut(f"takes {count:,} images only by push")


def _engine(deployment: Deployment) -> Any:  # noqa: ANN401 - SQLAlchemy's
    cluster = deployment.cluster
    return engine_of(cluster.url(deployment.database) if cluster else str(deployment.server.data / "entrepot.db"))


def _rows(connection: Connection, first: Image, others: Iterator[Image]) -> None:
    """Copies of the first one's rows, with ids above all others."""
    row = connection.execute(select(t.images).where(t.images.c.digest == first.digest)).mappings().one()
    belongs = {
        table: connection.execute(select(table).where(table.c.image_id == row["id"])).mappings().all()
        for table in (t.manifests, t.image_tags, t.image_blobs)
    }
    highest = connection.execute(select(func.max(t.images.c.id))).scalar_one()
    numbered = enumerate(others, 1)
    while batch := list(islice(numbered, _ROWS_AT_ONCE)):
        new = dict[Table, list[dict[str, Any]]]()
        for number, each in batch:
            ids = {"image_id": highest + number}
            new.setdefault(t.images, []).append({**row, "id": highest + number, "digest": each.digest})
            for table, rows in belongs.items():
                own = {t.manifests: {"payload": each.manifest}, t.image_tags: {"tag": tag(number)}}.get(table, {})
                new.setdefault(table, []).extend({**old, **ids, **own} for old in rows)
        for table, rows in new.items():
            connection.execute(insert(table), rows)
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT setval(pg_get_serial_sequence('images', 'id'), (SELECT max(id) FROM images))"))
    connection.execute(text("ANALYZE"))


def _files(folder: Path, name: str, count: int) -> None:
    """Further tags as distribution finds them: links to the folder of the first, which spares the disk a million files.

    So all are of one manifest.
    """
    tags = folder / "docker" / "registry" / "v2" / "repositories" / name / "_manifests" / "tags"
    for number in range(1, count):
        (tags / tag(number)).symlink_to(tag(0))
