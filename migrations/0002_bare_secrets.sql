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
