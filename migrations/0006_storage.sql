DROP INDEX `audit_events_user`;--> statement-breakpoint
CREATE INDEX `audit_events_note` ON `audit_events` (`note`) WHERE user_id IS NULL;--> statement-breakpoint
CREATE INDEX `audit_events_user` ON `audit_events` (`user_id`) WHERE user_id IS NOT NULL;