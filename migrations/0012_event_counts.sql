-- By hand: drizzle knows no WITHOUT ROWID.
CREATE TABLE `event_counts` (
	`type` text NOT NULL,
	`outcome` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`type`, `outcome`)
) WITHOUT ROWID;
