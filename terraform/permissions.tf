# What each function may do; docs/security.md explains every line.
locals {
  uploads    = "${module.bucket.arn}/uploads/*"
  renditions = "${module.bucket.arn}/renditions/*"

  # For objects and rows, and never by calling KMS itself.
  object_key_statement = {
    Sid      = "UseTheKeyOfObjectsAndRows"
    Effect   = "Allow"
    Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
    Resource = module.encryption.key_arn
    Condition = {
      StringEquals = { "kms:ViaService" = [for service in ["s3", "dynamodb"] : "${service}.${var.aws_region}.amazonaws.com"] }
    }
  }

  read_rows_statement = {
    Sid      = "ReadRows"
    Effect   = "Allow"
    Action   = "dynamodb:GetItem"
    Resource = module.table.arn
  }

  # The attributes that each may name in a write: to set or remove them, or in a condition. Only the
  # API may write the decision to trash an image, `discarded`, on which the purger relies.
  row_attributes = jsondecode(file("${path.module}/policies/row_attributes.json"))
  only_attributes = {
    for writer, names in local.row_attributes :
    writer => { "ForAllValues:StringEquals" = { "dynamodb:Attributes" = names } }
  }

  processor_statements = [
    {
      Sid      = "ReadOriginals"
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = local.uploads
    },
    {
      # Without it S3 returns 403 for a missing object, and the processor must record that it is gone.
      Sid      = "TellGoneFromForbidden"
      Effect   = "Allow"
      Action   = "s3:ListBucket"
      Resource = module.bucket.arn
    },
    {
      Sid      = "WriteRenditions"
      Effect   = "Allow"
      Action   = "s3:PutObject"
      Resource = local.renditions
    },
    local.read_rows_statement,
    {
      Sid       = "RecordImages"
      Effect    = "Allow"
      Action    = "dynamodb:UpdateItem"
      Resource  = module.table.arn
      Condition = local.only_attributes.processor
    },
    local.object_key_statement,
  ]

  # S3 forms cannot require that a key has no object, so each environment chooses whether to use them.
  form_statements = !var.api.upload_form ? [] : [{
    Sid       = "SignForms"
    Effect    = "Allow"
    Action    = "s3:PutObject"
    Resource  = local.uploads
    Condition = { StringEquals = { "s3:authType" = "POST" } }
  }]

  api_statements = concat(local.form_statements, [
    {
      # A pre-signed URL has the permissions of its signer.
      Sid      = "SignReads"
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = [local.uploads, local.renditions]
    },
    {
      # The version that was processed.
      Sid      = "SignReadsOfVersions"
      Effect   = "Allow"
      Action   = "s3:GetObjectVersion"
      Resource = local.uploads
    },
    {
      # Only if the key has no object: neither clients nor the API itself overwrite an original.
      Sid       = "SignUploads"
      Effect    = "Allow"
      Action    = "s3:PutObject"
      Resource  = local.uploads
      Condition = { Null = { "s3:if-none-match" = "false" } }
    },
    local.read_rows_statement,
    {
      Sid       = "AnnounceImages"
      Effect    = "Allow"
      Action    = "dynamodb:PutItem"
      Resource  = module.table.arn
      Condition = local.only_attributes.api_new
    },
    {
      Sid       = "DescribeTrashAndRestoreImages"
      Effect    = "Allow"
      Action    = "dynamodb:UpdateItem"
      Resource  = module.table.arn
      Condition = local.only_attributes.api_change
    },
    {
      Sid      = "ListImages"
      Effect   = "Allow"
      Action   = "dynamodb:Query"
      Resource = [for index in ["by_owner", "by_month", "by_checksum"] : "${module.table.arn}/index/${index}"]
    },
    {
      # For orphaned originals, whose row is missing.
      Sid       = "LookForUploads"
      Effect    = "Allow"
      Action    = "s3:ListBucket"
      Resource  = module.bucket.arn
      Condition = { StringLike = { "s3:prefix" = "uploads/*" } }
    },
    local.object_key_statement,
  ])

  purger_statements = [
    {
      Sid       = "ListVersions"
      Effect    = "Allow"
      Action    = "s3:ListBucketVersions"
      Resource  = module.bucket.arn
      Condition = { StringLike = { "s3:prefix" = ["uploads/*", "renditions/*"] } }
    },
    {
      # By version; to delete several at once, S3 requires DeleteObject as well. No other function
      # deletes anything.
      Sid      = "RemoveVersions"
      Effect   = "Allow"
      Action   = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
      Resource = [local.uploads, local.renditions]
    },
    {
      Sid      = "FindWhatIsDue"
      Effect   = "Allow"
      Action   = "dynamodb:Query"
      Resource = "${module.table.arn}/index/by_purge"
    },
    local.read_rows_statement,
    {
      Sid       = "ClaimAndRemoveRows"
      Effect    = "Allow"
      Action    = ["dynamodb:UpdateItem", "dynamodb:DeleteItem"]
      Resource  = module.table.arn
      Condition = local.only_attributes.purger
    },
    local.object_key_statement,
  ]
}
