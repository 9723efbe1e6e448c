locals {
  bucket_and_objects = [aws_s3_bucket.media.arn, "${aws_s3_bucket.media.arn}/*"]

  tls_statements = [
    {
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = local.bucket_and_objects
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    },
    {
      Sid       = "RecentTlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = local.bucket_and_objects
      Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
    },
  ]

  # A request that names no encryption gets the bucket's default, which is this key. A negated
  # condition also holds where the header is absent, so each is paired with one that asks for it.
  encryption_statements = [
    {
      Sid       = "NoOtherKey"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:PutObject"
      Resource  = "${aws_s3_bucket.media.arn}/*"
      Condition = {
        Null            = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "false" }
        StringNotEquals = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = var.kms_key_arn }
      }
    },
    {
      Sid       = "NoOtherEncryption"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:PutObject"
      Resource  = "${aws_s3_bucket.media.arn}/*"
      Condition = {
        Null            = { "s3:x-amz-server-side-encryption" = "false" }
        StringNotEquals = { "s3:x-amz-server-side-encryption" = "aws:kms" }
      }
    },
    {
      Sid       = "NoCustomerKey"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:PutObject"
      Resource  = "${aws_s3_bucket.media.arn}/*"
      Condition = { Null = { "s3:x-amz-server-side-encryption-customer-algorithm" = "false" } }
    },
  ]
}

resource "aws_s3_bucket_policy" "media" {
  bucket = aws_s3_bucket.media.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      var.require_tls ? local.tls_statements : [],
      local.encryption_statements,
    )
  })

  # While public policies may still be judged, S3 answers one of the two calls with a conflict.
  depends_on = [aws_s3_bucket_public_access_block.media]
}
