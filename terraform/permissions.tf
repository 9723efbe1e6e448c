# What each function may do for its task; docs/security.md explains every line.
locals {
  uploads    = "${module.bucket.arn}/uploads/*"
  renditions = "${module.bucket.arn}/renditions/*"

  object_key_statement = {
    Sid      = "UseTheKeyOfObjectsAndRows"
    Effect   = "Allow"
    Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
    Resource = module.encryption.key_arn
  }

  processor_statements = [
    {
      Sid      = "ReadOriginals"
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = local.uploads
    },
    {
      # Without it S3 answers 403 for an object that is gone, and gone is a fact to record.
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
    {
      Sid      = "RecordImages"
      Effect   = "Allow"
      Action   = ["dynamodb:GetItem", "dynamodb:UpdateItem"]
      Resource = module.table.arn
    },
    local.object_key_statement,
  ]

  api_statements = [
    {
      # A pre-signed URL may do what its signer may do.
      Sid      = "SignReads"
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = [local.uploads, local.renditions]
    },
    {
      # The very version that was processed.
      Sid      = "SignReadsOfVersions"
      Effect   = "Allow"
      Action   = "s3:GetObjectVersion"
      Resource = local.uploads
    },
    {
      Sid      = "SignUploads"
      Effect   = "Allow"
      Action   = "s3:PutObject"
      Resource = local.uploads
    },
    {
      Sid      = "ReadAndChangeImages"
      Effect   = "Allow"
      Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
      Resource = module.table.arn
    },
    {
      Sid      = "ListImages"
      Effect   = "Allow"
      Action   = "dynamodb:Query"
      Resource = [for index in ["by_owner", "by_month", "by_checksum"] : "${module.table.arn}/index/${index}"]
    },
    {
      # For originals whose row is missing.
      Sid       = "LookForUploads"
      Effect    = "Allow"
      Action    = "s3:ListBucket"
      Resource  = module.bucket.arn
      Condition = { StringLike = { "s3:prefix" = "uploads/*" } }
    },
    local.object_key_statement,
  ]

  purger_statements = [
    {
      Sid       = "ListVersions"
      Effect    = "Allow"
      Action    = "s3:ListBucketVersions"
      Resource  = module.bucket.arn
      Condition = { StringLike = { "s3:prefix" = ["uploads/*", "renditions/*"] } }
    },
    {
      # By version; S3 asks for DeleteObject as well where several go at once. Nothing else is ever
      # deleted by a function.
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
    {
      Sid      = "ClaimAndRemoveRows"
      Effect   = "Allow"
      Action   = ["dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
      Resource = module.table.arn
    },
    local.object_key_statement,
  ]
}
