"""What another S3 client, boto3, finds at a server.

    python outside_check.py ENDPOINT ACCESS_KEY SECRET

Prints one line for each thing that holds, and "done" at the end. Fails at the first that does not.
"""
import hashlib
import io
import sys

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError


def connect(endpoint, access_key, secret):
    # The trailers in which newer versions send checksums are not part of the sandbox.
    config = Config(
        signature_version="s3v4", s3={"addressing_style": "path", "payload_signing_enabled": True},
        request_checksum_calculation="when_required", response_checksum_validation="when_required",
        retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=30,
        proxies={})
    return boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", config=config,
        aws_access_key_id=access_key, aws_secret_access_key=secret)


def holds(name, condition):
    if not condition:
        sys.exit("does not hold: " + name)
    print(name, flush=True)


def code(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "no error"


def check_objects(s3, bucket):
    body = b"hello world"
    put = s3.put_object(
        Bucket=bucket, Key="greeting", Body=body, ContentType="text/plain",
        Metadata={"colour": "blue"})
    holds("an ETag is the MD5", put["ETag"].strip('"') == hashlib.md5(body).hexdigest())
    got = s3.get_object(Bucket=bucket, Key="greeting")
    holds("an object comes back", got["Body"].read() == body)
    holds("with its type", got["ContentType"] == "text/plain")
    holds("with its metadata", got["Metadata"] == {"colour": "blue"})
    head = s3.head_object(Bucket=bucket, Key="greeting")
    holds("HEAD tells its size", head["ContentLength"] == len(body))
    part = s3.get_object(Bucket=bucket, Key="greeting", Range="bytes=6-")
    holds("a range is a part", part["Body"].read() == b"world")
    holds("of the whole", part["ContentRange"] == "bytes 6-10/11")
    holds("a missing key is named", code(s3.get_object, Bucket=bucket, Key="no") == "NoSuchKey")
    holds("an existing key is kept", code(
        s3.put_object, Bucket=bucket, Key="greeting", Body=b"2", IfNoneMatch="*")
        == "PreconditionFailed")
    holds("as it was", s3.get_object(Bucket=bucket, Key="greeting")["Body"].read() == body)


def check_lists(s3, bucket):
    keys = ["a b", "a&b+c", "é/日本", "sub/1", "sub/2"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    for key in keys:
        read = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        holds("the key " + key, read == key.encode())
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, PaginationConfig={"PageSize": 2})
    listed = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
    holds("a list in pages", listed == sorted(keys + ["greeting"], key=str.encode))
    under = s3.list_objects_v2(Bucket=bucket, Prefix="sub/")
    holds("a prefix", [entry["Key"] for entry in under["Contents"]] == ["sub/1", "sub/2"])
    holds("a bucket with objects stays",
          code(s3.delete_bucket, Bucket=bucket) == "BucketNotEmpty")
    for key in keys + ["greeting"]:
        s3.delete_object(Bucket=bucket, Key=key)
    holds("deleted", s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0)


def check_uploads(s3, bucket):
    body = b"".join(hashlib.sha256(i.to_bytes(4, "big")).digest() for i in range(400_000))
    config = TransferConfig(
        multipart_threshold=6 << 20, multipart_chunksize=6 << 20, max_concurrency=2)
    s3.upload_fileobj(io.BytesIO(body), bucket, "large", Config=config)
    size = 6 << 20
    digests = b"".join(
        hashlib.md5(body[start:start + size]).digest() for start in range(0, len(body), size))
    head = s3.head_object(Bucket=bucket, Key="large")
    holds("the ETag of an upload", head["ETag"].strip('"')
          == "%s-%d" % (hashlib.md5(digests).hexdigest(), len(digests) // 16))
    target = io.BytesIO()
    s3.download_fileobj(bucket, "large", target, Config=config)
    holds("an upload comes back", target.getvalue() == body)
    upload = s3.create_multipart_upload(Bucket=bucket, Key="never")["UploadId"]
    s3.abort_multipart_upload(Bucket=bucket, Key="never", UploadId=upload)
    holds("an aborted one does not", code(s3.get_object, Bucket=bucket, Key="never") == "NoSuchKey")
    s3.delete_object(Bucket=bucket, Key="large")


def main(endpoint, access_key, secret):
    s3 = connect(endpoint, access_key, secret)
    bucket = "outside-check"
    s3.create_bucket(Bucket=bucket)
    check_objects(s3, bucket)
    check_lists(s3, bucket)
    check_uploads(s3, bucket)
    s3.delete_bucket(Bucket=bucket)
    holds("a missing bucket is named", code(
        s3.list_objects_v2, Bucket=bucket) == "NoSuchBucket")
    stranger = connect(endpoint, access_key, "not-the-secret")
    holds("a wrong secret is refused", code(
        stranger.list_objects_v2, Bucket=bucket) == "SignatureDoesNotMatch")
    print("done")


if __name__ == "__main__":
    main(*sys.argv[1:])
