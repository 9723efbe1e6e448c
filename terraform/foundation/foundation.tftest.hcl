mock_provider "aws" {
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

# The module adopts its buckets, which a mocked provider can do only so.
override_resource {
  target = aws_s3_bucket.this["state"]
  values = { arn = "arn:aws:s3:::media-test-state-123456789012", id = "media-test-state-123456789012" }
}

override_resource {
  target = aws_s3_bucket.this["artifacts"]
  values = { arn = "arn:aws:s3:::media-test-artifacts-123456789012", id = "media-test-artifacts-123456789012" }
}

variables {
  project     = "media"
  environment = "test"
  aws_region  = "eu-central-1"
  account_id  = "123456789012"
}

override_resource {
  target = aws_kms_key.ledger
  values = {
    arn    = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    key_id = "1234abcd-12ab-34cd-56ef-1234567890ab"
  }
}

run "buckets_are_named_and_safe" {
  assert {
    condition = { for purpose, bucket in aws_s3_bucket.this : purpose => bucket.bucket } == {
      state     = "media-test-state-123456789012"
      artifacts = "media-test-artifacts-123456789012"
    }
    error_message = "The tooling makes the buckets under these names."
  }

  assert {
    condition = alltrue([
      for versioning in aws_s3_bucket_versioning.this : versioning.versioning_configuration[0].status == "Enabled"
    ])
    error_message = "States and artifacts must keep their versions."
  }

  assert {
    condition = alltrue([
      for policy in aws_s3_bucket_policy.this :
      jsonencode(jsondecode(policy.policy).Statement[*].Sid) == jsonencode(["TlsOnly", "RecentTlsOnly"])
    ]) && length(aws_s3_bucket_policy.this) == 2
    error_message = "Both buckets must refuse plain HTTP, and TLS older than 1.2."
  }

  assert {
    condition = alltrue([
      for encryption in aws_s3_bucket_server_side_encryption_configuration.this :
      one(one(encryption.rule).apply_server_side_encryption_by_default).kms_master_key_id == aws_kms_key.this.arn
    ]) && length(aws_s3_bucket_server_side_encryption_configuration.this) == 2
    error_message = "Both buckets must be encrypted with the environment's own key."
  }

  assert {
    condition     = aws_kms_key.this.enable_key_rotation && aws_kms_alias.this.name == "alias/media-test-foundation"
    error_message = "The key must rotate, and `destroy` must find it by its alias."
  }
}

run "ledger_key_is_for_macs_and_adopted_under_its_alias" {
  assert {
    condition     = aws_kms_key.ledger.customer_master_key_spec == "HMAC_256" && aws_kms_key.ledger.key_usage == "GENERATE_VERIFY_MAC"
    error_message = "The ledger needs a key that makes and checks codes, and nothing else."
  }

  assert {
    condition     = aws_kms_alias.ledger.name == "alias/media-test-ledger"
    error_message = "The tooling makes and finds the key under this alias."
  }
}

run "key_by_its_alias_is_refused" {
  command = plan

  variables {
    ledger_key_id = "alias/media-test-ledger"
  }

  expect_failures = [var.ledger_key_id]
}
