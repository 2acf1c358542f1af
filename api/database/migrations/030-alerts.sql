-- Rules of the alerts; `settings` is JSON of all but name and enabled.
CREATE TABLE alert_rule (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  settings TEXT NOT NULL CHECK (json_valid(settings)),
  created_at TEXT NOT NULL
) STRICT;

-- Where alerts are sent to. `settings` is JSON and holds tokens and passwords: they never leave.
CREATE TABLE alert_channel (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  settings TEXT NOT NULL CHECK (json_valid(settings)),
  sent_at TEXT,
  failed_at TEXT,
  error TEXT,
  lost INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL
) STRICT;

-- A rule and what it is about, as long as it is not simply well. `state` is JSON of the state machine.
CREATE TABLE alert_state (
  rule_id TEXT NOT NULL REFERENCES alert_rule (id) ON DELETE CASCADE,
  subject_kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (json_valid(state)),
  PRIMARY KEY (rule_id, subject_kind, subject)
) STRICT, WITHOUT ROWID;

-- What happened; `bell` is 1 where the bell rings for it.
CREATE TABLE alert_event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at TEXT NOT NULL,
  kind TEXT NOT NULL,
  rule_id TEXT NOT NULL,
  rule_name TEXT NOT NULL,
  condition TEXT NOT NULL,
  severity TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  bell INTEGER NOT NULL
) STRICT;
CREATE INDEX alert_event_subject ON alert_event (subject_kind, subject, id);

-- How far somebody has read the bell.
CREATE TABLE alert_read (
  principal TEXT PRIMARY KEY,
  up_to INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Messages on their way: written together with what they tell of, gone once they were taken.
CREATE TABLE alert_message (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  channel_id TEXT NOT NULL REFERENCES alert_channel (id) ON DELETE CASCADE,
  event_id INTEGER NOT NULL,
  message TEXT NOT NULL CHECK (json_valid(message))
) STRICT;
CREATE INDEX alert_message_channel ON alert_message (channel_id, id);

-- name: attached_until (until when the Engine was listened to), defaults (the rules of the first start were made)
CREATE TABLE alert_meta (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
