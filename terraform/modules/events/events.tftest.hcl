mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:eu-central-1:123456789012:rule/media-test-uploads" }
  }
}

override_resource {
  target = aws_sqs_queue.dead_letter
  values = { arn = "arn:aws:sqs:eu-central-1:123456789012:media-test-dead-letters" }
}

override_resource {
  target = aws_sqs_queue.this
  values = { arn = "arn:aws:sqs:eu-central-1:123456789012:media-test-uploads" }
}

variables {
  name                     = "media-test"
  aws_region               = "eu-central-1"
  account_id               = "123456789012"
  bucket_name              = "media-test-media-123456789012"
  key_prefix               = "uploads/"
  kms_key_arn              = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  function_timeout_seconds = 60
  max_receive_count        = 8
}

run "rule_matches_uploads_of_one_bucket" {
  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.this.event_pattern).detail == {
      bucket = { name = ["media-test-media-123456789012"] }
      object = { key = [{ prefix = "uploads/" }] }
    }
    error_message = "The rule must match this bucket and this prefix only: renditions would call the function for ever."
  }

  assert {
    condition = toset(jsondecode(aws_cloudwatch_event_rule.this.event_pattern)["detail-type"]) == toset([
      "Object Created", "Object Deleted",
    ])
    error_message = "The rule must match creations and deletions."
  }
}

run "message_outlives_the_function" {
  assert {
    condition     = aws_sqs_queue.this.visibility_timeout_seconds == 360
    error_message = "A message must stay hidden six times the function's timeout."
  }

  assert {
    condition = jsondecode(aws_sqs_queue.this.redrive_policy) == {
      deadLetterTargetArn = "arn:aws:sqs:eu-central-1:123456789012:media-test-dead-letters"
      maxReceiveCount     = 8
    }
    error_message = "Failed messages must go to the dead-letter queue after max_receive_count attempts."
  }

  assert {
    condition     = one(aws_cloudwatch_event_target.this.dead_letter_config).arn == aws_sqs_queue.dead_letter.arn
    error_message = "What EventBridge cannot deliver must go to the same dead-letter queue."
  }
}

run "half_an_hour_is_ridden_out_and_a_poison_message_is_gone_within_the_hour" {
  assert {
    condition     = (jsondecode(aws_sqs_queue.this.redrive_policy).maxReceiveCount - 1) * aws_sqs_queue.this.visibility_timeout_seconds == 42 * 60
    error_message = "Eight attempts, six minutes apart, must outlast an outage of 42 minutes."
  }

  assert {
    condition     = jsondecode(aws_sqs_queue.this.redrive_policy).maxReceiveCount * aws_sqs_queue.this.visibility_timeout_seconds == 48 * 60
    error_message = "What can only fail must lie in the dead-letter queue after 48 minutes."
  }
}

run "nothing_expires_unseen" {
  assert {
    condition = one(aws_cloudwatch_event_target.this.retry_policy) == {
      maximum_event_age_in_seconds = 86400
      maximum_retry_attempts       = 185
    }
    error_message = "EventBridge must try for a day before it lays an event into the dead-letter queue."
  }

  assert {
    condition = (
      aws_sqs_queue.this.message_retention_seconds == 7 * 86400
      && aws_sqs_queue.dead_letter.message_retention_seconds - aws_sqs_queue.this.message_retention_seconds >= 7 * 86400
    )
    error_message = "A message must keep a week in the queue, and a week more as a dead letter, which keeps the age that it had."
  }
}

run "only_the_rule_may_send" {
  assert {
    condition = alltrue([
      for queue in [aws_sqs_queue.this, aws_sqs_queue.dead_letter] :
      [for statement in jsondecode(queue.policy).Statement : [statement.Action, statement.Condition]] == [
        ["sqs:SendMessage", { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.this.arn } }],
      ]
    ])
    error_message = "The queues must accept messages of the rule and of nobody else."
  }

  assert {
    condition     = aws_sqs_queue.this.kms_master_key_id == var.kms_key_arn && aws_sqs_queue.dead_letter.kms_master_key_id == var.kms_key_arn
    error_message = "Messages must be encrypted with the key that was given."
  }
}

run "prefix_without_slash_is_refused" {
  command = plan

  variables {
    key_prefix = "uploads"
  }

  expect_failures = [var.key_prefix]
}

run "single_attempt_is_refused" {
  command = plan

  variables {
    max_receive_count = 1
  }

  expect_failures = [var.max_receive_count]
}

run "attempts_that_end_within_an_outage_are_refused" {
  command = plan

  variables {
    max_receive_count = 5
  }

  expect_failures = [var.max_receive_count]
}

run "attempts_beyond_a_day_are_refused" {
  command = plan

  variables {
    max_receive_count = 241
  }

  expect_failures = [var.max_receive_count]
}
