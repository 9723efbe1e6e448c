locals {
  buckets = {
    for purpose in ["state", "artifacts"] :
    purpose => "${var.project}-${var.environment}-${purpose}-${var.account_id}"
  }
}

# The buckets exist before this runs: the state of this module is in one of them. Importing them every
# time makes the first run the same as a run after an interruption.
import {
  for_each = local.buckets

  to = aws_s3_bucket.this[each.key]
  id = each.value
}

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_18:Only deployments read and write here; a bucket for its access logs would need one for its own.
  #checkov:skip=CKV_AWS_144:Of use only together with the region of the environment; versions guard against loss.
  #checkov:skip=CKV2_AWS_62:Nothing acts on the arrival of a state or an artifact.
  for_each = local.buckets

  bucket = each.value
}

resource "aws_s3_bucket_versioning" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each = aws_s3_bucket.this

  bucket                  = each.value.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_policy" "this" {
  for_each = var.require_tls ? aws_s3_bucket.this : {}

  bucket = each.value.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = jsondecode(templatefile("${path.module}/../policies/tls.json.tftpl", { bucket_arn = each.value.arn }))
  })

  depends_on = [aws_s3_bucket_public_access_block.this]
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id

  rule {
    id     = "abort-unfinished-uploads"
    status = "Enabled"
    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  rule {
    # The newest versions are kept regardless of age, as the last resort after an accident.
    id     = "expire-old-versions"
    status = "Enabled"
    filter {}

    noncurrent_version_expiration {
      noncurrent_days           = 90
      newer_noncurrent_versions = 10
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}
