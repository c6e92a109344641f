CREATE TABLE `app_logos` (
	`app_id` text PRIMARY KEY NOT NULL,
	`media_type` text NOT NULL,
	`bytes` blob NOT NULL,
	`sha256` text NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `apps` ADD `brand` text DEFAULT '{}' NOT NULL;