-- Processes of PM2 were known by their name alone; now `namespace/name` outside the default namespace, and a default name
-- that holds `%`, `/` or `:` is written `default/<encoded name>`. Names stored before are read here as those of default
-- apps; apps of the same name in other namespaces are added once PM2 has told of them.
CREATE TABLE old_process_name (
  owner_kind TEXT NOT NULL CHECK (owner_kind IN ('user', 'key', 'rule')),
  owner_id TEXT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (owner_kind, owner_id, name)
) STRICT, WITHOUT ROWID;

INSERT OR IGNORE INTO old_process_name SELECT 'user', user.id, one.value
  FROM user, json_each(user.limits, '$.deployments') AS one WHERE one.type = 'text';
INSERT OR IGNORE INTO old_process_name SELECT 'key', api_key.id, one.value
  FROM api_key, json_each(api_key.limits, '$.deployments') AS one WHERE one.type = 'text';
INSERT OR IGNORE INTO old_process_name SELECT 'rule', alert_rule.id, one.value
  FROM alert_rule, json_each(alert_rule.settings, '$.subjects.names') AS one
  WHERE one.type = 'text' AND json_extract(alert_rule.settings, '$.condition.kind') GLOB 'process-*';

UPDATE user SET limits = json_set(limits, '$.deployments', json((
  SELECT json_group_array(CASE WHEN value GLOB '*[%/:]*'
    THEN 'default/' || replace(replace(replace(value, '%', '%25'), '/', '%2F'), ':', '%3A') ELSE value END)
  FROM json_each(limits, '$.deployments')))) WHERE json_type(limits, '$.deployments') = 'array';
UPDATE api_key SET limits = json_set(limits, '$.deployments', json((
  SELECT json_group_array(CASE WHEN value GLOB '*[%/:]*'
    THEN 'default/' || replace(replace(replace(value, '%', '%25'), '/', '%2F'), ':', '%3A') ELSE value END)
  FROM json_each(limits, '$.deployments')))) WHERE json_type(limits, '$.deployments') = 'array';
UPDATE alert_rule SET settings = json_set(settings, '$.subjects.names', json((
  SELECT json_group_array(CASE WHEN value GLOB '*[%/:]*'
    THEN 'default/' || replace(replace(replace(value, '%', '%25'), '/', '%2F'), ':', '%3A') ELSE value END)
  FROM json_each(settings, '$.subjects.names'))))
  WHERE json_extract(settings, '$.condition.kind') GLOB 'process-*' AND json_type(settings, '$.subjects.names') = 'array';
UPDATE alert_event SET subject = 'default/' || replace(replace(replace(subject, '%', '%25'), '/', '%2F'), ':', '%3A')
  WHERE subject_kind = 'process' AND subject GLOB '*[%/:]*';
UPDATE OR IGNORE alert_state SET subject = 'default/' || replace(replace(replace(subject, '%', '%25'), '/', '%2F'), ':', '%3A')
  WHERE subject_kind = 'process' AND subject GLOB '*[%/:]*';
