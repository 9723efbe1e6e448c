resource "aws_apigatewayv2_api" "this" {
  name          = var.name
  description   = "Lists and serves the images of ${var.name}."
  protocol_type = "HTTP"

  dynamic "cors_configuration" {
    for_each = length(var.cors_origins) > 0 ? [1] : []

    content {
      allow_origins  = var.cors_origins
      allow_methods  = ["GET", "POST", "PATCH", "DELETE"]
      allow_headers  = ["authorization", "content-type", "if-match", "if-none-match"]
      expose_headers = ["etag", "location", "x-request-id"]
      max_age        = 3600
    }
  }
}

resource "aws_apigatewayv2_authorizer" "this" {
  name             = "tokens"
  api_id           = aws_apigatewayv2_api.this.id
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]

  jwt_configuration {
    issuer   = var.jwt.issuer
    audience = var.jwt.audience
  }

  lifecycle {
    # It has no meaning for tokens, and not every endpoint leaves it out.
    ignore_changes = [authorizer_payload_format_version]
  }
}

resource "aws_apigatewayv2_integration" "this" {
  api_id                 = aws_apigatewayv2_api.this.id
  integration_type       = "AWS_PROXY"
  integration_method     = "POST"
  integration_uri        = var.alias.invoke_arn
  payload_format_version = "2.0"
}

# $default matches every path and method that no other route does, so that the function can answer
# with the methods and paths that exist.
resource "aws_apigatewayv2_route" "this" {
  for_each = toset(concat(var.routes, ["$default"]))

  api_id             = aws_apigatewayv2_api.this.id
  route_key          = each.key
  target             = "integrations/${aws_apigatewayv2_integration.this.id}"
  authorization_type = "JWT"
  authorizer_id      = aws_apigatewayv2_authorizer.this.id
}

resource "aws_apigatewayv2_route" "open" {
  #checkov:skip=CKV_AWS_309:A load balancer or a monitor has no token; the route answers with a constant.
  for_each = toset(var.open_routes)

  api_id             = aws_apigatewayv2_api.this.id
  route_key          = each.key
  target             = "integrations/${aws_apigatewayv2_integration.this.id}"
  authorization_type = "NONE"
}

# Without it $default would receive the preflights of browsers, and reject them for lack of a token.
resource "aws_apigatewayv2_route" "preflight" {
  #checkov:skip=CKV_AWS_309:A browser sends its preflight without a token; the route answers with a constant.
  count = length(var.cors_origins) > 0 ? 1 : 0

  api_id             = aws_apigatewayv2_api.this.id
  route_key          = "OPTIONS /{proxy+}"
  target             = "integrations/${aws_apigatewayv2_integration.this.id}"
  authorization_type = "NONE"
}

resource "aws_lambda_permission" "this" {
  statement_id  = "http-api"
  action        = "lambda:InvokeFunction"
  function_name = var.alias.function_name
  qualifier     = var.alias.name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/*/*"
}
