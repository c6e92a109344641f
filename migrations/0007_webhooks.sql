-- By hand: drizzle knows no WITHOUT ROWID.
CREATE TABLE `webhook_deliveries` (
	`endpoint_id` text NOT NULL,
	`event_id` integer NOT NULL,
	`shard` integer NOT NULL,
	`type` text NOT NULL,
	`user_id` text,
	`state` text NOT NULL,
	`attempts` integer NOT NULL,
	`first_at` integer,
	`last_at` integer,
	`next_at` integer,
	`status` integer,
	`fault` text,
	`answer` text,
	`milliseconds` integer,
	PRIMARY KEY(`endpoint_id`, `event_id`, `shard`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `webhook_deliveries_waiting` ON `webhook_deliveries` (`endpoint_id`,`event_id`) WHERE state = 'waiting';--> statement-breakpoint
CREATE TABLE `webhook_endpoints` (
	`id` text PRIMARY KEY NOT NULL,
	`app_id` text NOT NULL,
	`name` text,
	`url` text NOT NULL,
	`types` text,
	`secret` text NOT NULL,
	`previous_secret` text,
	`previous_expires_at` integer,
	`created_at` integer NOT NULL,
	`position` text NOT NULL,
	`paused_at` integer,
	`paused_because` text,
	`failing_since` integer,
	`turn` text,
	`busy_until` integer,
	`deleted_at` integer
);
--> statement-breakpoint
CREATE INDEX `webhook_endpoints_app` ON `webhook_endpoints` (`app_id`);