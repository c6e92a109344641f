-- The app of the user API; its settings are the defaults until an operator changes them.
INSERT INTO apps (id, name, issuer, settings, epoch, created_at)
VALUES ('accounts', 'Accounts', 'Stepgate', '{}', 0, unixepoch() * 1000);
