mock_provider "aws" {
  mock_resource "aws_cognito_user_pool" {
    defaults = {
      id       = "eu-central-1_AbCdEfGhI"
      endpoint = "cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI"
    }
  }
}

variables {
  name                = "media-test"
  deletion_protection = true
}

run "pool_is_closed_and_strict" {
  assert {
    condition     = one(aws_cognito_user_pool.this.admin_create_user_config).allow_admin_create_user_only
    error_message = "Nobody may sign up."
  }

  assert {
    condition     = one(aws_cognito_user_pool.this.password_policy).minimum_length >= 14
    error_message = "Passwords must be long."
  }

  assert {
    condition     = aws_cognito_user_pool.this.deletion_protection == "ACTIVE"
    error_message = "The pool must be protected when asked."
  }
}

run "client_has_no_secret_and_no_plain_password_flow" {
  assert {
    condition     = !aws_cognito_user_pool_client.this.generate_secret
    error_message = "A secret in a browser is none."
  }

  assert {
    condition     = !contains(aws_cognito_user_pool_client.this.explicit_auth_flows, "ALLOW_USER_PASSWORD_AUTH")
    error_message = "Public clients must use SRP, not send the password."
  }

  assert {
    condition     = aws_cognito_user_group.admins.name == "admins"
    error_message = "The API knows the group by this name."
  }

  assert {
    condition     = aws_cognito_user_group.service_users.name == "service-users"
    error_message = "The tooling knows the group by this name."
  }
}

run "issuer_is_a_url" {
  assert {
    condition     = output.issuer == "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI"
    error_message = "The issuer must be the pool's URL, as it stands in its tokens."
  }
}

run "unprotected_for_a_throwaway_environment" {
  variables {
    deletion_protection = false
  }

  assert {
    condition     = aws_cognito_user_pool.this.deletion_protection == "INACTIVE"
    error_message = "An unprotected pool must be deletable."
  }
}

run "name_with_a_space_is_refused" {
  command = plan

  variables {
    name = "media test"
  }

  expect_failures = [var.name]
}
