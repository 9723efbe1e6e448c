data "aws_partition" "this" {}

# Only for these two buckets: the key of the environment's data is created later, by a state that is
# stored here. `destroy` schedules the deletion of this key once both buckets are gone.
resource "aws_kms_key" "this" {
  description             = "Encrypts the states and the artifacts of ${var.project}-${var.environment}."
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

resource "aws_kms_key_policy" "this" {
  key_id = aws_kms_key.this.key_id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      # Without it no IAM policy could grant the use of the key, and nobody could ever change it.
      Sid       = "AccountDecidesByIam"
      Effect    = "Allow"
      Principal = { AWS = "arn:${data.aws_partition.this.partition}:iam::${var.account_id}:root" }
      Action    = "kms:*"
      Resource  = aws_kms_key.this.arn
    }]
  })
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.project}-${var.environment}-foundation"
  target_key_id = aws_kms_key.this.key_id
}

# Objects from before the key existed stay readable: each keeps the key that encrypted it.
resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.this.arn
    }
  }

  depends_on = [aws_kms_key_policy.this]
}
