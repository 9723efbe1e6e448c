mock_provider "aws" {}

override_resource {
  target = aws_s3_bucket.media
  values = { arn = "arn:aws:s3:::media-test-media-123456789012", id = "media-test-media-123456789012" }
}

override_resource {
  target = aws_s3_bucket.log
  values = { arn = "arn:aws:s3:::media-test-logs-123456789012", id = "media-test-logs-123456789012" }
}

variables {
  name        = "media-test-media-123456789012"
  log_name    = "media-test-logs-123456789012"
  account_id  = "123456789012"
  kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  require_tls = true

  signature_seconds_max = 900

  request_metrics     = true
  deletion_protection = true
  cors_origins        = ["https://app.example.com"]
  retention = {
    noncurrent_days        = 30
    multipart_days         = 1
    infrequent_access_days = 90
    access_log_days        = 90
  }
}

run "objects_are_safe" {
  assert {
    condition     = aws_s3_bucket_versioning.media.versioning_configuration[0].status == "Enabled"
    error_message = "The bucket must keep versions."
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.media.rule).bucket_key_enabled
    error_message = "Without a bucket key every read calls KMS."
  }

  assert {
    condition = (
      one(one(aws_s3_bucket_server_side_encryption_configuration.media.rule).apply_server_side_encryption_by_default).kms_master_key_id
      == var.kms_key_arn
    )
    error_message = "Objects must be encrypted with the key that was given."
  }

  assert {
    condition = alltrue([
      for block in [aws_s3_bucket_public_access_block.media, aws_s3_bucket_public_access_block.log] :
      block.block_public_acls && block.block_public_policy && block.ignore_public_acls && block.restrict_public_buckets
    ])
    error_message = "Both buckets must be closed to the public in all four ways."
  }

  assert {
    condition     = !aws_s3_bucket.media.force_destroy && !aws_s3_bucket.log.force_destroy
    error_message = "A protected bucket must not be emptied by a destroy."
  }

  assert {
    condition     = aws_s3_bucket_notification.media.eventbridge
    error_message = "EventBridge must hear of every object."
  }
}

run "policy_refuses_plain_http_and_other_keys" {
  assert {
    condition = toset([
      for statement in jsondecode(aws_s3_bucket_policy.media.policy).Statement : statement.Sid
    ]) == toset(["TlsOnly", "RecentTlsOnly", "RecentSignaturesOnly", "NoOtherKey", "NoOtherEncryption", "NoCustomerKey"])
    error_message = "A statement is missing from the bucket policy, or one was added."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_s3_bucket_policy.media.policy).Statement : statement.Effect == "Deny"
    ])
    error_message = "The bucket policy must only take away."
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_s3_bucket_policy.media.policy).Statement : statement.Condition
      if statement.Sid == "NoOtherKey"
    ]).Null["s3:x-amz-server-side-encryption-aws-kms-key-id"] == "false"
    error_message = "An upload that names no key must pass: it gets the bucket's default."
  }

  assert {
    condition = toset([
      for statement in jsondecode(aws_s3_bucket_policy.log.policy).Statement : statement.Sid if statement.Effect == "Deny"
    ]) == toset(["TlsOnly", "RecentTlsOnly"])
    error_message = "The log bucket must refuse plain HTTP and old TLS too."
  }

  assert {
    condition = {
      for statement in concat(jsondecode(aws_s3_bucket_policy.media.policy).Statement, jsondecode(aws_s3_bucket_policy.log.policy).Statement) :
      one(setsubtract(statement.Resource, ["${split("/", statement.Resource[0])[0]}/*"])) => statement.Condition.NumericLessThan["s3:TlsVersion"]...
      if statement.Sid == "RecentTlsOnly"
      } == {
      "arn:aws:s3:::media-test-media-123456789012" = ["1.2"]
      "arn:aws:s3:::media-test-logs-123456789012"  = ["1.2"]
    }
    error_message = "Each bucket must refuse TLS older than 1.2 for itself and its objects."
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_s3_bucket_policy.media.policy).Statement : statement.Condition.NumericGreaterThan["s3:signatureAge"]
      if statement.Sid == "RecentSignaturesOnly"
    ]) == 900000
    error_message = "S3 counts a signature's age in milliseconds."
  }
}

run "lifecycle_moves_and_expires" {
  assert {
    condition = {
      for rule in aws_s3_bucket_lifecycle_configuration.media.rule :
      rule.id => one(rule.transition).storage_class if length(rule.transition) > 0
      } == {
      originals-to-infrequent-access    = "STANDARD_IA"
      renditions-to-intelligent-tiering = "INTELLIGENT_TIERING"
    }
    error_message = "Originals go to infrequent access, renditions to intelligent tiering."
  }

  assert {
    condition = anytrue([
      for rule in aws_s3_bucket_lifecycle_configuration.media.rule :
      one(rule.noncurrent_version_expiration).noncurrent_days == 30 if length(rule.noncurrent_version_expiration) > 0
    ])
    error_message = "Replaced versions must go after noncurrent_days."
  }
}

run "switches_take_parts_away" {
  variables {
    require_tls         = false
    request_metrics     = false
    deletion_protection = false
    cors_origins        = []
  }

  assert {
    condition = length([
      for statement in jsondecode(aws_s3_bucket_policy.media.policy).Statement : statement
      if strcontains(statement.Sid, "Tls")
    ]) == 0
    error_message = "Without require_tls no statement may speak of TLS."
  }

  assert {
    condition     = length(aws_s3_bucket_metric.media) == 0 && length(aws_s3_bucket_cors_configuration.media) == 0
    error_message = "Metrics and CORS exist only where they are asked for."
  }

  assert {
    condition     = aws_s3_bucket.media.force_destroy
    error_message = "An unprotected bucket may be emptied by a destroy."
  }
}

run "url_outliving_its_credentials_is_refused" {
  command = plan

  variables {
    signature_seconds_max = 86400
  }

  expect_failures = [var.signature_seconds_max]
}

run "upper_case_name_is_refused" {
  command = plan

  variables {
    name = "Media"
  }

  expect_failures = [var.name]
}

run "infrequent_access_before_thirty_days_is_refused" {
  command = plan

  variables {
    retention = {
      noncurrent_days        = 30
      multipart_days         = 1
      infrequent_access_days = 7
      access_log_days        = 90
    }
  }

  expect_failures = [var.retention]
}
