resource "aws_lambda_event_source_mapping" "this" {
  count = var.queue == null ? 0 : 1

  event_source_arn = var.queue.arn
  function_name    = aws_lambda_alias.live.arn
  batch_size       = var.queue.batch_size
  # Messages that succeeded are not repeated when others of their batch fail.
  function_response_types = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = var.queue.concurrency_max
  }

  # Lambda accepts the mapping only if the role may read the queue.
  depends_on = [aws_iam_role_policy.runtime]
}
