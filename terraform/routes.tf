locals {
  # As functions.api.routes has them, which a test compares.
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

# Signs cursors. Another generation makes another key; cursors of the one before are refused then.
resource "terraform_data" "cursor_key" {
  input            = sensitive("${uuid()}${uuid()}")
  triggers_replace = var.api.cursor_key_generation

  lifecycle {
    ignore_changes = [input]
  }
}

# No image is older: where the list of all images ends.
resource "terraform_data" "first_month" {
  input = formatdate("YYYY-MM", plantimestamp())

  lifecycle {
    ignore_changes = [input]
  }
}
