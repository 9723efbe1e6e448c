resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338:How long logs stay is the environment's choice; a year of logs costs more than the system.
  # API Gateway adds each group to one policy of the account, which has room for only a few; groups
  # with this prefix need no entry.
  name              = "/aws/vendedlogs/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_apigatewayv2_stage" "this" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = "$default"
  auto_deploy = true

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.this.arn
    # The path and the caller's id, but never the query, the token or an address.
    format = jsonencode({
      request_id         = "$context.requestId"
      time               = "$context.requestTime"
      route              = "$context.routeKey"
      path               = "$context.path"
      status             = "$context.status"
      bytes              = "$context.responseLength"
      milliseconds       = "$context.responseLatency"
      owner              = "$context.authorizer.claims.sub"
      authorizer_error   = "$context.authorizer.error"
      integration_error  = "$context.integrationErrorMessage"
      integration_status = "$context.integration.status"
    })
  }

  default_route_settings {
    detailed_metrics_enabled = true
    throttling_rate_limit    = var.throttle.rate_per_second
    throttling_burst_limit   = var.throttle.burst
  }

  dynamic "route_settings" {
    for_each = { for throttle in var.route_throttles : throttle.route => throttle }

    content {
      route_key                = route_settings.key
      detailed_metrics_enabled = true
      throttling_rate_limit    = route_settings.value.rate_per_second
      throttling_burst_limit   = route_settings.value.burst
    }
  }

  # A setting names a route, which must exist.
  depends_on = [aws_apigatewayv2_route.this, aws_apigatewayv2_route.open]
}
