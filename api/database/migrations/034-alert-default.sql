-- Rules that notified only the bell also use the default channel: `default` stands for it, and none is set yet.
-- alert_meta, name: default_channel (id of the default channel)
UPDATE alert_rule SET settings = json_replace(settings, '$.channels', json('["bell","default"]'))
WHERE json_extract(settings, '$.channels') = '["bell"]';
