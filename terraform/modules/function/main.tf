resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_115:An environment may leave it out, for a new account has nothing to reserve; its brakes are then the queue's concurrency and the API's throttle.
  #checkov:skip=CKV_AWS_116:The queue it may take from has a dead-letter queue; a schedule that it runs by makes up for a failed run with the next.
  #checkov:skip=CKV_AWS_117:It reaches AWS services only, each by IAM; a VPC would add endpoints to pay for and guard nothing.
  function_name = var.name
  description   = var.description
  role          = aws_iam_role.this.arn

  s3_bucket         = var.artifact.bucket
  s3_key            = var.artifact.key
  s3_object_version = var.artifact.version_id
  source_code_hash  = var.artifact.code_sha256
  publish           = true

  runtime       = var.runtime
  architectures = [var.architecture]
  handler       = var.handler
  memory_size   = var.memory_mb
  timeout       = var.timeout_seconds
  kms_key_arn   = var.kms_key_arn

  # -1 uses the concurrency that the account's functions share, and removes a reservation.
  reserved_concurrent_executions = coalesce(var.concurrency_reserved, -1)

  code_signing_config_arn = one(aws_lambda_code_signing_config.this[*].arn)

  environment {
    variables = var.environment
  }

  logging_config {
    # The function writes JSON itself, including metrics, which Lambda must not wrap.
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.this.name
  }

  tracing_config {
    mode = var.tracing ? "Active" : "PassThrough"
  }

  # The first start may need everything that the role allows.
  depends_on = [aws_iam_role_policy.runtime, aws_iam_role_policy.task]
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "The version that serves."
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version

  # Both in one call, so that the new version never gets all requests before its canary.
  dynamic "routing_config" {
    for_each = var.stable_version[*]

    content {
      additional_version_weights = { (routing_config.value.version) = routing_config.value.weight }
    }
  }
}
