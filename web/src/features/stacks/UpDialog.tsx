import { createSignal, For, Show } from "solid-js";
import type { Finding, StackFile } from "../../../../shared/protocol/stack.ts";
import type { UpOptions } from "../../lib/api/stacks.ts";
import { api } from "../../lib/api.ts";
import { queryKeys } from "../../lib/queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { askedOnce, useQuery } from "../../lib/use-query.ts";
import { QueryView } from "../../resource/QueryView.tsx";
import { ServerText } from "../../resource/ServerText.tsx";
import { Button, Callout, Checkbox, Dialog } from "../../ui/index.ts";
import { DiffView } from "./history/DiffView.tsx";
import { deployMessages as messages } from "./messages.ts";

export interface UpDialogProps {
  name: string;
  /** Number of compose files. */
  files: number;
  /** Unsaved text of one file, which is saved before the deployment. */
  unsaved: { index: number; content: string } | null;
  onClose: () => void;
  onUp: (options: UpOptions) => void;
}

interface Change {
  file: StackFile;
  /** Null when it was never deployed from here. */
  before: string | null;
}

/** Findings that are listed. */
const MAX_SHOWN = 8;

/** Asks before a stack is deployed, with the changes and findings of its files. */
export function UpDialog(props: UpDialogProps) {
  const [pull, setPull] = createSignal(false);
  const [recreate, setRecreate] = createSignal(false);
  const [removeOrphans, setRemoveOrphans] = createSignal(true);
  const preview = useQuery(() => ({
    queryKey: queryKeys.stackUp(props.name),
    queryFn: () => readPreview(props.name, props.files, props.unsaved),
    ...askedOnce,
  }));
  const errors = () => preview.data?.findings.filter(preventsDeployment) ?? [];
  const warnings = () => preview.data?.findings.filter(({ severity }) => severity === "warning") ?? [];
  return (
    <Dialog
      open
      wide
      title={messages.title(visibleName(props.name))}
      onClose={props.onClose}
      footer={
        <>
          <Button onClick={props.onClose}>{messages.cancel}</Button>
          <Button
            variant="primary"
            disabled={preview.isFetching || preview.error !== null || errors().length > 0}
            onClick={() => props.onUp({ pull: pull(), recreate: recreate(), removeOrphans: removeOrphans() })}
          >
            {props.unsaved ? messages.saveAndDeploy : messages.deploy}
          </Button>
        </>
      }
    >
      <QueryView query={preview} lines={5}>
        {(found) => (
          <div class="stack">
            <Show when={errors().length > 0}>
              <Callout tone="bad">
                {messages.fixFirst}
                <FindingLines findings={errors()} />
              </Callout>
            </Show>
            <Show when={props.unsaved}>
              <Callout tone="info">{messages.unsaved}</Callout>
            </Show>
            <For each={found().changes}>
              {({ file, before }) => (
                <div class="stack">
                  <h3 class="stack-heading">{visibleName(file.name)}</h3>
                  <Show when={before !== null} fallback={<p class="muted">{messages.neverDeployed}</p>}>
                    <Show when={before !== file.content} fallback={<p class="muted">{messages.unchanged}</p>}>
                      <DiffView label={file.name} before={before ?? ""} after={file.content} />
                    </Show>
                  </Show>
                </div>
              )}
            </For>
            <Show when={warnings().length > 0}>
              <Callout tone="warn">
                {messages.warnings}
                <FindingLines findings={warnings()} />
              </Callout>
            </Show>
            <Checkbox label={messages.pull} checked={pull()} onChange={setPull} />
            <Checkbox
              label={messages.recreate}
              hint={messages.recreateHint}
              checked={recreate()}
              onChange={setRecreate}
            />
            <Checkbox label={messages.removeOrphans} checked={removeOrphans()} onChange={setRemoveOrphans} />
          </div>
        )}
      </QueryView>
    </Dialog>
  );
}

async function readPreview(
  name: string,
  count: number,
  unsaved: UpDialogProps["unsaved"],
): Promise<{ findings: Finding[]; changes: Change[] }> {
  const [revisions, ...onDisk] = await Promise.all([
    api.stacks.revisions(name),
    ...Array.from({ length: count }, (_, index) => api.stacks.readFile(name, index)),
  ]);
  const files = onDisk.map((file) => (file.index === unsaved?.index ? { ...file, content: unsaved.content } : file));
  const findings = await api.stacks.validate({ content: files[0]?.content ?? "", name, thorough: true });
  const changes: Change[] = [];
  for (const file of files) {
    const applied = revisions.find((revision) => revision.kind === "applied" && revision.file === file.name);
    changes.push({ file, before: applied ? (await api.stacks.revision(name, applied.id)).content : null });
  }
  return { findings, changes };
}

const preventsDeployment = ({ severity, source }: Finding) =>
  severity === "error" && (source === "yaml" || source === "compose");

function FindingLines(props: { findings: readonly Finding[] }) {
  return (
    <ul class="stack-findings">
      <For each={props.findings.slice(0, MAX_SHOWN)}>
        {({ line, message }) => (
          <li>
            {messages.line(line)}
            <ServerText text={message} />
          </li>
        )}
      </For>
      <Show when={props.findings.length > MAX_SHOWN}>
        <li>{messages.more(props.findings.length - MAX_SHOWN)}</li>
      </Show>
    </ul>
  );
}
