resource "aws_s3_bucket" "media" {
  #checkov:skip=CKV_AWS_144:One region by design; versions guard against deletion, and a second copy would double the bill.
  bucket        = var.name
  force_destroy = !var.deletion_protection
}

resource "aws_s3_bucket_versioning" "media" {
  bucket = aws_s3_bucket.media.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "media" {
  bucket = aws_s3_bucket.media.id

  rule {
    # One data key serves many objects; without it every read of an image would be a paid KMS call.
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "media" {
  bucket                  = aws_s3_bucket.media.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "media" {
  bucket = aws_s3_bucket.media.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_notification" "media" {
  bucket      = aws_s3_bucket.media.id
  eventbridge = true
}

resource "aws_s3_bucket_logging" "media" {
  bucket        = aws_s3_bucket.media.id
  target_bucket = aws_s3_bucket.log.id
  target_prefix = "s3/"

  # S3 accepts the setting only once it is allowed to deliver.
  depends_on = [aws_s3_bucket_policy.log]
}

resource "aws_s3_bucket_cors_configuration" "media" {
  count = length(var.cors_origins) > 0 ? 1 : 0

  bucket = aws_s3_bucket.media.id

  cors_rule {
    allowed_origins = var.cors_origins
    allowed_methods = ["GET", "HEAD", "PUT"]
    allowed_headers = ["*"]
    expose_headers  = ["ETag", "x-amz-request-id"]
    max_age_seconds = 3600
  }
}

resource "aws_s3_bucket_metric" "media" {
  count = var.request_metrics ? 1 : 0

  bucket = aws_s3_bucket.media.id
  name   = "EntireBucket"
}
