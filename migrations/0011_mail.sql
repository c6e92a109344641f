-- By hand: drizzle knows no WITHOUT ROWID.
CREATE TABLE `mail_codes` (
	`user_id` text NOT NULL,
	`purpose` text NOT NULL,
	`digest` text NOT NULL,
	`failures` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `purpose`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `mail_codes_expiry` ON `mail_codes` (`expires_at`);--> statement-breakpoint
CREATE TABLE `notices` (
	`user_id` text NOT NULL,
	`kind` text NOT NULL,
	`event_id` integer NOT NULL,
	`address` text,
	`attempts` integer NOT NULL,
	`next_at` integer,
	PRIMARY KEY(`user_id`, `kind`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `notices_due` ON `notices` (`next_at`) WHERE next_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `notices_event` ON `notices` (`event_id`);--> statement-breakpoint
CREATE TABLE `outbox` (
	`id` integer PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`recipient` text NOT NULL,
	`subject` text NOT NULL,
	`text` text NOT NULL,
	`html` text NOT NULL
);
--> statement-breakpoint
ALTER TABLE `accounts` ADD `language` text;--> statement-breakpoint
ALTER TABLE `accounts` ADD `email_proven_at` integer;