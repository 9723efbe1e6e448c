resource "aws_kms_key" "this" {
  description         = "Encrypts what ${var.name} stores: objects, rows, messages, logs and notifications."
  enable_key_rotation = true
  # The longest that KMS allows: deleting the key destroys everything that it encrypted.
  deletion_window_in_days = 30
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this.key_id
}
