resource "aws_signer_signing_profile" "this" {
  count = var.code_signing ? 1 : 0

  platform_id = "AWSLambda-SHA384-ECDSA"
  # The name of a cancelled profile can never be used again.
  name_prefix = "${replace(var.name, "-", "_")}_"
}

resource "aws_lambda_code_signing_config" "this" {
  count = var.code_signing ? 1 : 0

  description = "Publishers that ${var.name} trusts."

  allowed_publishers {
    signing_profile_version_arns = [aws_signer_signing_profile.this[0].version_arn]
  }

  policies {
    # Releases carry a digest, which is what promotion checks; nobody signs them yet. An unsigned
    # deployment is therefore recorded, not refused.
    untrusted_artifact_on_deployment = "Warn"
  }
}
