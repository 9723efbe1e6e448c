locals {
  here = "${var.aws_region}:${var.account_id}"

  # Keys are identified by aliases, which they get after creation.
  environment_keys = {
    for name, prefix in local.names : name => ["alias/${prefix}", "alias/${prefix}-foundation", "alias/${prefix}-ledger"]
  }

  applying = {
    for name, prefix in local.names : name => [
      {
        Sid    = "ChangeWhatHasItsName"
        Effect = "Allow"
        Action = ["cloudwatch:*", "dynamodb:*", "events:*", "lambda:*", "logs:*", "s3:*", "signer:*", "sns:*", "sqs:*"]
        Resource = [
          "${local.arn_prefix}:cloudwatch:${local.here}:alarm:${prefix}-*",
          "${local.arn_prefix}:cloudwatch::${var.account_id}:dashboard/${prefix}",
          "${local.arn_prefix}:dynamodb:${local.here}:table/${prefix}-*",
          "${local.arn_prefix}:events:${local.here}:rule/${prefix}-*",
          "${local.arn_prefix}:lambda:${local.here}:function:${prefix}-*",
          "${local.arn_prefix}:logs:${local.here}:log-group:/aws/*/${prefix}-*",
          "${local.arn_prefix}:s3:::${prefix}-*",
          "${local.arn_prefix}:signer:${local.here}:/signing-profiles/*",
          "${local.arn_prefix}:sns:${local.here}:${prefix}-*",
          "${local.arn_prefix}:sqs:${local.here}:${prefix}-*",
        ]
      },
      {
        # AWS chooses their ids, so no name shows which environment owns them.
        Sid    = "ChangeWhatHasNoName"
        Effect = "Allow"
        Action = [
          "apigateway:*",
          "cloudwatch:GetMetricData",
          "cognito-idp:*",
          "lambda:CreateCodeSigningConfig",
          "lambda:CreateEventSourceMapping",
          "lambda:DeleteCodeSigningConfig",
          "lambda:DeleteEventSourceMapping",
          "lambda:TagResource",
          "lambda:UpdateCodeSigningConfig",
          "lambda:UpdateEventSourceMapping",
          "logs:CreateLogDelivery",
          "logs:DeleteLogDelivery",
          "logs:DescribeResourcePolicies",
          "logs:ListLogDeliveries",
          "logs:PutResourcePolicy",
          "logs:UpdateLogDelivery",
        ]
        Resource = "*"
      },
      {
        Sid    = "ManageKeys"
        Effect = "Allow"
        Action = [
          "kms:CreateAlias",
          "kms:CreateKey",
          "kms:DeleteAlias",
          "kms:EnableKeyRotation",
          "kms:PutKeyPolicy",
          "kms:ScheduleKeyDeletion",
          "kms:TagResource",
          "kms:UntagResource",
          "kms:UpdateAlias",
          "kms:UpdateKeyDescription",
        ]
        Resource = [local.keys_of_account, "${local.arn_prefix}:kms:${local.here}:alias/${prefix}*"]
      },
      {
        Sid      = "MakeKeys"
        Effect   = "Allow"
        Action   = "kms:CreateKey"
        Resource = "*"
      },
      {
        Sid       = "UseItsKeys"
        Effect    = "Allow"
        Action    = ["kms:CreateGrant", "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:GenerateMac"]
        Resource  = local.keys_of_account
        Condition = { "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = local.environment_keys[name] } }
      },
      {
        Sid    = "ManageRolesOfFunctions"
        Effect = "Allow"
        Action = [
          "iam:CreateRole",
          "iam:DeleteRole",
          "iam:DeleteRolePolicy",
          "iam:ListInstanceProfilesForRole",
          "iam:PutRolePolicy",
          "iam:TagRole",
          "iam:UntagRole",
          "iam:UpdateAssumeRolePolicy",
          "iam:UpdateRole",
        ]
        Resource = "${local.arn_prefix}:iam::${var.account_id}:role/${prefix}-*"
      },
      {
        Sid       = "GiveThemToLambdaAlone"
        Effect    = "Allow"
        Action    = "iam:PassRole"
        Resource  = "${local.arn_prefix}:iam::${var.account_id}:role/${prefix}-*"
        Condition = { StringEquals = { "iam:PassedToService" = "lambda.amazonaws.com" } }
      },
      {
        # The service-linked role that the first API of an account creates.
        Sid       = "LetApiGatewayHaveItsRole"
        Effect    = "Allow"
        Action    = "iam:CreateServiceLinkedRole"
        Resource  = "${local.arn_prefix}:iam::${var.account_id}:role/aws-service-role/ops.apigateway.amazonaws.com/*"
        Condition = { StringEquals = { "iam:AWSServiceName" = "ops.apigateway.amazonaws.com" } }
      },
    ]
  }
}
