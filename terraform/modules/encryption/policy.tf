data "aws_partition" "this" {}

locals {
  arn_prefix = "arn:${data.aws_partition.this.partition}"

  account_statement = {
    # Without it no IAM policy could grant the use of the key, and nobody could ever change it.
    Sid       = "AccountDecidesByIam"
    Effect    = "Allow"
    Principal = { AWS = "${local.arn_prefix}:iam::${var.account_id}:root" }
    Action    = "kms:*"
    Resource  = aws_kms_key.this.arn
  }

  logs_statement = {
    Sid       = "LogsOfThisEnvironment"
    Effect    = "Allow"
    Principal = { Service = "logs.${var.aws_region}.amazonaws.com" }
    Action    = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    Resource  = aws_kms_key.this.arn
    Condition = {
      ArnLike = {
        "kms:EncryptionContext:aws:logs:arn" = "${local.arn_prefix}:logs:${var.aws_region}:${var.account_id}:log-group:/aws/*/${var.name}-*"
      }
    }
  }

  # Not by the source of a request: EventBridge does not tell KMS of its rule, as AWS's guides to
  # encrypted queues and topics say, so that such a condition would keep every event out. SQS and SNS
  # name the queue or topic in each call instead; their own policies ask for the source.
  events_statement = {
    Sid       = "EventsToTheQueues"
    Effect    = "Allow"
    Principal = { Service = "events.amazonaws.com" }
    Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
    Resource  = aws_kms_key.this.arn
    Condition = {
      ArnLike = {
        "kms:EncryptionContext:aws:sqs:arn" = "${local.arn_prefix}:sqs:${var.aws_region}:${var.account_id}:${var.name}-*"
      }
    }
  }

  alarms_statement = {
    Sid       = "AlarmsToTheTopic"
    Effect    = "Allow"
    Principal = { Service = "cloudwatch.amazonaws.com" }
    Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
    Resource  = aws_kms_key.this.arn
    Condition = {
      ArnLike = {
        "kms:EncryptionContext:aws:sns:topicArn" = "${local.arn_prefix}:sns:${var.aws_region}:${var.account_id}:${var.name}-*"
      }
    }
  }
}

resource "aws_kms_key_policy" "this" {
  key_id = aws_kms_key.this.key_id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      local.account_statement,
      local.logs_statement,
      local.events_statement,
      local.alarms_statement,
    ]
  })
}
