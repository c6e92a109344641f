CREATE TABLE `archive_objects` (
	`first_id` integer PRIMARY KEY NOT NULL,
	`last_id` integer NOT NULL,
	`count` integer NOT NULL,
	`name` text NOT NULL,
	`sha256` text NOT NULL,
	`bytes` integer NOT NULL,
	`facets` blob NOT NULL
);
--> statement-breakpoint
ALTER TABLE `users` ADD `erasure_key` text;