resource "aws_sns_topic" "this" {
  name              = "${var.name}-alarms"
  kms_master_key_id = var.kms_key_arn
}

resource "aws_sns_topic_policy" "this" {
  arn = aws_sns_topic.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AlarmsOfThisEnvironment"
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.this.arn
      Condition = {
        ArnLike      = { "aws:SourceArn" = "arn:*:cloudwatch:${var.aws_region}:${var.account_id}:alarm:${var.name}-*" }
        StringEquals = { "aws:SourceAccount" = var.account_id }
      }
    }]
  })
}

# Each address receives a confirmation email, and no alarms until it is confirmed.
resource "aws_sns_topic_subscription" "this" {
  for_each = toset(var.emails)

  topic_arn = aws_sns_topic.this.arn
  protocol  = "email"
  endpoint  = each.key
}

resource "aws_cloudwatch_log_metric_filter" "error" {
  for_each = var.functions

  name           = "${each.value.name}-errors"
  log_group_name = each.value.log_group
  pattern        = "{ $.level = \"ERROR\" || $.level = \"CRITICAL\" }"

  metric_transformation {
    namespace     = var.name
    name          = "LoggedErrors-${each.key}"
    value         = "1"
    default_value = "0"
  }
}
