"""The state table and the export bucket: they outlive the stack, and nobody else reads them."""

import pytest

from tests.unit.template.translated import properties, resources, statements, template


@pytest.mark.parametrize("name", ["StateTable", "ExportBucket", "FirstSecret"])
def test_what_cannot_be_made_again_is_retained(name: str) -> None:
    assert resources()[name]["DeletionPolicy"] == "Retain"
    assert resources()[name]["UpdateReplacePolicy"] == "Retain"


def test_the_table_is_on_demand_recoverable_encrypted_and_forgets() -> None:
    table = properties("StateTable")
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}


def test_the_tables_keys_are_text() -> None:
    table = properties("StateTable")
    assert table["KeySchema"] == [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ]
    kinds = {it["AttributeName"]: it["AttributeType"] for it in table["AttributeDefinitions"]}
    assert kinds == {"pk": "S", "sk": "S", "todo": "S", "todo_at": "S"}


def test_the_only_index_lists_keys_of_owed_rows() -> None:
    (index,) = properties("StateTable")["GlobalSecondaryIndexes"]
    assert index == {
        "IndexName": "outstanding",
        "KeySchema": [
            {"AttributeName": "todo", "KeyType": "HASH"},
            {"AttributeName": "todo_at", "KeyType": "RANGE"},
        ],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }


def test_the_table_is_protected_unless_the_user_says_otherwise() -> None:
    assert properties("StateTable")["DeletionProtectionEnabled"] == "${TableDeletionProtection}"
    assert template()["Parameters"]["TableDeletionProtection"]["Default"] == "true"


def test_the_bucket_is_private() -> None:
    bucket = properties("ExportBucket")
    assert bucket["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert "AccessControl" not in bucket


def test_the_bucket_is_encrypted_and_versioned() -> None:
    bucket = properties("ExportBucket")
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}


def test_the_bucket_refuses_what_is_not_encrypted_on_the_way() -> None:
    policy = properties("ExportBucketPolicy")
    assert policy["Bucket"] == "${ExportBucket}"
    assert statements(policy["PolicyDocument"]) == [
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": ["${ExportBucket.Arn}", "${ExportBucket.Arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]


def test_the_bucket_notifies_the_export_queue_of_exports_only() -> None:
    assert properties("ExportBucket")["NotificationConfiguration"] == {
        "QueueConfigurations": [
            {
                "Event": "s3:ObjectCreated:*",
                "Queue": "${ExportQueue.Arn}",
                "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": "exports/"}]}},
            }
        ]
    }


def test_nothing_stays_in_the_bucket_for_good() -> None:
    rules = {it["Id"]: it for it in properties("ExportBucket")["LifecycleConfiguration"]["Rules"]}
    assert {it["Status"] for it in rules.values()} == {"Enabled"}
    expiring = {it["Prefix"]: it["ExpirationInDays"] for it in rules.values() if "ExpirationInDays" in it}
    assert expiring == {"exports/": 90, "rejected/": 90, "held/": 90, "plans/": 90}
    (everywhere,) = [it for it in rules.values() if "Prefix" not in it]
    assert everywhere["NoncurrentVersionExpiration"] == {"NoncurrentDays": 90}
    assert everywhere["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
