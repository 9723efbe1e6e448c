locals {
  graphs = [
    {
      title  = "API: requests"
      period = 300
      stat   = "Sum"
      metrics = [
        ["AWS/ApiGateway", "Count", "ApiId", var.api_id],
        ["AWS/ApiGateway", "4xx", "ApiId", var.api_id],
        ["AWS/ApiGateway", "5xx", "ApiId", var.api_id],
      ]
    },
    {
      title  = "API: latency, 95 of 100 requests"
      period = 300
      stat   = "p95"
      metrics = [
        ["AWS/ApiGateway", "Latency", "ApiId", var.api_id],
        ["AWS/ApiGateway", "IntegrationLatency", "ApiId", var.api_id],
      ]
    },
    {
      title  = "Functions: invocations, errors, throttles"
      period = 300
      stat   = "Sum"
      metrics = [
        for pair in setproduct(["Invocations", "Errors", "Throttles"], values(var.functions)[*].name) :
        ["AWS/Lambda", pair[0], "FunctionName", pair[1]]
      ]
    },
    {
      title   = "Functions: duration, 95 of 100 invocations"
      period  = 300
      stat    = "p95"
      metrics = [for function in var.functions : ["AWS/Lambda", "Duration", "FunctionName", function.name]]
    },
    {
      title   = "Functions: at once"
      period  = 300
      stat    = "Maximum"
      metrics = [for function in var.functions : ["AWS/Lambda", "ConcurrentExecutions", "FunctionName", function.name]]
    },
    {
      title   = "Functions: errors in the logs"
      period  = 300
      stat    = "Sum"
      metrics = [for key, function in var.functions : [var.name, "LoggedErrors-${key}"]]
    },
    {
      title  = "Queue: waiting, in work, given up"
      period = 300
      stat   = "Maximum"
      metrics = [
        ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", var.queue_name],
        ["AWS/SQS", "ApproximateNumberOfMessagesNotVisible", "QueueName", var.queue_name],
        ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", var.dead_letter_queue_name],
      ]
    },
    {
      title   = "Queue: age of the oldest message, seconds"
      period  = 300
      stat    = "Maximum"
      metrics = [["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", var.queue_name]]
    },
    {
      title  = "Table: capacity used"
      period = 300
      stat   = "Sum"
      metrics = [
        ["AWS/DynamoDB", "ConsumedReadCapacityUnits", "TableName", var.table_name],
        ["AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", var.table_name],
      ]
    },
    {
      title  = "Table: throttles"
      period = 300
      stat   = "Sum"
      metrics = concat(
        [
          ["AWS/DynamoDB", "ReadThrottleEvents", "TableName", var.table_name],
          ["AWS/DynamoDB", "WriteThrottleEvents", "TableName", var.table_name],
        ],
        [
          for index in var.table_indexes :
          ["AWS/DynamoDB", "WriteThrottleEvents", "TableName", var.table_name, "GlobalSecondaryIndexName", index]
        ],
      )
    },
    {
      title  = "Bucket: bytes and objects, once a day"
      period = 86400
      stat   = "Average"
      metrics = concat(
        [
          # The storage classes of originals and renditions, as the bucket's lifecycle moves them.
          for class in [
            "StandardStorage", "StandardIAStorage",
            "IntelligentTieringFAStorage", "IntelligentTieringIAStorage", "IntelligentTieringAIAStorage",
          ] :
          ["AWS/S3", "BucketSizeBytes", "BucketName", var.bucket_name, "StorageType", class]
        ],
        [["AWS/S3", "NumberOfObjects", "BucketName", var.bucket_name, "StorageType", "AllStorageTypes"]],
      )
    },
    {
      title  = "Bucket: requests"
      period = 300
      stat   = "Sum"
      metrics = [
        for metric in ["AllRequests", "4xxErrors", "5xxErrors"] :
        ["AWS/S3", metric, "BucketName", var.bucket_name, "FilterId", "EntireBucket"]
      ]
    },
  ]

  alarm_widget = {
    type   = "alarm"
    x      = 0
    y      = 0
    width  = 24
    height = 3
    properties = {
      title  = "Alarms"
      alarms = concat([aws_cloudwatch_composite_alarm.health.arn], values(aws_cloudwatch_metric_alarm.this)[*].arn)
    }
  }

  metric_widgets = [
    for index, graph in local.graphs : {
      type   = "metric"
      x      = index % 2 * 12
      y      = 3 + floor(index / 2) * 6
      width  = 12
      height = 6
      properties = {
        title   = graph.title
        region  = var.aws_region
        view    = "timeSeries"
        period  = graph.period
        stat    = graph.stat
        metrics = graph.metrics
      }
    }
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({ widgets = concat([local.alarm_widget], local.metric_widgets) })
}
