import { createSignal, Show } from "solid-js";
import { api } from "../../lib/api.ts";
import { queryKeys, useInvalidate } from "../../lib/queries.ts";
import { useQuery } from "../../lib/use-query.ts";
import { QueryView } from "../../resource/QueryView.tsx";
import { createSubmit } from "../../resource/submit.ts";
import { Callout, Select, toast } from "../../ui/index.ts";
import { settingsMessages as texts } from "./messages.ts";

/** The channel that rules with the default channel notify. A choice is saved at once. */
export function ChannelRow() {
  const invalidate = useInvalidate();
  const channels = useQuery(() => ({
    queryKey: [...queryKeys.alerts, "channels"],
    queryFn: () => api.alerts.channels(),
  }));
  const [chosen, setChosen] = createSignal<string | null>(null);
  const submit = createSubmit({
    send: () => api.alerts.setDefaultChannel({ channel: chosen() }),
    refetch: () => invalidate(queryKeys.alerts),
    onSent: () => toast.success(texts.saved),
  });
  const choose = (value: string) => {
    setChosen(value === "" ? null : value);
    void submit.submit();
  };
  return (
    <QueryView query={channels} lines={2}>
      {(list) => (
        <div class="settings-row">
          <Select
            label={texts.defaultChannel}
            hint={list().length === 0 ? texts.noChannels : texts.defaultChannelHint}
            value={list().find(({ isDefault }) => isDefault)?.id ?? ""}
            disabled={submit.busy() || list().length === 0}
            options={[
              { value: "", label: texts.noChannel },
              ...list().map(({ id, name }) => ({ value: id, label: name })),
            ]}
            onChange={choose}
          />
          <Show when={submit.problem()}>
            <Callout tone="bad">{submit.problem()}</Callout>
          </Show>
        </div>
      )}
    </QueryView>
  );
}
