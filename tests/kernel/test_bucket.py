"""Papers in a bucket: the same house over the S3 protocol, against a server that speaks it."""

import hashlib
from urllib.parse import quote

import boto3
import pytest
from django.core.files.storage import storages
from moto.server import ThreadedMotoServer

from applications.intake import actions
from applications.kernel.errors import Refused
from applications.kernel.files import arriving, download, forget, store, storing
from applications.kernel.files.arriving import Upload
from applications.kernel.files.tasks import examine_files
from rootgrants.settings import private_files
from tests import fixtures
from tests.intake.test_papers import LONG, announce, document, piece, send
from tests.intake.test_views import url
from tests.world import DURING, at, browser, pdf

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("english")]


@pytest.fixture(scope="module")
def server():
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def bucket(server, settings, monkeypatch):
    """An empty bucket that the house keeps its files in."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a-key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")
    kept_in = private_files(f"s3://papers/of/firms?endpoint={quote(server, safe='')}&region=kr-1")
    settings.STORAGES = settings.STORAGES | {"default": kept_in}
    bucket = boto3.resource("s3", endpoint_url=server, region_name="us-east-1").create_bucket(Bucket="papers")
    yield bucket
    bucket.objects.all().delete()
    bucket.delete()


@pytest.fixture
def draft(bucket, world):
    return world.draft(world.r1, world.a)


def kept(bucket):
    return sorted(found.key for found in bucket.objects.all())


def bytes_of(response):
    try:
        return b"".join(response.streaming_content)
    finally:
        response.close()


def test_a_paper_is_an_object_of_no_claimed_type_and_leaves_as_an_attachment(bucket, db):
    upload = fixtures_upload()

    stored = store(upload, "pdf")

    (found,) = bucket.objects.all()
    assert found.key == f"of/firms/{stored.path}"
    assert found.Object().content_type == "application/octet-stream"
    assert found.get()["Body"].read() == LONG
    assert (stored.size, stored.sha256) == (len(LONG), hashlib.sha256(LONG).hexdigest())
    response = download(stored)
    assert response["Content-Disposition"] == 'attachment; filename="a.html.pdf"'
    assert (response["Content-Type"], response["Content-Length"]) == ("application/pdf", str(len(LONG)))
    assert bytes_of(response) == LONG


def fixtures_upload():
    upload = pdf("a.html", LONG)
    upload.content_type = "text/html"
    return upload


def test_an_object_goes_with_its_row(bucket, db, django_capture_on_commit_callbacks):
    stored = store(pdf(), "pdf")
    with pytest.raises(Refused), storing() as store_here:
        store_here(pdf(), "pdf")
        raise Refused("Something else is wrong")
    assert kept(bucket) == [f"of/firms/{stored.path}"]

    with django_capture_on_commit_callbacks(execute=True):
        forget(stored)

    assert kept(bucket) == []


def test_a_file_in_pieces_becomes_the_paper_and_leaves_no_piece(
    bucket, draft, django_capture_on_commit_callbacks
):
    owner, before = browser(draft.created_by), len(kept(bucket))

    with django_capture_on_commit_callbacks(execute=True):
        answer = send(owner, draft, LONG)

    assert (answer.json(), len(kept(bucket)), Upload.objects.count()) == ({"done": True}, before + 1, 0)
    found = at(owner, "get", DURING, url("download", draft, document(draft).file.key))
    assert bytes_of(found) == LONG


def test_an_upload_that_is_given_up_leaves_no_piece(bucket, draft, django_capture_on_commit_callbacks):
    owner, before = browser(draft.created_by), kept(bucket)
    address = announce(owner, draft, LONG).json()["url"]
    piece(owner, address, LONG, 0)
    assert len(kept(bucket)) == len(before) + 1

    with django_capture_on_commit_callbacks(execute=True):
        at(owner, "delete", DURING, address)

    assert kept(bucket) == before


def test_pieces_that_are_gone_end_the_upload(bucket, world):
    upload = arriving.begin(
        person=world.person(),
        place="here",
        name="a.pdf",
        size=len(LONG),
        sha256=hashlib.sha256(LONG).hexdigest(),
    )
    upload = arriving.add_piece(upload, offset=0, content=LONG)
    storages["default"].delete(f"{upload.folder}/0")

    with pytest.raises(Refused, match="This upload has ended"), arriving.whole(upload):
        pass


def test_the_text_of_a_paper_in_a_bucket_is_read(bucket, draft):
    plan = draft.call.papers.get(code="D01")
    actions.add_paper(
        draft,
        paper=plan,
        upload=pdf(content=fixtures.pdf(("A plan in words",))),
        by=draft.created_by,
        now=DURING,
    )

    examine_files()

    assert "A plan in words" in document(draft, "D01").file.text.text
