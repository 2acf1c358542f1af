-- Who made a rule, or changed it last: it restarts containers in their name. NULL: the panel itself, or before this was kept.
ALTER TABLE alert_rule ADD COLUMN maker_kind TEXT;
ALTER TABLE alert_rule ADD COLUMN maker_id TEXT;
