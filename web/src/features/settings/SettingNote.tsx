import { type JSX, Show } from "solid-js";
import type { Setting } from "../../../../shared/protocol/settings.ts";
import { formatDateTime } from "../../lib/format.ts";
import { settingsMessages as texts } from "./messages.ts";

/** Who changed a setting last, after a short text about it. */
export function SettingNote(props: { setting: Setting; children?: JSX.Element }) {
  return (
    <p class="settings-note muted">
      {props.children}
      <Show when={props.setting.changedBy}>
        {(by) => (
          <>
            {props.children ? " · " : ""}
            {texts.changedBy(by(), formatDateTime(props.setting.changedAt))}
          </>
        )}
      </Show>
    </p>
  );
}
