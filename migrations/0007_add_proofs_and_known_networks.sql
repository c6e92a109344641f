ALTER TABLE `authenticators` ADD `proven` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `challenges` ADD `proven_epoch` integer;--> statement-breakpoint
ALTER TABLE `challenges` ADD `key_id` text;--> statement-breakpoint
ALTER TABLE `users` ADD `known_networks` text;