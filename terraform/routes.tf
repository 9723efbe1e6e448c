locals {
  # The same routes as functions.api.routes, which a test compares.
  routes = [
    "POST /images",
    "GET /images",
    "GET /images/{id}",
    "GET /images/{id}/content",
    "PATCH /images/{id}",
    "DELETE /images/{id}",
    "POST /images/{id}/restore",
  ]
}

# Signs cursors. A new generation creates a new key, which invalidates the cursors of the old one.
resource "terraform_data" "cursor_key" {
  input            = sensitive("${uuid()}${uuid()}")
  triggers_replace = var.api.cursor_key_generation

  lifecycle {
    ignore_changes = [input]
  }
}

# No image is older: the list of all images ends here.
resource "terraform_data" "first_month" {
  input = formatdate("YYYY-MM", plantimestamp())

  lifecycle {
    ignore_changes = [input]
  }
}
