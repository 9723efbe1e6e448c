mock_provider "aws" {
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/vendedlogs/media-test" }
  }
  mock_resource "aws_apigatewayv2_api" {
    defaults = { execution_arn = "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234" }
  }
}

variables {
  name = "media-test"
  alias = {
    function_name = "media-test-api"
    name          = "live"
    invoke_arn    = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-central-1:123456789012:function:media-test-api:live/invocations"
  }
  routes      = ["GET /images", "POST /images"]
  open_routes = ["GET /health"]
  jwt = {
    issuer   = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI"
    audience = ["client"]
  }
  cors_origins       = ["https://app.example.com"]
  throttle           = { rate_per_second = 50, burst = 100 }
  kms_key_arn        = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  log_retention_days = 30
}

run "routes_ask_for_a_token" {
  assert {
    condition = alltrue([
      for route in aws_apigatewayv2_route.this :
      route.authorization_type == "JWT" && route.authorizer_id == aws_apigatewayv2_authorizer.this.id
    ])
    error_message = "Every route but the open ones must ask for a token."
  }

  assert {
    condition     = keys(aws_apigatewayv2_route.open) == ["GET /health"]
    error_message = "Only the routes named as open may be open."
  }

  assert {
    condition     = one(aws_apigatewayv2_authorizer.this.jwt_configuration).audience == toset(["client"])
    error_message = "Tokens of other clients must not do."
  }
}

run "only_this_api_may_call_the_alias" {
  assert {
    condition     = aws_lambda_permission.this.qualifier == "live"
    error_message = "The permission must be on the alias: one on the function does not hold for it."
  }

  assert {
    condition     = aws_lambda_permission.this.source_arn == "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/*/*"
    error_message = "The permission must be for this API alone."
  }
}

run "unknown_paths_reach_the_function_with_a_token" {
  assert {
    condition     = aws_apigatewayv2_route.this["$default"].authorization_type == "JWT"
    error_message = "What no route takes must be answered by the function, and to users only."
  }
}

run "preflights_need_no_token" {
  assert {
    condition     = aws_apigatewayv2_route.preflight[0].route_key == "OPTIONS /{proxy+}" && aws_apigatewayv2_route.preflight[0].authorization_type == "NONE"
    error_message = "Without a route of their own preflights come to $default, which asks for the token that they never carry."
  }
}

run "browsers_may_change_and_see_tags" {
  assert {
    condition = (
      contains(one(aws_apigatewayv2_api.this.cors_configuration).allow_methods, "PATCH")
      && contains(one(aws_apigatewayv2_api.this.cors_configuration).allow_headers, "if-match")
      && contains(one(aws_apigatewayv2_api.this.cors_configuration).expose_headers, "etag")
    )
    error_message = "A page of an allowed origin must be able to read a tag and send it back."
  }
}

run "single_routes_are_throttled" {
  variables {
    route_throttles = [{ route = "POST /images", rate_per_second = 20, burst = 40 }]
  }

  assert {
    condition = {
      for setting in aws_apigatewayv2_stage.this.route_settings :
      setting.route_key => [setting.throttling_rate_limit, setting.throttling_burst_limit]
    } == { "POST /images" = [20, 40] }
    error_message = "The route must be throttled as asked, and no other."
  }
}

run "throttle_of_an_unknown_route_is_refused" {
  command = plan

  variables {
    route_throttles = [{ route = "PUT /images", rate_per_second = 20, burst = 40 }]
  }

  expect_failures = [var.route_throttles]
}

run "zero_throttle_of_a_route_is_refused" {
  command = plan

  variables {
    route_throttles = [{ route = "POST /images", rate_per_second = 20, burst = 0 }]
  }

  expect_failures = [var.route_throttles]
}

run "access_log_takes_no_room_in_the_accounts_policy" {
  assert {
    condition     = startswith(aws_cloudwatch_log_group.this.name, "/aws/vendedlogs/")
    error_message = "The account's one policy for delivered logs has no room for a group of each environment."
  }
}

run "access_log_tells_no_secrets" {
  assert {
    condition = length(setintersection(
      values(jsondecode(one(aws_apigatewayv2_stage.this.access_log_settings).format)),
      ["$context.identity.sourceIp", "$context.authorizer.claims.email", "$context.requestOverride.querystring"],
    )) == 0
    error_message = "Access logs must not carry addresses or query strings."
  }

  assert {
    condition     = one(aws_apigatewayv2_stage.this.default_route_settings).throttling_rate_limit == 50
    error_message = "The stage must be throttled as asked."
  }
}

run "no_origin_no_cors" {
  variables {
    cors_origins = []
  }

  assert {
    condition     = length(aws_apigatewayv2_api.this.cors_configuration) == 0
    error_message = "Without an origin there is nothing to allow."
  }
}

run "route_without_method_is_refused" {
  command = plan

  variables {
    routes = ["/images"]
  }

  expect_failures = [var.routes]
}

run "open_route_that_writes_is_refused" {
  command = plan

  variables {
    open_routes = ["POST /images"]
  }

  expect_failures = [var.open_routes]
}

run "issuer_without_scheme_is_refused" {
  command = plan

  variables {
    jwt = { issuer = "cognito-idp.eu-central-1.amazonaws.com/pool", audience = ["client"] }
  }

  expect_failures = [var.jwt]
}

run "tokens_of_any_client_are_refused" {
  command = plan

  variables {
    jwt = { issuer = "https://cognito-idp.eu-central-1.amazonaws.com/pool", audience = [] }
  }

  expect_failures = [var.jwt]
}

run "zero_throttle_is_refused" {
  command = plan

  variables {
    throttle = { rate_per_second = 0, burst = 100 }
  }

  expect_failures = [var.throttle]
}
