locals {
  ledger_key       = var.ledger_key_id == "" ? {} : { this = var.ledger_key_id }
  ledger_key_alias = "alias/${var.project}-${var.environment}-ledger"
}

# As with the buckets: the first ledger entry is written before this runs, so the tooling creates the
# bare key, and this imports it.
import {
  for_each = local.ledger_key

  to = aws_kms_key.ledger
  id = each.value
}

import {
  for_each = local.ledger_key

  to = aws_kms_alias.ledger
  id = local.ledger_key_alias
}

# KMS does not rotate HMAC keys, and codes of an older key would have to stay valid anyway.
resource "aws_kms_key" "ledger" {
  description              = "Authenticates the ledger (${local.ledger_key_alias})"
  customer_master_key_spec = "HMAC_256"
  key_usage                = "GENERATE_VERIFY_MAC"
  deletion_window_in_days  = 7

  # IAM decides: kms:GenerateMac for those who may change the environment, kms:VerifyMac for those who
  # may read it.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "IamDecides"
      Effect    = "Allow"
      Principal = { AWS = "arn:${data.aws_partition.this.partition}:iam::${var.account_id}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

resource "aws_kms_alias" "ledger" {
  name          = local.ledger_key_alias
  target_key_id = aws_kms_key.ledger.key_id
}
