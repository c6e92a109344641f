ALTER TABLE `api_keys` ADD `kind` text DEFAULT 'bearer' NOT NULL;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `addresses` text;