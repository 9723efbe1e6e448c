mock_provider "aws" {
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/media-test-processor" }
  }
  mock_resource "aws_lambda_alias" {
    defaults = { arn = "arn:aws:lambda:eu-central-1:123456789012:function:media-test-processor:live" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/media-test-processor" }
  }
  mock_resource "aws_signer_signing_profile" {
    defaults = { version_arn = "arn:aws:signer:eu-central-1:123456789012:/signing-profiles/media_test/abcdefghij" }
  }
  mock_resource "aws_lambda_code_signing_config" {
    defaults = { arn = "arn:aws:lambda:eu-central-1:123456789012:code-signing-config:csc-0123456789abcdef0" }
  }
}

variables {
  aws_region  = "eu-central-1"
  account_id  = "123456789012"
  name        = "media-test-processor"
  description = "Makes renditions."
  handler     = "functions.processor.handler.handler"
  runtime     = "python3.13"
  artifact = {
    bucket      = "media-test-artifacts-123456789012"
    key         = "processor.zip"
    version_id  = "v1"
    code_sha256 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
  }
  architecture    = "arm64"
  memory_mb       = 1024
  timeout_seconds = 60
  environment     = { MEDIA_ENVIRONMENT = "test" }
  policy_statements = [
    { Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::media-test-media-123456789012/uploads/*" },
  ]
  kms_key_arn        = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  log_retention_days = 30
  tracing            = true
  code_signing       = true
  queue = {
    arn             = "arn:aws:sqs:eu-central-1:123456789012:media-test-uploads"
    batch_size      = 5
    concurrency_max = 10
  }
}

run "code_is_the_artifact" {
  assert {
    condition     = aws_lambda_function.this.source_code_hash == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    error_message = "The code must be replaced when, and only when, its digest is another."
  }

  assert {
    condition     = aws_lambda_function.this.publish && aws_lambda_function.this.s3_object_version == "v1"
    error_message = "Each change must publish a version, from the version of the artifact that was given."
  }

  assert {
    condition     = aws_lambda_alias.live.function_version == aws_lambda_function.this.version
    error_message = "The alias must point at the version that was published."
  }

  assert {
    condition     = aws_lambda_function.this.code_signing_config_arn == aws_lambda_code_signing_config.this[0].arn
    error_message = "Unsigned code must be recorded when code signing is on."
  }

  assert {
    condition     = one(aws_lambda_function.this.tracing_config).mode == "Active"
    error_message = "Tracing must be active when it is on."
  }
}

run "role_is_narrow" {
  assert {
    condition = !anytrue([
      for statement in jsondecode(aws_iam_role_policy.runtime.policy).Statement :
      contains(flatten([statement.Action]), "logs:CreateLogGroup")
    ])
    error_message = "The function must not be able to make a log group."
  }

  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.runtime.policy).Statement :
      statement.Sid if statement.Resource == "*"
    ] == ["SendTraces"]
    error_message = "Only traces have no resource to name."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.kms_key_id == var.kms_key_arn && aws_lambda_function.this.kms_key_arn == var.kms_key_arn
    error_message = "Logs and environment must be encrypted with the key that was given."
  }
}

run "queue_feeds_the_alias" {
  assert {
    condition     = aws_lambda_event_source_mapping.this[0].function_name == aws_lambda_alias.live.arn
    error_message = "The queue must call the alias, not the newest code."
  }

  assert {
    condition     = tolist(aws_lambda_event_source_mapping.this[0].function_response_types) == tolist(["ReportBatchItemFailures"])
    error_message = "Without partial answers one bad image repeats a whole batch."
  }

  assert {
    condition     = one(aws_lambda_event_source_mapping.this[0].scaling_config).maximum_concurrency == 10
    error_message = "The queue's concurrency is the brake on a burst."
  }
}

run "concurrency_is_shared_unless_it_is_reserved" {
  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == -1
    error_message = "Without a reservation the function takes from what the account shares."
  }
}

run "concurrency_is_reserved_where_it_is_asked_for" {
  variables {
    concurrency_reserved = 10
  }

  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == 10
    error_message = "The reservation must be the one that was asked for."
  }
}

run "reservation_below_what_the_queue_hands_over_is_refused" {
  command = plan

  variables {
    concurrency_reserved = 9
  }

  expect_failures = [var.concurrency_reserved]
}

run "reservation_of_nothing_is_refused" {
  command = plan

  variables {
    queue                = null
    concurrency_reserved = 0
  }

  expect_failures = [var.concurrency_reserved]
}

run "without_queue_and_extras" {
  variables {
    queue        = null
    tracing      = false
    code_signing = false
  }

  assert {
    condition     = length(aws_lambda_event_source_mapping.this) == 0 && length(aws_lambda_code_signing_config.this) == 0
    error_message = "Neither a mapping nor a signing configuration may exist unasked."
  }

  assert {
    condition = toset([
      for statement in jsondecode(aws_iam_role_policy.runtime.policy).Statement : statement.Sid
    ]) == toset(["WriteOwnLogs", "ReadOwnEnvironment"])
    error_message = "The role must not keep permissions it has no use for."
  }
}

run "digest_in_hexadecimal_is_refused" {
  command = plan

  variables {
    artifact = { bucket = "b", key = "k", version_id = "v", code_sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" }
  }

  expect_failures = [var.artifact]
}

run "everything_is_refused_as_a_permission" {
  command = plan

  variables {
    policy_statements = [{ Effect = "Allow", Action = ["s3:GetObject"], Resource = "*" }]
  }

  expect_failures = [var.policy_statements]
}

run "other_architecture_is_refused" {
  command = plan

  variables {
    architecture = "x86"
  }

  expect_failures = [var.architecture]
}

run "handler_without_module_is_refused" {
  command = plan

  variables {
    handler = "handler"
  }

  expect_failures = [var.handler]
}

run "large_batch_is_refused" {
  command = plan

  variables {
    queue = { arn = "arn:aws:sqs:eu-central-1:123456789012:q", batch_size = 11, concurrency_max = 2 }
  }

  expect_failures = [var.queue]
}

run "alias_sends_all_to_one_version" {
  assert {
    condition     = length(aws_lambda_alias.live.routing_config) == 0
    error_message = "Outside of a canary one version serves."
  }
}

run "canary_leaves_most_to_the_version_before" {
  variables {
    stable_version = { version = "7", weight = 0.9 }
  }

  assert {
    condition     = aws_lambda_alias.live.routing_config[0].additional_version_weights == tomap({ "7" = 0.9 })
    error_message = "The version before keeps its share while the new one is tried."
  }
}

run "share_of_everything_is_refused" {
  command = plan

  variables {
    stable_version = { version = "7", weight = 1 }
  }

  expect_failures = [var.stable_version]
}

run "role_is_taken_for_this_account_and_decrypts_by_way_of_services" {
  variables {
    queue = { arn = "arn:aws:sqs:eu-central-1:123456789012:media-test-uploads", batch_size = 1, concurrency_max = 2 }
  }

  assert {
    condition     = one(jsondecode(aws_iam_role.this.assume_role_policy).Statement).Condition.StringEqualsIfExists["aws:SourceAccount"] == "123456789012"
    error_message = "Lambda must not take the role on behalf of another account."
  }

  assert {
    condition = jsonencode(one([
      for statement in jsondecode(aws_iam_role_policy.runtime.policy).Statement : statement.Condition.StringEquals["kms:ViaService"]
      if statement.Action == "kms:Decrypt"
    ])) == jsonencode(["lambda.eu-central-1.amazonaws.com", "sqs.eu-central-1.amazonaws.com"])
    error_message = "The key serves the function's environment and its queue's messages, and no call of its own."
  }
}
