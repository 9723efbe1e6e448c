data "aws_partition" "this" {}

locals {
  # Composed, not read from the queue, so that the policy can be part of the queue. This saves the
  # half minute that SQS takes to make a later change visible.
  queue_arn_prefix      = "arn:${data.aws_partition.this.partition}:sqs:${var.aws_region}:${var.account_id}"
  queue_name            = "${var.name}-uploads"
  dead_letter_name      = "${var.name}-dead-letters"
  queue_arn             = "${local.queue_arn_prefix}:${local.queue_name}"
  dead_letter_queue_arn = "${local.queue_arn_prefix}:${local.dead_letter_name}"
}

resource "aws_cloudwatch_event_rule" "this" {
  name        = "${var.name}-uploads"
  description = "Objects that appeared or disappeared under ${var.key_prefix}"
  event_pattern = jsonencode({
    source      = ["aws.s3"]
    detail-type = ["Object Created", "Object Deleted"]
    detail = {
      bucket = { name = [var.bucket_name] }
      object = { key = [{ prefix = var.key_prefix }] }
    }
  })
}

resource "aws_cloudwatch_event_target" "this" {
  rule      = aws_cloudwatch_event_rule.this.name
  target_id = "queue"
  arn       = aws_sqs_queue.this.arn

  # A day, with growing pauses; events that are not delivered by then go to the dead-letter queue.
  retry_policy {
    maximum_event_age_in_seconds = 24 * 3600
    maximum_retry_attempts       = 185
  }

  dead_letter_config {
    arn = aws_sqs_queue.dead_letter.arn
  }
}

resource "aws_sqs_queue" "this" {
  name              = local.queue_name
  kms_master_key_id = var.kms_key_arn
  # A dead letter keeps its age: after at most a week here, it has at least a week there.
  message_retention_seconds = 7 * 24 * 3600
  # A message must stay hidden while Lambda retries a throttled batch.
  visibility_timeout_seconds = 6 * var.function_timeout_seconds
  receive_wait_time_seconds  = 20

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letter.arn
    maxReceiveCount     = var.max_receive_count
  })

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [merge(local.rule_statement, { Resource = local.queue_arn })]
  })
}

resource "aws_sqs_queue" "dead_letter" {
  name              = local.dead_letter_name
  kms_master_key_id = var.kms_key_arn
  # Two weeks, the longest that SQS allows: time for a person to investigate and redrive.
  message_retention_seconds = 14 * 24 * 3600

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [local.queue_arn]
  })

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [merge(local.rule_statement, { Resource = local.dead_letter_queue_arn })]
  })
}

locals {
  rule_statement = {
    Sid       = "EventsOfThisRule"
    Effect    = "Allow"
    Principal = { Service = "events.amazonaws.com" }
    Action    = "sqs:SendMessage"
    Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.this.arn } }
  }
}
