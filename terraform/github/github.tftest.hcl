mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

variables {
  project    = "media"
  account_id = "123456789012"
  aws_region = "eu-central-1"
  repository = { owner = "octo-org", owner_id = "123456", name = "images", id = "456789" }
  environments = {
    dev     = { promotes_to = "staging" }
    staging = { promotes_from = "dev", promotes_to = "prod" }
    prod    = { promotes_from = "staging" }
  }
}

run "each_environment_has_the_roles_that_its_workflows_need" {
  command = plan

  assert {
    condition = toset(keys(aws_iam_role.this)) == toset([
      "dev", "dev-source", "staging", "staging-plan", "staging-source", "prod", "prod-plan",
    ])
    error_message = "One to apply, one to plan where releases are promoted to, one to read where they come from."
  }

  assert {
    condition     = alltrue([for role in aws_iam_role.this : startswith(role.name, "media-github-")])
    error_message = "No deployer's rights may reach the name of a role that GitHub gets."
  }

  assert {
    condition     = toset(keys(aws_iam_role_policy.apply)) == toset(["dev", "staging", "prod"])
    error_message = "A role that plans or reads must not apply."
  }

  assert {
    condition = { for name, role in aws_iam_role.this : name => role.max_session_duration } == {
      dev  = 3600, dev-source = 10800, staging = 10800, staging-plan = 10800, staging-source = 10800,
      prod = 10800, prod-plan = 10800
    }
    error_message = "What promotes may take three hours."
  }

  assert {
    condition     = one(aws_iam_openid_connect_provider.github).client_id_list == toset(["sts.amazonaws.com"])
    error_message = "Only tokens that are meant for AWS may be taken."
  }
}

run "a_role_trusts_one_workflow_of_one_repository_in_its_environment_on_protected_branches" {
  command = plan

  variables {
    protected_branches = ["main", "release"]
  }

  assert {
    condition = jsondecode(aws_iam_role.this["prod-plan"].assume_role_policy).Statement == [{
      Sid       = "WorkflowOnAProtectedBranchAlone"
      Effect    = "Allow"
      Principal = { Federated = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
          "token.actions.githubusercontent.com:sub" = [
            "repo:octo-org/images:environment:prod-plan",
            "repo:octo-org@123456/images@456789:environment:prod-plan",
          ]
          "token.actions.githubusercontent.com:repository_id" = "456789"
          "token.actions.githubusercontent.com:ref"           = ["refs/heads/main", "refs/heads/release"]
          "token.actions.githubusercontent.com:job_workflow_ref" = [
            "octo-org/images/.github/workflows/promote.yml@refs/heads/main",
            "octo-org/images/.github/workflows/promote.yml@refs/heads/release",
          ]
        }
      }
    }]
    error_message = "Nothing but the job that plans may plan."
  }

  assert {
    condition = alltrue([
      for role in aws_iam_role.this :
      !strcontains(role.assume_role_policy, "*") && keys(one(jsondecode(role.assume_role_policy).Statement).Condition) == ["StringEquals"]
    ])
    error_message = "Trust must name everything in full."
  }

  assert {
    condition = alltrue([
      for name, workflow in { dev = "deploy.yml", staging = "promote.yml", staging-plan = "promote.yml", dev-source = "promote.yml" } :
      strcontains(aws_iam_role.this[name].assume_role_policy, "/.github/workflows/${workflow}@refs/heads/main")
    ])
    error_message = "deploy.yml serves an environment that builds, promote.yml all others."
  }

  assert {
    condition = [
      for name in ["staging", "staging-plan", "prod"] :
      strcontains(aws_iam_role.this["dev-source"].assume_role_policy, "octo-org/images:environment:${name}\"")
    ] == [true, true, false]
    error_message = "The source is read by who promotes from it, while planning and while applying."
  }
}

run "a_role_that_plans_can_write_nothing_and_see_no_image" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for name in ["staging-plan", "prod-plan", "dev-source", "staging-source"] : [
        for statement in jsondecode(aws_iam_role_policy.read[name].policy).Statement : [
          for action in flatten([statement.Action]) :
          can(regex("^(apigateway:GET|[a-z0-9-]+:(Get|List|Describe)[A-Za-z]+|kms:(Decrypt|VerifyMac))$", action)) && statement.Effect == "Allow"
        ]
      ]
    ]))
    error_message = "Every right of a reader must be one to read."
  }

  assert {
    condition = toset(flatten([
      for statement in jsondecode(aws_iam_role_policy.read["prod-plan"].policy).Statement :
      statement.Resource if contains(flatten([statement.Action]), "s3:GetObject")
      ])) == toset([
      "arn:aws:s3:::media-prod-state-123456789012", "arn:aws:s3:::media-prod-state-123456789012/*",
      "arn:aws:s3:::media-prod-artifacts-123456789012", "arn:aws:s3:::media-prod-artifacts-123456789012/*",
    ])
    error_message = "Only states, ledger and zips may be read, of this environment alone."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.read["prod-plan"].policy).Statement :
      can(statement.Condition["ForAnyValue:StringEquals"]["kms:ResourceAliases"]) if contains(flatten([statement.Action]), "kms:Decrypt") || contains(flatten([statement.Action]), "kms:VerifyMac")
    ])
    error_message = "Only this environment's keys may be used."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.read["prod-plan"].policy).Statement :
      length(setintersection(flatten([statement.Action]), [
        "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan", "sqs:ReceiveMessage", "kms:GenerateMac", "logs:GetLogEvents", "cognito-idp:ListUsers",
      ])) == 0
    ])
    error_message = "A plan needs nothing of what users store."
  }
}

run "a_deployer_reaches_no_role_but_those_of_its_functions" {
  command = plan

  assert {
    condition = toset(flatten([
      for statement in jsondecode(aws_iam_role_policy.apply["prod"].policy).Statement :
      statement.Resource if anytrue([for action in flatten([statement.Action]) : startswith(action, "iam:") && action != "iam:CreateServiceLinkedRole"])
    ])) == toset(["arn:aws:iam::123456789012:role/media-prod-*"])
    error_message = "It could give itself, or another environment's, any right."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.apply["prod"].policy).Statement :
      can(statement.Condition["ForAnyValue:StringEquals"]["kms:ResourceAliases"]) if contains(flatten([statement.Action]), "kms:GenerateMac")
    ])
    error_message = "It may authenticate entries of its own ledger alone."
  }
}

run "a_provider_that_is_there_is_taken" {
  command = plan

  variables {
    create_oidc_provider = false
  }

  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0
    error_message = "An account can have one only."
  }
}

run "a_wildcard_in_a_branch_is_refused" {
  command = plan

  variables {
    protected_branches = ["release/*"]
  }

  expect_failures = [var.protected_branches]
}

run "a_wildcard_in_the_repository_is_refused" {
  command = plan

  variables {
    repository = { owner = "octo-org", owner_id = "123456", name = "*", id = "456789" }
  }

  expect_failures = [var.repository]
}

run "a_name_in_place_of_an_id_is_refused" {
  command = plan

  variables {
    repository = { owner = "octo-org", owner_id = "octo-org", name = "images", id = "456789" }
  }

  expect_failures = [var.repository]
}

run "an_environment_whose_deployer_would_reach_these_roles_is_refused" {
  command = plan

  variables {
    environments = { github = {} }
  }

  expect_failures = [var.environments]
}
