locals {
  function_alarms = merge([
    for key, function in var.functions : {
      "${key}-errors" = {
        description = "The ${key} function failed ${coalesce(function.errors, var.thresholds.function_errors)} times or more in five minutes."
        namespace   = "AWS/Lambda"
        metric      = "Errors"
        dimensions  = { FunctionName = function.name }
        statistic   = "Sum"
        threshold   = coalesce(function.errors, var.thresholds.function_errors)
      }
      "${key}-throttles" = {
        description = "The ${key} function was refused an invocation: its reserved concurrency, or the account's, is used up."
        namespace   = "AWS/Lambda"
        metric      = "Throttles"
        dimensions  = { FunctionName = function.name }
        statistic   = "Sum"
        threshold   = 1
      }
    }
  ]...)

  # The table's metrics exclude its indexes, and a hot partition shows in an index first.
  index_alarms = merge([
    for index in var.table_indexes : {
      for action in ["Read", "Write"] : "${replace(index, "_", "-")}-${lower(action)}-throttles" => {
        description = "DynamoDB slowed ${lower(action)}s of the index ${index} down."
        namespace   = "AWS/DynamoDB"
        metric      = "${action}ThrottleEvents"
        dimensions  = { TableName = var.table_name, GlobalSecondaryIndexName = index }
        statistic   = "Sum"
        threshold   = 1
      }
    }
  ]...)

  service_alarms = {
    dead-letters = {
      description = "An event was given up: see the dead-letter queue."
      namespace   = "AWS/SQS"
      metric      = "ApproximateNumberOfMessagesVisible"
      dimensions  = { QueueName = var.dead_letter_queue_name }
      statistic   = "Maximum"
      threshold   = 1
    }
    purger-held-back = {
      description = "More images were due than one purge may remove: is somebody throwing everything away?"
      namespace   = var.name
      metric      = "PurgesHeldBack"
      dimensions  = { service = "purger" }
      statistic   = "Sum"
      threshold   = 1
    }
    queue-age = {
      description = "An upload has waited ${var.thresholds.queue_age_seconds} seconds or more to be processed."
      namespace   = "AWS/SQS"
      metric      = "ApproximateAgeOfOldestMessage"
      dimensions  = { QueueName = var.queue_name }
      statistic   = "Maximum"
      threshold   = var.thresholds.queue_age_seconds
    }
    api-5xx = {
      description = "The API failed ${var.thresholds.api_5xx} requests or more in five minutes."
      namespace   = "AWS/ApiGateway"
      metric      = "5xx"
      dimensions  = { ApiId = var.api_id }
      statistic   = "Sum"
      threshold   = var.thresholds.api_5xx
    }
    table-read-throttles = {
      description = "DynamoDB slowed reads of the table down."
      namespace   = "AWS/DynamoDB"
      metric      = "ReadThrottleEvents"
      dimensions  = { TableName = var.table_name }
      statistic   = "Sum"
      threshold   = 1
    }
    table-write-throttles = {
      description = "DynamoDB slowed writes of the table down."
      namespace   = "AWS/DynamoDB"
      metric      = "WriteThrottleEvents"
      dimensions  = { TableName = var.table_name }
      statistic   = "Sum"
      threshold   = 1
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = merge(local.function_alarms, local.index_alarms, local.service_alarms)

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = each.value.threshold
  period              = 300
  evaluation_periods  = 1
  # Missing data means no traffic, which is healthy.
  treat_missing_data = "notBreaching"

  alarm_actions = [aws_sns_topic.this.arn]
  ok_actions    = [aws_sns_topic.this.arn]
}

# One overall health alarm, for people and for promotion.
resource "aws_cloudwatch_composite_alarm" "health" {
  alarm_name        = "${var.name}-health"
  alarm_description = "Some alarm of ${var.name} is raised."
  alarm_rule = join(" OR ", [
    for alarm in aws_cloudwatch_metric_alarm.this : "ALARM(\"${alarm.alarm_name}\")"
  ])
}
