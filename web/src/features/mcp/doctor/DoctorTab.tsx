import { createSignal, For, Show } from "solid-js";
import type { McpServer } from "../../../../../shared/protocol/mcp.ts";
import type { McpDiagnosisStep } from "../../../../../shared/protocol/mcp-workbench.ts";
import { api, toMessage } from "../../../lib/api.ts";
import { formatElapsed } from "../../../lib/format.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { Badge, Button, Callout, Card, type Tone } from "../../../ui/index.ts";
import { doctorMessages as texts } from "./messages.ts";

const tones: Record<McpDiagnosisStep["outcome"], Tone> = {
  ok: "ok",
  warning: "warn",
  failed: "bad",
  skipped: "neutral",
};

/** Examines the way to a server, and says for each step what to do. */
export default function DoctorTab(props: { server: McpServer; onEdit: (server: McpServer) => void }) {
  const [steps, setSteps] = createSignal<readonly McpDiagnosisStep[]>();
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);
  const examine = async () => {
    if (busy()) return;
    setBusy(true);
    setProblem(null);
    try {
      setSteps(await api.mcp.diagnose(props.server.id));
    } catch (error) {
      setProblem(toMessage(error));
    }
    setBusy(false);
  };
  const isHealthy = () => steps()?.every(({ outcome }) => outcome === "ok") === true;
  return (
    <div class="detail-scroll">
      <Card title={texts.title}>
        <div class="doctor-body">
          <p class="faint">{texts.hint}</p>
          <div class="row">
            <Button variant="primary" busy={busy()} onClick={() => void examine()}>
              {steps() ? texts.runAgain : texts.run}
            </Button>
            <Show when={steps()?.some(({ outcome }) => outcome === "failed")}>
              <Button onClick={() => props.onEdit(props.server)}>{texts.edit}</Button>
            </Show>
          </div>
          <Show when={problem()}>{(text) => <Callout tone="bad">{text()}</Callout>}</Show>
          <Show when={isHealthy()}>
            <p role="status">{texts.healthy}</p>
          </Show>
          <Show when={steps()}>
            {(list) => (
              <ol class="doctor-steps" aria-label={texts.title}>
                <For each={list()}>
                  {(step) => (
                    <li>
                      <div class="row">
                        <Badge tone={tones[step.outcome]}>{texts.outcomes[step.outcome]}</Badge>
                        <b>{texts.steps[step.step]}</b>
                        <span class="count">{step.milliseconds === null ? "" : formatElapsed(step.milliseconds)}</span>
                      </div>
                      <Show when={step.outcome !== "skipped"}>
                        <p>{visibleName(step.message)}</p>
                      </Show>
                      <Show when={step.fix}>{(fix) => <p class="doctor-fix">{visibleName(fix())}</p>}</Show>
                      <Show when={step.output}>
                        {(output) => (
                          <details open>
                            <summary>{texts.output}</summary>
                            <pre class="wire-text">{output()}</pre>
                          </details>
                        )}
                      </Show>
                    </li>
                  )}
                </For>
              </ol>
            )}
          </Show>
        </div>
      </Card>
    </div>
  );
}
