mock_provider "aws" {
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-central-1:123456789012:media-test-alarms" }
  }
}

variables {
  name        = "media-test"
  aws_region  = "eu-central-1"
  account_id  = "123456789012"
  kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  functions = {
    api       = { name = "media-test-api", log_group = "/aws/lambda/media-test-api" }
    processor = { name = "media-test-processor", log_group = "/aws/lambda/media-test-processor" }
  }
  bucket_name            = "media-test-media-123456789012"
  table_name             = "media-test-images"
  table_indexes          = ["by_month"]
  queue_name             = "media-test-uploads"
  dead_letter_queue_name = "media-test-dead-letters"
  api_id                 = "abcdef1234"
  emails                 = ["oncall@example.com"]
  thresholds             = { queue_age_seconds = 300, function_errors = 5, api_5xx = 5 }
}

run "a_function_that_runs_seldom_may_not_fail_once" {
  variables {
    functions = {
      api    = { name = "media-test-api", log_group = "/aws/lambda/media-test-api" }
      purger = { name = "media-test-purger", log_group = "/aws/lambda/media-test-purger", errors = 1 }
    }
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["purger-errors"].threshold == 1
      && aws_cloudwatch_metric_alarm.this["api-errors"].threshold == 5
    )
    error_message = "A threshold of a function's own must hold for it, and for it alone."
  }
}

run "every_part_has_an_alarm" {
  assert {
    condition = keys(aws_cloudwatch_metric_alarm.this) == [
      "api-5xx", "api-errors", "api-throttles", "by-month-read-throttles", "by-month-write-throttles",
      "dead-letters", "processor-errors", "processor-throttles", "purger-held-back", "queue-age",
      "table-read-throttles", "table-write-throttles",
    ]
    error_message = "An alarm is missing, or one was added."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["queue-age"].threshold == 300
    error_message = "The threshold must be the one that was given."
  }

  assert {
    condition = aws_cloudwatch_metric_alarm.this["by-month-write-throttles"].dimensions == tomap({
      TableName = "media-test-images", GlobalSecondaryIndexName = "by_month"
    })
    error_message = "The alarm must watch the index: the table's figures leave it out."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["dead-letters"].dimensions["QueueName"] == "media-test-dead-letters"
    error_message = "The alarm must watch the dead-letter queue."
  }

  assert {
    condition = alltrue([
      for alarm in aws_cloudwatch_metric_alarm.this :
      contains(alarm.alarm_actions, aws_sns_topic.this.arn) && strcontains(aws_cloudwatch_composite_alarm.health.alarm_rule, "ALARM(\"${alarm.alarm_name}\")")
    ])
    error_message = "Each alarm must publish, and count for health."
  }
}

run "topic_is_encrypted_and_closed" {
  assert {
    condition     = aws_sns_topic.this.kms_master_key_id == var.kms_key_arn
    error_message = "Notifications must be encrypted with the key that was given."
  }

  assert {
    condition     = one(jsondecode(aws_sns_topic_policy.this.policy).Statement).Condition.StringEquals["aws:SourceAccount"] == "123456789012"
    error_message = "Alarms of other accounts must not publish."
  }

  assert {
    condition     = keys(aws_sns_topic_subscription.this) == ["oncall@example.com"]
    error_message = "Each address must be subscribed."
  }
}

run "dashboard_shows_every_part_in_its_region" {
  assert {
    condition = alltrue([
      for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets :
      widget.properties.region == "eu-central-1" if widget.type == "metric"
    ])
    error_message = "A metric widget without a region shows nothing."
  }

  assert {
    condition = alltrue([
      for namespace in ["AWS/S3", "AWS/Lambda", "AWS/DynamoDB", "AWS/ApiGateway", "AWS/SQS"] :
      strcontains(aws_cloudwatch_dashboard.this.dashboard_body, namespace)
    ])
    error_message = "A service is missing from the dashboard."
  }
}

run "zero_threshold_is_refused" {
  command = plan

  variables {
    thresholds = { queue_age_seconds = 300, function_errors = 0, api_5xx = 5 }
  }

  expect_failures = [var.thresholds]
}
