-- By hand: tables without a rowid, which drizzle does not know. A row of such a table is in its primary key,
-- so that the key costs neither an index of its own nor a written row (docs/storage.md). The rows that
-- there are stay. Of a challenge, the expiry was when its row could go; now it is the token's.
CREATE TABLE `__new_challenges` (
	`expires_at` integer NOT NULL,
	`id` text NOT NULL,
	`user_id` text NOT NULL,
	`attempts` integer NOT NULL,
	`strikes` real NOT NULL,
	`spent_at` integer,
	`proven_epoch` integer,
	`key_id` text,
	PRIMARY KEY(`expires_at`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_challenges`
SELECT `expires_at` - iif(`key_id` IS NULL, 60000, 300000), `id`, `user_id`, `attempts`, `strikes`, `spent_at`, `proven_epoch`, `key_id`
FROM `challenges`;
--> statement-breakpoint
DROP TABLE `challenges`;--> statement-breakpoint
ALTER TABLE `__new_challenges` RENAME TO `challenges`;--> statement-breakpoint
CREATE INDEX `challenges_proof` ON `challenges` (`id`) WHERE key_id IS NOT NULL;--> statement-breakpoint
CREATE TABLE `__new_backup_codes` (
	`user_id` text NOT NULL,
	`hash` text NOT NULL,
	`used_at` integer,
	PRIMARY KEY(`user_id`, `hash`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_backup_codes` SELECT * FROM `backup_codes`;--> statement-breakpoint
DROP TABLE `backup_codes`;--> statement-breakpoint
ALTER TABLE `__new_backup_codes` RENAME TO `backup_codes`;--> statement-breakpoint
CREATE TABLE `__new_bare_secrets` (
	`digest` text PRIMARY KEY NOT NULL,
	`last_step` integer NOT NULL,
	`failures` integer NOT NULL,
	`locked_until` integer,
	`expires_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_bare_secrets` SELECT * FROM `bare_secrets`;--> statement-breakpoint
DROP TABLE `bare_secrets`;--> statement-breakpoint
ALTER TABLE `__new_bare_secrets` RENAME TO `bare_secrets`;--> statement-breakpoint
CREATE TABLE `__new_challenge_results` (
	`hash` text PRIMARY KEY NOT NULL,
	`challenge_id` text NOT NULL,
	`app_id` text NOT NULL,
	`app_epoch` integer NOT NULL,
	`key_id` text NOT NULL,
	`user_id` text NOT NULL,
	`user_epoch` integer NOT NULL,
	`purpose` text,
	`method` text NOT NULL,
	`expires_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_challenge_results` SELECT * FROM `challenge_results`;--> statement-breakpoint
DROP TABLE `challenge_results`;--> statement-breakpoint
ALTER TABLE `__new_challenge_results` RENAME TO `challenge_results`;--> statement-breakpoint
CREATE INDEX `challenge_results_expiry` ON `challenge_results` (`expires_at`);--> statement-breakpoint
CREATE TABLE `__new_enrolment_links` (
	`id` text PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`app_id` text NOT NULL,
	`app_epoch` integer NOT NULL,
	`key_id` text,
	`external_id` text NOT NULL,
	`user_epoch` integer DEFAULT 0 NOT NULL,
	`account_name` text NOT NULL,
	`return_url` text,
	`rebind_hash` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`browser_hash` text,
	`proven_epoch` integer,
	`authenticator_id` text,
	`completed_at` integer
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_enrolment_links` SELECT * FROM `enrolment_links`;--> statement-breakpoint
DROP TABLE `enrolment_links`;--> statement-breakpoint
ALTER TABLE `__new_enrolment_links` RENAME TO `enrolment_links`;--> statement-breakpoint
CREATE INDEX `enrolment_links_user` ON `enrolment_links` (`app_id`,`external_id`);--> statement-breakpoint
CREATE INDEX `enrolment_links_expiry` ON `enrolment_links` (`expires_at`);--> statement-breakpoint
CREATE TABLE `__new_idempotency_keys` (
	`scope` text NOT NULL,
	`key` text NOT NULL,
	`route` text NOT NULL,
	`request_digest` text NOT NULL,
	`resource_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`scope`, `key`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_idempotency_keys` SELECT * FROM `idempotency_keys`;--> statement-breakpoint
DROP TABLE `idempotency_keys`;--> statement-breakpoint
ALTER TABLE `__new_idempotency_keys` RENAME TO `idempotency_keys`;--> statement-breakpoint
CREATE INDEX `idempotency_keys_expiry` ON `idempotency_keys` (`expires_at`);--> statement-breakpoint
CREATE TABLE `__new_password_guards` (
	`key` text PRIMARY KEY NOT NULL,
	`failures` integer NOT NULL,
	`ends_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_password_guards` SELECT * FROM `password_guards`;--> statement-breakpoint
DROP TABLE `password_guards`;--> statement-breakpoint
ALTER TABLE `__new_password_guards` RENAME TO `password_guards`;--> statement-breakpoint
CREATE TABLE `__new_sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`epoch` integer NOT NULL,
	`secret_hash` text NOT NULL,
	`refresh_hash` text,
	`aal` integer NOT NULL,
	`password_at` integer NOT NULL,
	`second_factor_at` integer,
	`created_at` integer NOT NULL,
	`last_used_at` integer NOT NULL,
	`idle_expires_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`revoked_at` integer,
	`revoked_by` text,
	`ip` text,
	`user_agent` text,
	`authenticator_id` text
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_sessions` SELECT * FROM `sessions`;--> statement-breakpoint
DROP TABLE `sessions`;--> statement-breakpoint
ALTER TABLE `__new_sessions` RENAME TO `sessions`;--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user_id`);--> statement-breakpoint
CREATE INDEX `sessions_expiry` ON `sessions` (`expires_at`);--> statement-breakpoint
CREATE TABLE `__new_trusted_devices` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`epoch` integer NOT NULL,
	`hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`last_used_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`ip` text,
	`user_agent` text
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_trusted_devices` SELECT * FROM `trusted_devices`;--> statement-breakpoint
DROP TABLE `trusted_devices`;--> statement-breakpoint
ALTER TABLE `__new_trusted_devices` RENAME TO `trusted_devices`;--> statement-breakpoint
CREATE INDEX `trusted_devices_user` ON `trusted_devices` (`user_id`);--> statement-breakpoint
CREATE INDEX `trusted_devices_expiry` ON `trusted_devices` (`expires_at`);
