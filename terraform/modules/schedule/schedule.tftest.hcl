mock_provider "aws" {
  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:eu-central-1:123456789012:rule/media-test-purge" }
  }
}

variables {
  name        = "media-test-purge"
  description = "Purges the trash."
  expression  = "rate(1 hour)"
  alias = {
    arn           = "arn:aws:lambda:eu-central-1:123456789012:function:media-test-purger:live"
    name          = "live"
    function_name = "media-test-purger"
  }
}

run "only_this_rule_may_run_the_alias" {
  assert {
    condition     = aws_lambda_permission.this.qualifier == "live" && aws_lambda_permission.this.source_arn == aws_cloudwatch_event_rule.this.arn
    error_message = "The permission must be on the alias and for this rule alone."
  }

  assert {
    condition     = aws_cloudwatch_event_target.this.arn == var.alias.arn
    error_message = "The rule must run the alias, not whatever was published last."
  }
}

run "time_of_day_alone_is_refused" {
  command = plan

  variables {
    expression = "03:00"
  }

  expect_failures = [var.expression]
}
