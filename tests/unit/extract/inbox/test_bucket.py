"""The export bucket: exact versions are read, refused documents are kept."""

import io

import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from botocore.stub import Stubber
from kiwi_extract.inbox.bucket import MAX_BYTES, ExportBucket
from kiwi_extract.inbox.messages import Inline
from kiwi_extract.inbox.place import Place
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_sync.messages import Pointer
from kiwi_sync.rules.reasons import RejectedExport

from tests.unit.extract.aws import BUCKET, Cloud

KEY = "exports/ä b.json"


@pytest.fixture
def bucket(stack: Cloud) -> ExportBucket:
    return ExportBucket(stack.s3, BUCKET)


def pointer(version: str | None = None, key: str = KEY, bucket: str = BUCKET) -> Pointer:
    return Pointer(bucket=bucket, key=key, version=version)


def test_the_present_version_and_which_it_was(stack: Cloud, bucket: ExportBucket) -> None:
    stack.upload(KEY, b"old")
    version = stack.upload(KEY, b"new")
    stream, exact, _ = bucket.open(pointer())
    assert (stream.read(), exact) == (b"new", pointer(version))


def test_a_version_is_read_again_alike(stack: Cloud, bucket: ExportBucket) -> None:
    version = stack.upload(KEY, b"old")
    stack.upload(KEY, b"new")
    for _ in range(2):
        stream, exact, _ = bucket.open(pointer(version))
        assert (stream.read(), exact) == (b"old", pointer(version))


@pytest.mark.parametrize("version", [None, "nonsense", "3HL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY"])
def test_what_is_not_there(bucket: ExportBucket, version: str | None) -> None:
    with pytest.raises(RejectedExportError) as caught:
        bucket.open(pointer(version))
    assert caught.value.reason is RejectedExport.OBJECT_NOT_FOUND
    assert bucket.keep(pointer(version), "c/m") is None


@pytest.mark.parametrize("code", ["KeyTooLongError", "InvalidURI", "InvalidArgument", "MethodNotAllowed"])
def test_what_s3_does_not_even_look_for(stack: Cloud, code: str) -> None:
    with Stubber(stack.s3) as stubbed:
        stubbed.add_client_error("get_object", code, http_status_code=400)
        stubbed.add_client_error("copy_object", code, http_status_code=400)
        bucket = ExportBucket(stack.s3, BUCKET)
        with pytest.raises(RejectedExportError) as caught:
            bucket.open(pointer())
        assert caught.value.reason is RejectedExport.OBJECT_NOT_FOUND
        assert bucket.keep(pointer(), "c/m") is None


def test_what_is_too_large_to_be_read_or_copied_stays_where_it_is(stack: Cloud) -> None:
    body = StreamingBody(io.BytesIO(b"{}"), MAX_BYTES + 1)
    with Stubber(stack.s3) as stubbed:
        stubbed.add_response("get_object", {"Body": body, "ContentLength": MAX_BYTES + 1})
        stubbed.add_client_error("copy_object", "InvalidRequest", http_status_code=400)
        bucket = ExportBucket(stack.s3, BUCKET)
        with pytest.raises(RejectedExportError) as caught:
            bucket.open(pointer())
        assert (caught.value.reason, caught.value.detail) == (RejectedExport.TOO_LARGE, "more than 512 MiB")
        assert bucket.keep(pointer(), "c/m") == KEY


def test_what_was_deleted_meanwhile(stack: Cloud, bucket: ExportBucket) -> None:
    version = stack.upload(KEY, b"old")
    stack.s3.delete_object(Bucket=BUCKET, Key=KEY)
    with pytest.raises(RejectedExportError):
        bucket.open(pointer())
    assert bucket.open(pointer(version))[0].read() == b"old"


def test_no_other_bucket_is_ever_read(stack: Cloud, bucket: ExportBucket) -> None:
    stack.s3.create_bucket(Bucket="other", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    stack.s3.put_object(Bucket="other", Key=KEY, Body=b"x")
    with pytest.raises(RejectedExportError) as caught:
        bucket.open(pointer(bucket="other"))
    assert caught.value.reason is RejectedExport.FOREIGN_BUCKET
    assert bucket.keep(pointer(bucket="other"), "c/m") is None
    assert stack.keys() == []


def test_other_faults_of_s3_are_not_the_document_s(stack: Cloud) -> None:
    missing = ExportBucket(stack.s3, "no-such-bucket")
    for attempt in (missing.open, lambda one: missing.keep(one, "c/m")):
        with pytest.raises(ClientError):
            attempt(pointer(bucket="no-such-bucket"))


def test_a_refused_document_is_kept(stack: Cloud, bucket: ExportBucket) -> None:
    assert bucket.keep(Inline(b"bad"), "c/m1") == "rejected/c/m1.txt"
    assert stack.content("rejected/c/m1.txt") == b"bad"


def test_a_refused_object_is_kept_as_it_was_read(stack: Cloud, bucket: ExportBucket) -> None:
    version = stack.upload(KEY, b"bad")
    stack.upload(KEY, b"good")
    assert bucket.keep(pointer(version), "c/m1") == "rejected/c/m1.json"
    assert bucket.keep(pointer(), "c/m2") == "rejected/c/m2.json"
    kept = [stack.content(f"rejected/c/{name}.json") for name in ("m1", "m2")]
    assert kept == [b"bad", b"good"]


def test_a_held_document_is_pointed_to_exactly(stack: Cloud, bucket: ExportBucket) -> None:
    version = stack.upload(KEY, b"object")
    stack.upload(KEY, b"newer")
    sources: dict[bytes, Inline | Pointer] = {b"{inline": Inline(b"{inline"), b"object": pointer(version)}
    kept = {content: bucket.keep_held(source, "c1/e1") for content, source in sources.items()}
    stack.upload("held/c1/e1.json", b"something else")
    for content, at in kept.items():
        assert at is not None
        assert at.key == "held/c1/e1.json"
        assert bucket.open(at)[0].read() == content
    assert bucket.keep_held(pointer(key="absent"), "c1/e2") is None
    assert bucket.keep_held(pointer(bucket="other"), "c1/e2") is None


def test_a_version_of_a_side_file_that_is_gone_is_not_none_at_all(stack: Cloud, bucket: ExportBucket) -> None:
    place = Place(key="exports/c1/full/mieter.csv")
    assert bucket.side(place) == ({}, "")
    key = "exports/c1/full/export.json"
    version = stack.upload(key, b'{"dry_run": true}')
    assert bucket.side(place) == ({"dry_run": True}, version)
    pinned = place.model_copy(update={"side": version})
    assert bucket.side(pinned) == ({"dry_run": True}, version)
    stack.s3.delete_object(Bucket=BUCKET, Key=key, VersionId=version)
    with pytest.raises(RejectedExportError) as caught:
        bucket.side(pinned)
    assert str(caught.value) == "object_not_found: export.json: this version is gone"
    assert bucket.side(place.model_copy(update={"side": ""})) == ({}, "")
