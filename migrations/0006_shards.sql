-- By hand: drizzle knows no WITHOUT ROWID.
CREATE TABLE `placements` (
	`first` text PRIMARY KEY NOT NULL,
	`last` text NOT NULL,
	`shard` integer NOT NULL,
	`epoch` integer NOT NULL,
	`state` text NOT NULL,
	`other` integer
) WITHOUT ROWID;
--> statement-breakpoint
-- Everything is in the first database.
INSERT INTO `placements` (`first`, `last`, `shard`, `epoch`, `state`) VALUES ('222', 'zzz', 0, 0, 'live');
--> statement-breakpoint
CREATE TABLE `shards` (
	`number` integer PRIMARY KEY NOT NULL,
	`added_at` integer NOT NULL
);
--> statement-breakpoint
-- Ids from before this carry no bucket. A database that has such users stays alone.
INSERT INTO `shards` SELECT 0, 0 WHERE EXISTS (SELECT 1 FROM `users`);
--> statement-breakpoint
CREATE TABLE `unpublished` (
	`app_id` text PRIMARY KEY NOT NULL,
	`change` text NOT NULL
);
--> statement-breakpoint
ALTER TABLE `apps` ADD `revision` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `apps` ADD `region` text;