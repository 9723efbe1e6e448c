# Otherwise Lambda would create the group itself, without retention and without a key.
resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338:How long logs stay is the environment's choice; a year of logs costs more than the system.
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}
