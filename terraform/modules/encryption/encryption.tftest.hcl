mock_provider "aws" {
  mock_resource "aws_kms_key" {
    defaults = {
      arn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

variables {
  name       = "media-test"
  aws_region = "eu-central-1"
  account_id = "123456789012"
}

run "key_rotates_and_is_named" {
  assert {
    condition     = aws_kms_key.this.enable_key_rotation
    error_message = "The key must rotate."
  }

  assert {
    condition     = aws_kms_alias.this.name == "alias/media-test"
    error_message = "The alias must carry the environment's name."
  }
}

run "services_are_bound_to_this_environment" {
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_kms_key_policy.this.policy).Statement :
      can(statement.Condition) if can(statement.Principal.Service)
    ])
    error_message = "A service may use the key under a condition only."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_kms_key_policy.this.policy).Statement :
      strcontains(jsonencode(statement.Condition), "media-test-") if can(statement.Principal.Service)
    ])
    error_message = "Each condition must name this environment."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_kms_key_policy.this.policy).Statement :
      statement.Resource == aws_kms_key.this.arn
    ])
    error_message = "The policy must speak of this key alone."
  }
}

run "services_are_bound_by_what_they_encrypt" {
  assert {
    condition = {
      for statement in jsondecode(aws_kms_key_policy.this.policy).Statement :
      statement.Principal.Service => one(keys(statement.Condition.ArnLike)) if can(statement.Principal.Service)
      } == {
      "cloudwatch.amazonaws.com"        = "kms:EncryptionContext:aws:sns:topicArn"
      "events.amazonaws.com"            = "kms:EncryptionContext:aws:sqs:arn"
      "logs.eu-central-1.amazonaws.com" = "kms:EncryptionContext:aws:logs:arn"
    }
    error_message = "Services must be bound by what KMS is told in each call; EventBridge names no source, and events would be lost."
  }
}
