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
CREATE TABLE `enrolment_links` (
	`id` text PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`app_id` text NOT NULL,
	`app_epoch` integer NOT NULL,
	`key_id` text,
	`external_id` text NOT NULL,
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
CREATE TABLE `operator_sessions` (
	`hash` text PRIMARY KEY NOT NULL,
	`token_digest` text NOT NULL,
	`created_at` integer NOT NULL,
	`idle_expires_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
