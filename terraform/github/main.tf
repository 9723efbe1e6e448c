data "aws_partition" "this" {}

locals {
  issuer     = "token.actions.githubusercontent.com"
  audience   = "sts.amazonaws.com"
  arn_prefix = "arn:${data.aws_partition.this.partition}"
  # New or existing, it has this name: an account can have one provider per issuer.
  provider_arn = "${local.arn_prefix}:iam::${var.account_id}:oidc-provider/${local.issuer}"

  deployers = {
    for name, environment in var.environments : name => {
      environment         = name
      github_environments = [name]
      workflow            = environment.promotes_from == null ? "deploy.yml" : "promote.yml"
      applies             = true
    }
  }

  planners = {
    for name, environment in var.environments : "${name}-plan" => {
      environment         = name
      github_environments = ["${name}-plan"]
      workflow            = "promote.yml"
      applies             = false
    } if environment.promotes_from != null
  }

  # A promotion reads its source environment both while it plans and while it applies.
  sources = {
    for name, environment in var.environments : "${name}-source" => {
      environment         = name
      github_environments = [environment.promotes_to, "${environment.promotes_to}-plan"]
      workflow            = "promote.yml"
      applies             = false
    } if environment.promotes_to != null
  }

  roles = merge(local.deployers, local.planners, local.sources)
}

resource "aws_iam_openid_connect_provider" "github" {
  count = var.create_oidc_provider ? 1 : 0

  url            = "https://${local.issuer}"
  client_id_list = [local.audience]
}

resource "aws_iam_role" "this" {
  for_each = local.roles

  # No environment may be called "github", so no deployer's rights over <project>-<environment>-*
  # reach these roles.
  name        = "${var.project}-github-${each.key}"
  description = each.value.applies ? "Changes ${each.value.environment}, from GitHub." : "Reads ${each.value.environment}, from GitHub."
  # As long as the promoting job may take.
  max_session_duration = each.value.workflow == "promote.yml" ? 10800 : 3600

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "WorkflowOnAProtectedBranchAlone"
      Effect    = "Allow"
      Principal = { Federated = local.provider_arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "${local.issuer}:aud" = local.audience
          # A repository uses one form or the other: since July 2026, new ones include their ids.
          "${local.issuer}:sub" = flatten([
            for name in each.value.github_environments : [
              "repo:${var.repository.owner}/${var.repository.name}:environment:${name}",
              "repo:${var.repository.owner}@${var.repository.owner_id}/${var.repository.name}@${var.repository.id}:environment:${name}",
            ]
          ])
          "${local.issuer}:repository_id" = var.repository.id
          "${local.issuer}:ref"           = [for branch in var.protected_branches : "refs/heads/${branch}"]
          "${local.issuer}:job_workflow_ref" = [
            for branch in var.protected_branches :
            "${var.repository.owner}/${var.repository.name}/.github/workflows/${each.value.workflow}@refs/heads/${branch}"
          ]
        }
      }
    }]
  })

  depends_on = [aws_iam_openid_connect_provider.github]
}

resource "aws_iam_role_policy" "read" {
  #checkov:skip=CKV_AWS_355:How things are set up is read of the whole account, for many of them have ids of AWS's own; nothing that users store is among it.
  for_each = local.roles

  name = "read"
  role = aws_iam_role.this[each.key].name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = local.reading[each.value.environment]
  })
}

resource "aws_iam_role_policy" "apply" {
  #checkov:skip=CKV_AWS_287:A deployer manages user pools and functions; environments that must not reach each other live in accounts of their own.
  #checkov:skip=CKV_AWS_289:A deployer writes the policies of its functions' roles, of its buckets and of its keys.
  #checkov:skip=CKV_AWS_290:What has no name before it is made, or an id of AWS's own, can't be named.
  #checkov:skip=CKV_AWS_355:What has no name before it is made, or an id of AWS's own, can't be named.
  for_each = local.deployers

  name = "apply"
  role = aws_iam_role.this[each.key].name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = local.applying[each.value.environment]
  })
}
