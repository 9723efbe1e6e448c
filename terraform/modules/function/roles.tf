resource "aws_iam_role" "this" {
  name        = var.name
  description = "What ${var.name} may do."
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
      # Only if the account is given, which Lambda does not promise: requiring an absent key would
      # keep the function from starting. No other account can pass the role to Lambda anyway.
      Condition = { StringEqualsIfExists = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

locals {
  # The group exists already. Without logs:CreateLogGroup the function cannot recreate a deleted one.
  log_statement = {
    Sid      = "WriteOwnLogs"
    Effect   = "Allow"
    Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    Resource = "${aws_cloudwatch_log_group.this.arn}:*"
  }

  environment_statement = {
    Sid      = "ReadOwnEnvironment"
    Effect   = "Allow"
    Action   = "kms:Decrypt"
    Resource = var.kms_key_arn
    Condition = {
      StringEquals = {
        "kms:ViaService" = [for service in concat(["lambda"], var.queue == null ? [] : ["sqs"]) : "${service}.${var.aws_region}.amazonaws.com"]
      }
    }
  }

  queue_statements = var.queue == null ? [] : [{
    Sid      = "TakeFromTheQueue"
    Effect   = "Allow"
    Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    Resource = var.queue.arn
  }]

  # X-Ray has no resource-level permissions.
  trace_statements = !var.tracing ? [] : [{
    Sid      = "SendTraces"
    Effect   = "Allow"
    Action   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
    Resource = "*"
  }]
}

resource "aws_iam_role_policy" "runtime" {
  name = "runtime"
  role = aws_iam_role.this.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [local.log_statement, local.environment_statement],
      local.queue_statements,
      local.trace_statements,
    )
  })
}

resource "aws_iam_role_policy" "task" {
  name = "task"
  role = aws_iam_role.this.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = var.policy_statements
  })
}
