import { createSignal, For, Show } from "solid-js";
import type { Finding, StackFile } from "../../../../shared/protocol/stack.ts";
import type { UpOptions } from "../../lib/api/stacks.ts";
import { api } from "../../lib/api.ts";
import { queryKeys } from "../../lib/queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { askedOnce, useQuery } from "../../lib/use-query.ts";
import { Button, Callout, Checkbox, Dialog, ErrorState, Skeleton } from "../../ui/index.ts";
import { DiffView } from "./history/DiffView.tsx";
import { Output } from "./Output.tsx";

export interface UpDialogProps {
  name: string;
  /** How many files the stack has. */
  files: number;
  /** Text of one of them that is saved first, once this is confirmed. */
  unsaved: { index: number; content: string } | null;
  onClose: () => void;
  onUp: (options: UpOptions) => void;
}

interface Change {
  file: StackFile;
  /** Null: never brought up from here. */
  before: string | null;
}

/** Warnings that are shown at once. */
const SHOWN = 8;

/** What will change, and how: asked before a stack is brought up. */
export function UpDialog(props: UpDialogProps) {
  const [pull, setPull] = createSignal(false);
  const [recreate, setRecreate] = createSignal(false);
  const [removeOrphans, setRemoveOrphans] = createSignal(true);
  const look = useQuery(() => ({
    queryKey: queryKeys.stackUp(props.name),
    queryFn: () => lookAhead(props.name, props.files, props.unsaved),
    ...askedOnce,
  }));
  const faults = () => look.data?.findings.filter(isFault) ?? [];
  const warnings = () => look.data?.findings.filter(({ severity }) => severity === "warning") ?? [];
  return (
    <Dialog
      open
      wide
      title={`Bring up ${visibleName(props.name)}?`}
      onClose={props.onClose}
      footer={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button
            variant="primary"
            disabled={look.isFetching || look.error !== null || faults().length > 0}
            onClick={() => props.onUp({ pull: pull(), recreate: recreate(), removeOrphans: removeOrphans() })}
          >
            {props.unsaved ? "Save and bring up" : "Bring up"}
          </Button>
        </>
      }
    >
      <Show
        when={!look.error && look.data}
        fallback={
          <Show when={look.error} fallback={<Skeleton lines={5} />}>
            <ErrorState error={look.error} onRetry={() => void look.refetch()} />
          </Show>
        }
      >
        {(found) => (
          <div class="stack">
            <Show when={faults().length > 0}>
              <Callout tone="bad">
                Mend the file first.
                <FindingLines findings={faults()} />
              </Callout>
            </Show>
            <Show when={props.unsaved}>
              <Callout tone="info">What you typed is saved first. Until you confirm, nothing is written.</Callout>
            </Show>
            <For each={found().changes}>
              {({ file, before }) => (
                <div class="stack">
                  <h3 class="stacks-heading">{visibleName(file.name)}</h3>
                  <Show
                    when={before !== null}
                    fallback={
                      <p class="muted">
                        It has not been brought up from here yet, so there is nothing to compare with.
                      </p>
                    }
                  >
                    <Show
                      when={before !== file.content}
                      fallback={<p class="muted">Unchanged since it was last brought up from here.</p>}
                    >
                      <DiffView label={file.name} before={before ?? ""} after={file.content} />
                    </Show>
                  </Show>
                </div>
              )}
            </For>
            <Show when={warnings().length > 0}>
              <Callout tone="warn">
                Worth knowing:
                <FindingLines findings={warnings()} />
              </Callout>
            </Show>
            <Checkbox label="Pull newer images first" checked={pull()} onChange={setPull} />
            <Checkbox
              label="Make every container anew"
              hint="Otherwise only those that changed."
              checked={recreate()}
              onChange={setRecreate}
            />
            <Checkbox
              label="Remove containers of services that the file no longer names"
              checked={removeOrphans()}
              onChange={setRemoveOrphans}
            />
          </div>
        )}
      </Show>
    </Dialog>
  );
}

async function lookAhead(
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

const isFault = ({ severity, source }: Finding) => severity === "error" && (source === "yaml" || source === "compose");

function FindingLines(props: { findings: readonly Finding[] }) {
  return (
    <ul class="stacks-findings">
      <For each={props.findings.slice(0, SHOWN)}>
        {({ line, message }) => (
          <li>
            Line {line}: <Output text={message} />
          </li>
        )}
      </For>
      <Show when={props.findings.length > SHOWN}>
        <li>and {props.findings.length - SHOWN} more</li>
      </Show>
    </ul>
  );
}
