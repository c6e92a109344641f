CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`app_id` text NOT NULL,
	`name` text,
	`hash` text NOT NULL,
	`scopes` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`revoked_at` integer,
	`last_used_at` integer
);
--> statement-breakpoint
CREATE INDEX `api_keys_app` ON `api_keys` (`app_id`);--> statement-breakpoint
CREATE TABLE `apps` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`issuer` text NOT NULL,
	`settings` text NOT NULL,
	`epoch` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`deleted_at` integer
);
--> statement-breakpoint
CREATE TABLE `audit_events` (
	`id` integer PRIMARY KEY NOT NULL,
	`app_id` text,
	`user_id` text,
	`type` text NOT NULL,
	`outcome` text NOT NULL,
	`reason` text,
	`actor` text NOT NULL,
	`authenticator_id` text,
	`ip` text,
	`user_agent` text,
	`request_id` text,
	`note` text
);
--> statement-breakpoint
CREATE INDEX `audit_events_user` ON `audit_events` (`user_id`) WHERE user_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `audit_events_note` ON `audit_events` (`note`) WHERE user_id IS NULL;--> statement-breakpoint
CREATE TABLE `authenticators` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`name` text,
	`secret` text NOT NULL,
	`secret_digest` text NOT NULL,
	`algorithm` text NOT NULL,
	`digits` integer NOT NULL,
	`period` integer NOT NULL,
	`state` text NOT NULL,
	`last_step` integer DEFAULT -1 NOT NULL,
	`drift` integer DEFAULT 0 NOT NULL,
	`tries` integer DEFAULT 0 NOT NULL,
	`proven` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL,
	`confirmed_at` integer,
	`last_used_at` integer,
	`expires_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `authenticators_user_secret` ON `authenticators` (`user_id`,`secret_digest`);--> statement-breakpoint
CREATE INDEX `authenticators_pending` ON `authenticators` (`expires_at`) WHERE expires_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `backup_codes` (
	`user_id` text NOT NULL,
	`hash` text NOT NULL,
	`used_at` integer,
	PRIMARY KEY(`user_id`, `hash`)
);
--> statement-breakpoint
CREATE TABLE `bare_secret_counts` (
	`key` text PRIMARY KEY NOT NULL,
	`count` integer NOT NULL,
	`ends_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `bare_secrets` (
	`digest` text PRIMARY KEY NOT NULL,
	`last_step` integer NOT NULL,
	`failures` integer NOT NULL,
	`locked_until` integer,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
-- By hand: drizzle knows no WITHOUT ROWID.
CREATE TABLE `challenges` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`attempts` integer NOT NULL,
	`strikes` real NOT NULL,
	`spent_at` integer,
	`expires_at` integer NOT NULL,
	`proven_epoch` integer,
	`key_id` text
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `challenges_expiry` ON `challenges` (`expires_at`);--> statement-breakpoint
CREATE TABLE `cleanup_cursors` (
	`name` text PRIMARY KEY NOT NULL,
	`position` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `deleted_apps` (
	`app_id` text PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`scope` text NOT NULL,
	`key` text NOT NULL,
	`route` text NOT NULL,
	`request_digest` text NOT NULL,
	`resource_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`scope`, `key`)
);
--> statement-breakpoint
CREATE INDEX `idempotency_keys_expiry` ON `idempotency_keys` (`expires_at`);--> statement-breakpoint
CREATE TABLE `keyring_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`canary` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`app_id` text NOT NULL,
	`external_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`disabled_at` integer,
	`epoch` integer DEFAULT 0 NOT NULL,
	`failures` integer DEFAULT 0 NOT NULL,
	`locked_until` integer,
	`strikes` real DEFAULT 0 NOT NULL,
	`strikes_at` integer,
	`capped_at` integer,
	`attempt` text,
	`must_rebind` integer DEFAULT false NOT NULL,
	`rebind_hash` text,
	`rebind_expires_at` integer,
	`known_networks` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_app_external` ON `users` (`app_id`,`external_id`);--> statement-breakpoint
CREATE INDEX `users_app` ON `users` (`app_id`);--> statement-breakpoint
CREATE INDEX `users_external` ON `users` (`external_id`);--> statement-breakpoint
CREATE INDEX `users_locked_until` ON `users` ((locked_until IS NOT NULL)) WHERE locked_until IS NOT NULL;--> statement-breakpoint
CREATE INDEX `users_capped_at` ON `users` ((capped_at IS NOT NULL)) WHERE capped_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `users_disabled_at` ON `users` ((disabled_at IS NOT NULL)) WHERE disabled_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `users_must_rebind` ON `users` (`must_rebind`) WHERE must_rebind = 1;--> statement-breakpoint
CREATE TABLE `accounts` (
	`user_id` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`username` text,
	`name` text,
	`password_hash` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `accounts_email` ON `accounts` (`email`);--> statement-breakpoint
CREATE UNIQUE INDEX `accounts_username` ON `accounts` (`username`);--> statement-breakpoint
CREATE TABLE `password_guards` (
	`key` text PRIMARY KEY NOT NULL,
	`failures` integer NOT NULL,
	`ends_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `sessions` (
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
);
--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user_id`);--> statement-breakpoint
CREATE INDEX `sessions_expiry` ON `sessions` (`expires_at`);--> statement-breakpoint
CREATE TABLE `trusted_devices` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`epoch` integer NOT NULL,
	`hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`last_used_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`ip` text,
	`user_agent` text
);
--> statement-breakpoint
CREATE INDEX `trusted_devices_user` ON `trusted_devices` (`user_id`);--> statement-breakpoint
CREATE INDEX `trusted_devices_expiry` ON `trusted_devices` (`expires_at`);--> statement-breakpoint
CREATE TABLE `challenge_results` (
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
);
--> statement-breakpoint
CREATE INDEX `challenge_results_expiry` ON `challenge_results` (`expires_at`);--> statement-breakpoint
CREATE TABLE `enrolment_links` (
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
);
--> statement-breakpoint
CREATE INDEX `enrolment_links_user` ON `enrolment_links` (`app_id`,`external_id`);--> statement-breakpoint
CREATE INDEX `enrolment_links_expiry` ON `enrolment_links` (`expires_at`);--> statement-breakpoint
CREATE TABLE `operator_sessions` (
	`hash` text PRIMARY KEY NOT NULL,
	`token_digest` text NOT NULL,
	`created_at` integer NOT NULL,
	`idle_expires_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
-- By hand: the app of the user API; its settings are the defaults until an operator changes them.
INSERT INTO apps (id, name, issuer, settings, epoch, created_at)
VALUES ('accounts', 'Accounts', 'Stepgate', '{}', 0, unixepoch() * 1000);
