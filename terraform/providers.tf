locals {
  embedded = var.emulator_endpoint != ""
}

provider "aws" {
  region = var.aws_region
  # Credentials of another account must fail here, before anything is read or created.
  allowed_account_ids = [var.account_id]

  s3_use_path_style           = local.embedded
  skip_credentials_validation = local.embedded
  skip_metadata_api_check     = local.embedded

  dynamic "endpoints" {
    for_each = local.embedded ? [var.emulator_endpoint] : []

    content {
      apigatewayv2   = endpoints.value
      cloudwatch     = endpoints.value
      cloudwatchlogs = endpoints.value
      cognitoidp     = endpoints.value
      dynamodb       = endpoints.value
      eventbridge    = endpoints.value
      iam            = endpoints.value
      kms            = endpoints.value
      lambda         = endpoints.value
      s3             = endpoints.value
      signer         = endpoints.value
      sns            = endpoints.value
      sqs            = endpoints.value
      sts            = endpoints.value
    }
  }

  default_tags {
    tags = {
      project     = var.project
      environment = var.environment
      managed_by  = "terraform"
    }
  }
}
