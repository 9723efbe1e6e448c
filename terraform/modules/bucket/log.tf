resource "aws_s3_bucket" "log" {
  #checkov:skip=CKV_AWS_18:It receives the access logs; logging its own accesses would feed itself for ever.
  #checkov:skip=CKV_AWS_144:Access logs are kept for weeks and can be lost with their region.
  #checkov:skip=CKV_AWS_145:S3 delivers access logs only to a bucket encrypted with S3's own keys.
  #checkov:skip=CKV2_AWS_62:Nothing acts on the arrival of a log file.
  bucket        = var.log_name
  force_destroy = !var.deletion_protection
}

resource "aws_s3_bucket_versioning" "log" {
  bucket = aws_s3_bucket.log.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "log" {
  bucket = aws_s3_bucket.log.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "log" {
  bucket                  = aws_s3_bucket.log.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "log" {
  bucket = aws_s3_bucket.log.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "log" {
  bucket = aws_s3_bucket.log.id

  rule {
    id     = "expire-logs"
    status = "Enabled"
    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = var.retention.multipart_days
    }

    expiration {
      days = var.retention.access_log_days
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }
  }

  depends_on = [aws_s3_bucket_versioning.log]
}

locals {
  log_delivery_statement = {
    Sid       = "AccessLogsOfTheMediaBucket"
    Effect    = "Allow"
    Principal = { Service = "logging.s3.amazonaws.com" }
    Action    = "s3:PutObject"
    Resource  = "${aws_s3_bucket.log.arn}/s3/*"
    Condition = {
      ArnLike      = { "aws:SourceArn" = aws_s3_bucket.media.arn }
      StringEquals = { "aws:SourceAccount" = var.account_id }
    }
  }
}

resource "aws_s3_bucket_policy" "log" {
  bucket = aws_s3_bucket.log.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat([local.log_delivery_statement], local.tls_statements.log)
  })

  depends_on = [aws_s3_bucket_public_access_block.log]
}
