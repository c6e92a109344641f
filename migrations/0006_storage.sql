CREATE TABLE `cleanup_cursors` (
	`name` text PRIMARY KEY NOT NULL,
	`position` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `deleted_apps` (
	`app_id` text PRIMARY KEY NOT NULL
);
--> statement-breakpoint
DROP INDEX `audit_events_user`;--> statement-breakpoint
CREATE INDEX `audit_events_note` ON `audit_events` (`note`) WHERE user_id IS NULL;--> statement-breakpoint
CREATE INDEX `audit_events_user` ON `audit_events` (`user_id`) WHERE user_id IS NOT NULL;--> statement-breakpoint
-- By hand: drizzle knows no WITHOUT ROWID.
CREATE TABLE `__new_challenges` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`attempts` integer NOT NULL,
	`strikes` real NOT NULL,
	`spent_at` integer,
	`expires_at` integer NOT NULL
) WITHOUT ROWID;--> statement-breakpoint
INSERT INTO `__new_challenges` (`id`, `user_id`, `attempts`, `strikes`, `spent_at`, `expires_at`)
SELECT `id`, `user_id`, `attempts`, `strikes`, `spent_at`, `expires_at` FROM `challenges`;--> statement-breakpoint
DROP TABLE `challenges`;--> statement-breakpoint
ALTER TABLE `__new_challenges` RENAME TO `challenges`;--> statement-breakpoint
CREATE INDEX `challenges_expiry` ON `challenges` (`expires_at`);--> statement-breakpoint
CREATE INDEX `idempotency_keys_expiry` ON `idempotency_keys` (`expires_at`);--> statement-breakpoint
CREATE INDEX `users_app` ON `users` (`app_id`);--> statement-breakpoint
CREATE INDEX `users_external` ON `users` (`external_id`);--> statement-breakpoint
CREATE INDEX `users_locked_until` ON `users` ((locked_until IS NOT NULL)) WHERE locked_until IS NOT NULL;--> statement-breakpoint
CREATE INDEX `users_capped_at` ON `users` ((capped_at IS NOT NULL)) WHERE capped_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `users_disabled_at` ON `users` ((disabled_at IS NOT NULL)) WHERE disabled_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `users_must_rebind` ON `users` (`must_rebind`) WHERE must_rebind = 1;--> statement-breakpoint
CREATE INDEX `sessions_expiry` ON `sessions` (`expires_at`);--> statement-breakpoint
CREATE INDEX `trusted_devices_expiry` ON `trusted_devices` (`expires_at`);--> statement-breakpoint
CREATE INDEX `challenge_results_expiry` ON `challenge_results` (`expires_at`);--> statement-breakpoint
CREATE INDEX `enrolment_links_user` ON `enrolment_links` (`app_id`,`external_id`);--> statement-breakpoint
CREATE INDEX `enrolment_links_expiry` ON `enrolment_links` (`expires_at`);--> statement-breakpoint
-- By hand: what was deleted before there was a queue.
INSERT INTO `deleted_apps` (`app_id`) SELECT `id` FROM `apps` WHERE `deleted_at` IS NOT NULL;
