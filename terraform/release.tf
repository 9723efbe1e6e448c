# Written last of all: an apply that ends halfway does not claim the release that it did not finish.
# An output alone would not do, for Terraform writes those that it knows as soon as it begins.
resource "terraform_data" "release" {
  input = var.release

  depends_on = [
    module.api,
    module.bucket,
    module.encryption,
    module.events,
    module.function,
    module.identity,
    module.monitoring,
    module.schedule_purge,
    module.table,
  ]
}
