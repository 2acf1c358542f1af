import { For, Show } from "solid-js";
import type { DependencyName, DependencyState } from "../../../../shared/protocol/system.ts";
import { useSystemInfo } from "../../lib/queries.ts";
import { QueryView } from "../../resource/QueryView.tsx";
import { Status, type Tone } from "../../ui/Badge.tsx";
import { Card } from "../../ui/Card.tsx";
import { dependencyMessages as texts } from "./messages.ts";

const tones: Record<DependencyState["state"], Tone> = { up: "ok", down: "bad", absent: "neutral" };

const labelOf = (name: DependencyName, state: DependencyState["state"]) =>
  state === "absent" ? texts.absent[name] : texts[state];

/** The parts that the panel depends on: their state, and what to do about a missing one. */
export function Dependencies() {
  const system = useSystemInfo();
  const states = () =>
    (Object.keys(texts.names) as DependencyName[]).flatMap((name) => {
      const state = system.data?.dependencies[name];
      return state ? [{ name, ...state }] : [];
    });
  return (
    <Card title={texts.title}>
      <QueryView query={system} lines={4}>
        {() => (
          <ul class="dependencies">
            <For each={states()}>
              {(dependency) => (
                <li>
                  <div class="row">
                    <span class="grow">{texts.names[dependency.name]}</span>
                    <Status tone={tones[dependency.state]}>{labelOf(dependency.name, dependency.state)}</Status>
                  </div>
                  <Show when={dependency.hint}>
                    <p class="field-hint">{dependency.hint}</p>
                  </Show>
                </li>
              )}
            </For>
          </ul>
        )}
      </QueryView>
    </Card>
  );
}
