resource "aws_lambda_event_source_mapping" "this" {
  count = var.queue == null ? 0 : 1

  event_source_arn = var.queue.arn
  function_name    = aws_lambda_alias.live.arn
  batch_size       = var.queue.batch_size
  # What succeeded in a batch stays done when something else in it failed.
  function_response_types = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = var.queue.concurrency_max
  }

  # Lambda tries the role on the queue before it accepts the mapping.
  depends_on = [aws_iam_role_policy.runtime]
}
