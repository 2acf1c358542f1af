import { Show } from "solid-js";
import { checkEntry } from "../../../shared/protocol/allowed-entry.ts";
import type { ListSettingName } from "../../../shared/protocol/setting-limits.ts";
import { api } from "../lib/api.ts";
import { queryKeys, useInvalidate } from "../lib/queries.ts";
import "./allow-entry.css";
import { useMayChangeSettings } from "../lib/settings-queries.ts";
import { Button, Callout, toast } from "../ui/index.ts";
import { resourceMessages } from "./messages.ts";
import { createSubmit } from "./submit.ts";

export interface AllowEntryProps {
  list: ListSettingName;
  /** What would be added to the list: a program with its arguments, or a host. */
  entry: string;
  /** After it was added. */
  onAllowed?: () => void;
}

const texts = resourceMessages.allow;

/** Says that a program or host is not allowed, and lets an administrator allow it; others read who can. */
export function AllowEntry(props: AllowEntryProps) {
  const invalidate = useInvalidate();
  const mayAllow = useMayChangeSettings();
  const checked = () => checkEntry(props.list, props.entry);
  const problem = () => {
    const result = checked();
    return "problem" in result ? result.problem : null;
  };
  const submit = createSubmit({
    // The entry may be gone when the response comes: what is allowed is not offered any more.
    async send() {
      const { entry, onAllowed } = props;
      await allowEntry(props.list, entry);
      return { entry, onAllowed };
    },
    refetch: () => invalidate(queryKeys.settings),
    onSent({ entry, onAllowed }) {
      toast.success(texts.done(entry));
      onAllowed?.();
    },
  });
  return (
    <Callout tone="warn">
      {texts.notAllowed(props.entry)}{" "}
      <Show when={problem()} fallback={<Show when={!mayAllow()}>{texts.askAdministrator}</Show>}>
        {problem()}
      </Show>
      <Show when={submit.problem()}>
        <p role="alert">{submit.problem()}</p>
      </Show>
      <Show when={mayAllow() && problem() === null}>
        <div class="allow-entry">
          <Button size="sm" busy={submit.busy()} onClick={() => void submit.submit()}>
            {texts.allow(props.entry)}
          </Button>
        </div>
      </Show>
    </Callout>
  );
}

/** Adds one entry to what administrators added, unless it is there already. Needs a fresh proof. */
async function allowEntry(name: ListSettingName, entry: string): Promise<void> {
  const { settings } = await api.settings.list();
  const setting = settings.find((one) => one.name === name);
  if (setting?.kind !== "list") return;
  const own = setting.entries.filter(({ source }) => source === "settings").map((one) => one.entry);
  const checked = checkEntry(name, entry);
  if ("entry" in checked && own.includes(checked.entry)) return;
  await api.settings.setList(name, [...own, entry], setting.version);
}
