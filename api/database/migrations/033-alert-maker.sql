-- Who made a channel; and names, so that what a removed user left can be told apart from the panel's own.
ALTER TABLE alert_channel ADD COLUMN maker_kind TEXT;
ALTER TABLE alert_channel ADD COLUMN maker_id TEXT;
ALTER TABLE alert_channel ADD COLUMN maker_name TEXT;
ALTER TABLE alert_rule ADD COLUMN maker_name TEXT;
