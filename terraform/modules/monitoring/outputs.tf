output "topic_arn" {
  description = "Topic that alarms publish to."
  value       = aws_sns_topic.this.arn
}

output "dashboard_name" {
  description = "Name of the dashboard."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "alarm_names" {
  description = "Names of the alarms, without the composite."
  value       = sort(values(aws_cloudwatch_metric_alarm.this)[*].alarm_name)
}

output "health_alarm_name" {
  description = "Name of the composite alarm."
  value       = aws_cloudwatch_composite_alarm.health.alarm_name
}
