locals {
  tls_statements = {
    for name, bucket in { media = aws_s3_bucket.media, log = aws_s3_bucket.log } :
    name => !var.require_tls ? [] : jsondecode(templatefile("${path.module}/../../policies/tls.json.tftpl", { bucket_arn = bucket.arn }))
  }

  # A signer chooses the lifetime of a URL, up to a week; this limits whoever has its credentials to
  # the lifetime of this environment's URLs.
  signature_statement = {
    Sid       = "RecentSignaturesOnly"
    Effect    = "Deny"
    Principal = "*"
    Action    = "s3:*"
    Resource  = "${aws_s3_bucket.media.arn}/*"
    Condition = {
      StringEquals       = { "s3:authType" = ["REST-QUERY-STRING", "POST"] }
      NumericGreaterThan = { "s3:signatureAge" = var.signature_seconds_max * 1000 }
    }
  }

  # A request without encryption headers gets the bucket's default, which is this key. A negated
  # condition also matches if the header is absent, so each is paired with one that requires it.
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
      local.tls_statements.media,
      [local.signature_statement],
      local.encryption_statements,
    )
  })

  # S3 rejects concurrent changes of policy and public access block with a conflict.
  depends_on = [aws_s3_bucket_public_access_block.media]
}
