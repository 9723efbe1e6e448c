resource "aws_dynamodb_table" "this" {
  name                        = var.name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "image_id"
  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "image_id"
    type = "S"
  }

  attribute {
    name = "owner"
    type = "S"
  }

  attribute {
    name = "month_shard"
    type = "S"
  }

  attribute {
    name = "listed_at"
    type = "S"
  }

  attribute {
    name = "owner_sha256"
    type = "S"
  }

  attribute {
    name = "trash_shard"
    type = "S"
  }

  attribute {
    name = "purge_due"
    type = "S"
  }

  global_secondary_index {
    name            = "by_owner"
    hash_key        = "owner"
    range_key       = "listed_at"
    projection_type = "ALL"
  }

  global_secondary_index {
    name            = "by_month"
    hash_key        = "month_shard"
    range_key       = "listed_at"
    projection_type = "ALL"
  }

  global_secondary_index {
    name            = "by_checksum"
    hash_key        = "owner_sha256"
    projection_type = "KEYS_ONLY"
  }

  global_secondary_index {
    name            = "by_purge"
    hash_key        = "trash_shard"
    range_key       = "purge_due"
    projection_type = "KEYS_ONLY"
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }
}
