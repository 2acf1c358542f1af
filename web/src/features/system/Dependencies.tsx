import { For, Match, Show, Switch } from "solid-js";
import type { DependencyName, DependencyState } from "../../../../shared/protocol/system.ts";
import { useSystemInfo } from "../../lib/queries.ts";
import { Status, type Tone } from "../../ui/Badge.tsx";
import { Card } from "../../ui/Card.tsx";
import { ErrorState, Skeleton } from "../../ui/Notice.tsx";

const names: Record<DependencyName, string> = {
  docker: "Docker Engine",
  pm2: "PM2",
  files: "File root",
  realtime: "Realtime server",
  redis: "Redis",
};
const words: Record<DependencyState["state"], { tone: Tone; text: string }> = {
  up: { tone: "ok", text: "Up" },
  down: { tone: "bad", text: "Down" },
  absent: { tone: "neutral", text: "Not here" },
};

/** What the panel stands on, and what to do about what is missing. */
export function Dependencies() {
  const system = useSystemInfo();
  const states = () =>
    (Object.keys(names) as DependencyName[]).flatMap((name) => {
      const state = system.data?.dependencies[name];
      return state ? [{ name, ...state }] : [];
    });
  return (
    <Card title="Dependencies">
      <Switch>
        <Match when={system.isError}>
          <ErrorState error={system.error} onRetry={() => void system.refetch()} />
        </Match>
        <Match when={system.isPending}>
          <Skeleton lines={4} />
        </Match>
        <Match when={system.data}>
          <ul class="dependencies">
            <For each={states()}>
              {(dependency) => (
                <li>
                  <div class="row">
                    <span class="grow">{names[dependency.name]}</span>
                    <Status tone={words[dependency.state].tone}>{words[dependency.state].text}</Status>
                  </div>
                  <Show when={dependency.hint}>
                    <p class="field-hint">{dependency.hint}</p>
                  </Show>
                </li>
              )}
            </For>
          </ul>
        </Match>
      </Switch>
    </Card>
  );
}
