locals {
  # The configuration that a plan compares; no user data.
  setup_actions = [
    "apigateway:GET",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:GetDashboard",
    "cloudwatch:ListTagsForResource",
    "cognito-idp:DescribeUserPool",
    "cognito-idp:DescribeUserPoolClient",
    "cognito-idp:GetGroup",
    "cognito-idp:GetUserPoolMfaConfig",
    "dynamodb:DescribeContinuousBackups",
    "dynamodb:DescribeKinesisStreamingDestination",
    "dynamodb:DescribeTable",
    "dynamodb:DescribeTimeToLive",
    "dynamodb:ListTagsOfResource",
    "events:DescribeRule",
    "events:ListTagsForResource",
    "events:ListTargetsByRule",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:ListRolePolicies",
    "kms:DescribeKey",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListAliases",
    "kms:ListResourceTags",
    "lambda:GetAlias",
    "lambda:GetCodeSigningConfig",
    "lambda:GetEventSourceMapping",
    "lambda:GetFunction",
    "lambda:GetFunctionCodeSigningConfig",
    "lambda:GetFunctionConcurrency",
    "lambda:GetFunctionConfiguration",
    "lambda:GetPolicy",
    "lambda:GetRuntimeManagementConfig",
    # The embedded AWS requires these two where AWS requires GetAlias and GetEventSourceMapping.
    "lambda:ListAliases",
    "lambda:ListEventSourceMappings",
    "lambda:ListTags",
    "lambda:ListVersionsByFunction",
    "logs:DescribeIndexPolicies",
    "logs:DescribeLogGroups",
    "logs:DescribeMetricFilters",
    "logs:GetLogDelivery",
    "logs:ListTagsForResource",
    "s3:GetAccelerateConfiguration",
    "s3:GetBucketAcl",
    "s3:GetBucketCORS",
    "s3:GetBucketLocation",
    "s3:GetBucketLogging",
    "s3:GetBucketNotification",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketOwnershipControls",
    "s3:GetBucketPolicy",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketRequestPayment",
    "s3:GetBucketTagging",
    "s3:GetBucketVersioning",
    "s3:GetBucketWebsite",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetMetricsConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:ListAllMyBuckets",
    "signer:GetSigningProfile",
    "signer:ListTagsForResource",
    "sns:GetSubscriptionAttributes",
    "sns:GetTopicAttributes",
    "sns:ListTagsForResource",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "sqs:ListQueueTags",
  ]

  names = { for name in keys(var.environments) : name => "${var.project}-${name}" }

  # States record what runs and who deployed it; artifacts are the zips to promote.
  deployment_buckets = {
    for name, prefix in local.names : name => [
      for purpose in ["state", "artifacts"] : "${local.arn_prefix}:s3:::${prefix}-${purpose}-${var.account_id}"
    ]
  }

  keys_of_account = "${local.arn_prefix}:kms:${var.aws_region}:${var.account_id}:key/*"

  reading = {
    for name, prefix in local.names : name => [
      {
        Sid      = "SeeHowThingsAreSetUp"
        Effect   = "Allow"
        Action   = local.setup_actions
        Resource = "*"
      },
      {
        # Checking whether a bucket exists requires permission to list it.
        Sid      = "FindTheBuckets"
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = "${local.arn_prefix}:s3:::${prefix}-*"
      },
      {
        Sid      = "ReadStatesLedgerAndZips"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion", "s3:ListBucketVersions"]
        Resource = flatten([for bucket in local.deployment_buckets[name] : [bucket, "${bucket}/*"]])
      },
      {
        Sid      = "DecryptThose"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = local.keys_of_account
        Condition = {
          "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = "alias/${prefix}-foundation" }
          StringEquals               = { "kms:ViaService" = "s3.${var.aws_region}.amazonaws.com" }
        }
      },
      {
        # Otherwise a function's variables are hidden, and every plan would set them again.
        Sid      = "ReadVariablesOfFunctions"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = local.keys_of_account
        Condition = {
          "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = "alias/${prefix}" }
          StringEquals               = { "kms:ViaService" = "lambda.${var.aws_region}.amazonaws.com" }
        }
      },
      {
        Sid      = "VerifyTheLedger"
        Effect   = "Allow"
        Action   = "kms:VerifyMac"
        Resource = local.keys_of_account
        Condition = {
          "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = "alias/${prefix}-ledger" }
        }
      },
    ]
  }
}
