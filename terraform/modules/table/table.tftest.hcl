mock_provider "aws" {}

variables {
  name                = "media-test-images"
  kms_key_arn         = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  deletion_protection = true
}

run "rows_are_safe" {
  assert {
    condition     = aws_dynamodb_table.this.deletion_protection_enabled
    error_message = "The table must be protected when asked."
  }

  assert {
    condition     = one(aws_dynamodb_table.this.point_in_time_recovery).enabled
    error_message = "Rows must be recoverable."
  }

  assert {
    condition     = one(aws_dynamodb_table.this.server_side_encryption).kms_key_arn == var.kms_key_arn
    error_message = "Rows must be encrypted with the key that was given."
  }

  assert {
    condition     = one(aws_dynamodb_table.this.ttl).attribute_name == "expires_at"
    error_message = "Rows expire by expires_at."
  }
}

run "indexes_answer_the_listings" {
  assert {
    condition = {
      for index in aws_dynamodb_table.this.global_secondary_index :
      index.name => join(" ", compact([index.hash_key, index.range_key, index.projection_type]))
      } == {
      by_owner    = "owner listed_at ALL"
      by_month    = "month_shard listed_at ALL"
      by_checksum = "owner_sha256 KEYS_ONLY"
      by_purge    = "trash_shard purge_due KEYS_ONLY"
    }
    error_message = "An index has other keys or another projection than the listings need."
  }

  assert {
    condition     = aws_dynamodb_table.this.billing_mode == "PAY_PER_REQUEST"
    error_message = "The table must be on demand."
  }
}

run "unprotected_for_a_throwaway_environment" {
  variables {
    deletion_protection = false
  }

  assert {
    condition     = !aws_dynamodb_table.this.deletion_protection_enabled
    error_message = "An unprotected table must be deletable."
  }
}

run "name_with_a_slash_is_refused" {
  command = plan

  variables {
    name = "media/test"
  }

  expect_failures = [var.name]
}
