# The whole environment as a real account gets it: every switch at its default, which is on.

mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555" }
  }
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::media-test-media-123456789012" }
  }
  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/media-test-images" }
  }
  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:eu-central-1:123456789012:media-test-uploads" }
  }
  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:eu-central-1:123456789012:rule/media-test-uploads" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/media-test" }
  }
  mock_resource "aws_lambda_alias" {
    defaults = { arn = "arn:aws:lambda:eu-central-1:123456789012:function:media-test:live" }
  }
  mock_resource "aws_lambda_code_signing_config" {
    defaults = { arn = "arn:aws:lambda:eu-central-1:123456789012:code-signing-config:csc-0123456789abcdef0" }
  }
  mock_resource "aws_signer_signing_profile" {
    defaults = { version_arn = "arn:aws:signer:eu-central-1:123456789012:/signing-profiles/media_test/abcdefghij" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/media-test" }
  }
  mock_resource "aws_apigatewayv2_api" {
    defaults = {
      id            = "abcdef1234"
      api_endpoint  = "https://abcdef1234.execute-api.eu-central-1.amazonaws.com"
      execution_arn = "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234"
    }
  }
  mock_resource "aws_cognito_user_pool" {
    defaults = {
      id       = "eu-central-1_AbCdEfGhI"
      endpoint = "cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI"
    }
  }
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-central-1:123456789012:media-test-alarms" }
  }
}

variables {
  project         = "media"
  environment     = "test"
  aws_region      = "eu-central-1"
  account_id      = "123456789012"
  artifact_bucket = "media-test-artifacts-123456789012"
  release = {
    id                   = "0000000000000000000000000000000000000000000000000000000000000000"
    git_commit           = "0000000000000000000000000000000000000000"
    terraform_digest     = "0000000000000000000000000000000000000000000000000000000000000000"
    provider_lock_digest = "0000000000000000000000000000000000000000000000000000000000000000"
    runtime              = "python3.13"
    architecture         = "arm64"
    functions = {
      processor = { key = "p.zip", version_id = "1", sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" }
      purger    = { key = "d.zip", version_id = "3", sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" }
      api       = { key = "a.zip", version_id = "2", sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" }
    }
  }
  code_sha256 = {
    processor = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    purger    = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
    api       = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
  }
  limits       = { upload_bytes = 52428800, pixels = 80000000, frames = 500 }
  renditions   = [{ name = "thumb", longest_side = 256 }, { name = "small", longest_side = 640 }]
  month_shards = 1
  processor    = { memory_mb = 2304, timeout_seconds = 60, concurrency_max = 10, batch_size = 2, max_receive_count = 8 }
  api          = { memory_mb = 512, timeout_seconds = 10, url_expiry_seconds = 900, throttle_rate_per_second = 50, throttle_burst = 100 }
  retention = {
    log_days               = 30
    trash_days             = 30
    noncurrent_days        = 60
    multipart_days         = 1
    infrequent_access_days = 90
    access_log_days        = 90
  }
  cors_origins = ["https://app.example.com"]
  alarms       = { emails = [], queue_age_seconds = 600, function_errors = 5, api_5xx = 5 }
}

run "everything_is_named_by_its_environment" {
  assert {
    condition = alltrue([
      for name in concat([output.table_name, output.dashboard_name, output.health_alarm_name], output.alarm_names) :
      startswith(name, "media-test")
    ])
    error_message = "Each name must begin with project and environment: two environments share an account."
  }

  assert {
    condition     = { for key, function in output.functions : key => function.name } == { processor = "media-test-processor", api = "media-test-api", purger = "media-test-purger" }
    error_message = "The functions must be named by their environment."
  }
}

run "key_opens_for_every_log_group" {
  assert {
    condition = alltrue([
      for group in concat([module.api.log_group], [for function in output.functions : function.log_group]) :
      can(regex("^/aws/[a-z]+/media-test-.+", group))
    ])
    error_message = "The key's policy names log groups by \"/aws/*/<environment>-*\": CloudWatch Logs can't encrypt another."
  }
}

run "real_account_has_every_safeguard" {
  assert {
    condition = contains(
      [for statement in jsondecode(module.bucket.policy).Statement : statement.Sid], "TlsOnly",
    )
    error_message = "A real account's bucket must refuse plain HTTP."
  }

  assert {
    condition     = output.api_url == "https://abcdef1234.execute-api.eu-central-1.amazonaws.com"
    error_message = "A real account's API is reached at AWS's address."
  }

  assert {
    condition     = output.jwt_issuer == "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI"
    error_message = "Tokens come from this environment's pool."
  }
}

run "message_stays_hidden_six_timeouts" {
  assert {
    condition     = module.events.visibility_timeout_seconds == 6 * var.processor.timeout_seconds
    error_message = "The queue must hide a message six times as long as the processor may take."
  }
}

run "an_outage_of_half_an_hour_is_ridden_out" {
  assert {
    condition     = (var.processor.max_receive_count - 1) * module.events.visibility_timeout_seconds >= 1800
    error_message = "Between the first attempt and the last an outage of half an hour must have room."
  }
}

run "processor_reads_uploads_and_writes_renditions_only" {
  assert {
    condition = {
      for statement in local.processor_statements : statement.Sid => flatten([statement.Resource])
      if anytrue([for action in flatten([statement.Action]) : startswith(action, "s3:")])
      } == {
      ReadOriginals         = ["arn:aws:s3:::media-test-media-123456789012/uploads/*"]
      TellGoneFromForbidden = ["arn:aws:s3:::media-test-media-123456789012"]
      WriteRenditions       = ["arn:aws:s3:::media-test-media-123456789012/renditions/*"]
    }
    error_message = "The processor could reach objects that are none of its business, or call itself."
  }

  assert {
    condition = !anytrue(flatten([
      for statement in concat(local.processor_statements, local.api_statements) :
      [for action in flatten([statement.Action]) : strcontains(action, "Delete") || strcontains(action, "*") || strcontains(action, "Scan")]
    ]))
    error_message = "Neither of them deletes, scans, or may do all of anything."
  }
}

run "only_the_api_decides_to_throw_an_image_away" {
  assert {
    condition = {
      for name, statements in { processor = local.processor_statements, api = local.api_statements, purger = local.purger_statements } :
      name => anytrue([
        for statement in statements : contains(statement.Condition["ForAllValues:StringEquals"]["dynamodb:Attributes"], "discarded")
        if can(statement.Condition["ForAllValues:StringEquals"]["dynamodb:Attributes"])
      ])
    } == { processor = false, api = true, purger = false }
    error_message = "The purger takes originals on the word of this attribute."
  }

  assert {
    condition = alltrue(flatten([
      for statement in concat(local.processor_statements, local.api_statements, local.purger_statements) : [
        for action in flatten([statement.Action]) : can(statement.Condition["ForAllValues:StringEquals"]["dynamodb:Attributes"])
        if contains(["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"], action)
      ]
    ]))
    error_message = "Each write of rows must say which attributes it may name."
  }

  assert {
    condition = alltrue([
      for name in ["title", "tags", "announced_sha256"] : !contains(local.row_attributes.processor, name)
      ]) && alltrue([
      for name in ["owner", "key", "version_id", "renditions", "purging", "gone", "trace"] : !contains(local.row_attributes.api_change, name)
    ])
    error_message = "What the owner says is the API's to change; what an image is, the processor's."
  }
}

run "key_is_used_by_way_of_a_service_alone" {
  assert {
    condition = alltrue([
      for statement in concat(local.processor_statements, local.api_statements, local.purger_statements) :
      jsonencode(statement.Condition.StringEquals["kms:ViaService"]) == jsonencode(["s3.eu-central-1.amazonaws.com", "dynamodb.eu-central-1.amazonaws.com"])
      if strcontains(jsonencode(statement.Action), "kms:")
    ])
    error_message = "A function decrypts objects and rows, and nothing by itself."
  }
}

run "api_writes_only_where_no_object_is" {
  assert {
    condition = [
      for statement in local.api_statements : statement.Condition.Null["s3:if-none-match"]
      if strcontains(jsonencode(statement.Action), "s3:PutObject")
    ] == ["false"]
    error_message = "An announcement is good for one object, and no original is written over."
  }
}

run "forms_may_write_only_where_they_are_given" {
  variables {
    api = { memory_mb = 512, timeout_seconds = 10, url_expiry_seconds = 900, throttle_rate_per_second = 50, throttle_burst = 100, upload_form = true }
  }

  assert {
    condition = toset([
      for statement in local.api_statements : jsonencode(statement.Condition)
      if strcontains(jsonencode(statement.Action), "s3:PutObject")
      ]) == toset([
      jsonencode({ Null = { "s3:if-none-match" = "false" } }),
      jsonencode({ StringEquals = { "s3:authType" = "POST" } }),
    ])
    error_message = "What is signed but for forms still writes over nothing."
  }
}

run "purger_removes_versions_and_rows_and_reads_no_object" {
  assert {
    condition = toset(flatten([for statement in local.purger_statements : statement.Action])) == toset([
      "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem", "kms:Decrypt", "kms:GenerateDataKey",
      "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ListBucketVersions",
    ])
    error_message = "The purger may do what a purge takes and no more: it never sees an image."
  }
}

run "rotating_the_cursor_key_makes_another" {
  variables {
    api = { memory_mb = 512, timeout_seconds = 10, url_expiry_seconds = 900, throttle_rate_per_second = 50, throttle_burst = 100, cursor_key_generation = 2 }
  }

  assert {
    condition     = terraform_data.cursor_key.triggers_replace == 2 && length(terraform_data.cursor_key.output) == 72
    error_message = "A generation must have a key of its own, two random UUIDs long."
  }
}

run "release_is_recorded_whole" {
  assert {
    condition     = output.release == var.release
    error_message = "The state is the record of what runs: the release must come out as it went in."
  }
}

run "renditions_reach_the_processor_without_nulls" {
  variables {
    renditions = [
      { name = "large", longest_side = 1600 },
      { name = "card", width = 400, height = 300, format = "avif", quality = 55 },
    ]
  }

  assert {
    condition = jsonencode(local.rendition_settings) == jsonencode([
      { format = "webp", longest_side = 1600, name = "large", quality = 80 },
      { format = "avif", height = 300, name = "card", quality = 55, width = 400 },
    ])
    error_message = "The processor must get each rendition with its format and quality, and no size that is not asked for."
  }
}

run "embedded_aws_is_reached_at_its_own_address" {
  variables {
    emulator_endpoint = "http://127.0.0.1:4566"
    require_tls       = false
  }

  assert {
    condition     = output.api_url == "http://127.0.0.1:4566/_aws/execute-api/abcdef1234"
    error_message = "The embedded AWS serves its APIs below its own address."
  }

  assert {
    condition = !contains(
      [for statement in jsondecode(module.bucket.policy).Statement : statement.Sid], "TlsOnly",
    )
    error_message = "The embedded AWS has no TLS: a policy that asks for it would refuse every call."
  }
}

run "limit_of_nothing_is_refused" {
  command = plan

  variables {
    limits = { upload_bytes = 52428800, pixels = 80000000, frames = 0 }
  }

  expect_failures = [var.limits]
}

run "pixels_that_the_memory_cannot_hold_are_refused" {
  command = plan

  variables {
    limits = { upload_bytes = 52428800, pixels = 100000000, frames = 500 }
  }

  expect_failures = [var.limits]
}

run "renditions_that_the_memory_cannot_hold_are_refused" {
  command = plan

  variables {
    renditions = [{ name = "huge", longest_side = 8000 }]
  }

  expect_failures = [var.limits]
}

run "batch_without_time_for_each_file_is_refused" {
  command = plan

  variables {
    processor = { memory_mb = 2304, timeout_seconds = 60, concurrency_max = 10, batch_size = 7, max_receive_count = 8 }
  }

  expect_failures = [var.processor]
}

run "reservation_below_the_throttle_is_refused" {
  command = plan

  variables {
    api = { memory_mb = 512, timeout_seconds = 10, url_expiry_seconds = 900, throttle_rate_per_second = 50, throttle_burst = 100, concurrency_reserved = 9 }
  }

  expect_failures = [var.api]
}

run "rendition_of_half_a_pixel_is_refused" {
  command = plan

  variables {
    renditions = [{ name = "card", width = 400, height = 300.5 }]
  }

  expect_failures = [var.renditions]
}

run "origin_with_a_star_is_refused" {
  command = plan

  variables {
    cors_origins = ["*"]
  }

  expect_failures = [var.cors_origins]
}

run "trash_outliving_its_objects_is_refused" {
  command = plan

  variables {
    retention = {
      log_days               = 30
      trash_days             = 90
      noncurrent_days        = 60
      multipart_days         = 1
      infrequent_access_days = 90
      access_log_days        = 90
    }
  }

  expect_failures = [var.retention]
}
