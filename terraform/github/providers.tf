provider "aws" {
  region = var.aws_region
  # Credentials of another account must fail here, before anything is read or created.
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = {
      project    = var.project
      managed_by = "terraform"
    }
  }
}
