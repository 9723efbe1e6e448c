resource "aws_s3_bucket_lifecycle_configuration" "media" {
  bucket = aws_s3_bucket.media.id

  rule {
    id     = "abort-unfinished-uploads"
    status = "Enabled"
    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = var.retention.multipart_days
    }
  }

  rule {
    id     = "expire-old-versions"
    status = "Enabled"
    filter {}

    expiration {
      expired_object_delete_marker = true
    }

    noncurrent_version_expiration {
      noncurrent_days = var.retention.noncurrent_days
    }
  }

  rule {
    # Whoever writes a key over and over, as no upload through the API can, fills the bucket for a day.
    id     = "keep-few-old-versions-of-originals"
    status = "Enabled"

    filter {
      prefix = "uploads/"
    }

    noncurrent_version_expiration {
      newer_noncurrent_versions = 5
      noncurrent_days           = 1
    }
  }

  rule {
    # Originals are read once, to be rendered, and rarely after that.
    id     = "originals-to-infrequent-access"
    status = "Enabled"

    filter {
      prefix = "uploads/"
    }

    transition {
      days          = var.retention.infrequent_access_days
      storage_class = "STANDARD_IA"
    }
  }

  rule {
    # How often a rendition is read depends on the image, so S3 chooses its storage class.
    id     = "renditions-to-intelligent-tiering"
    status = "Enabled"

    filter {
      prefix = "renditions/"
    }

    transition {
      days          = 0
      storage_class = "INTELLIGENT_TIERING"
    }
  }

  # S3 refuses rules for old versions until versioning is on.
  depends_on = [aws_s3_bucket_versioning.media]
}
