import CircleAlert from "lucide-solid/icons/circle-alert";
import Info from "lucide-solid/icons/info";
import Save from "lucide-solid/icons/save";
import TriangleAlert from "lucide-solid/icons/triangle-alert";
import { createSignal, For, lazy, onCleanup, Show, Suspense } from "solid-js";
import type { Finding, StackDetail } from "../../../../../shared/protocol/stack.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { Button, Callout, confirm, ErrorState, Select, Skeleton, toast } from "../../../ui/index.ts";
import { mayLeave } from "../../files/editor/leave-guard.ts";
import { Output } from "../Output.tsx";
import type { StackDocument } from "./stack-document.ts";

const ComposeEditor = lazy(() => import("./ComposeEditor.tsx"));

export interface ComposeTabProps {
  stack: StackDetail;
  document: StackDocument;
  mayChange: boolean;
  onFile: (index: number) => void;
}

/** The compose file in an editor, with what is wrong with it. */
export function ComposeTab(props: ComposeTabProps) {
  const document = () => props.document;
  const [show, setShow] = createSignal<(finding: Finding) => void>();
  const looked = () => void document().noticeChange();
  window.addEventListener("focus", looked);
  onCleanup(() => window.removeEventListener("focus", looked));

  const mayChange = () => props.mayChange && document().file()?.readOnly === null;

  async function attempt(work: () => Promise<boolean>): Promise<void> {
    if (document().saving() || !mayChange()) return;
    try {
      if (await work()) toast.success("Compose file saved");
    } catch (error) {
      toast.error(error);
    }
  }
  async function discard(): Promise<void> {
    const body = "The file is read again as it is on the disk now.";
    if (await confirm({ title: "Discard your changes?", body, action: "Discard", danger: true }))
      await document().discard();
  }
  async function choose(index: number): Promise<void> {
    if (await mayLeave(document().safe)) props.onFile(index);
  }

  return (
    <div class="stacks-editor">
      <div class="toolbar toolbar-pane">
        <Show
          when={props.stack.files.length > 1}
          fallback={<span class="mono truncate">{visibleName(props.stack.files[0] ?? "")}</span>}
        >
          <Select
            label="File"
            labelHidden
            size="sm"
            value={String(document().index)}
            options={props.stack.files.map((file, index) => ({ value: String(index), label: visibleName(file) }))}
            onChange={(index) => void choose(Number(index))}
          />
        </Show>
        <Show when={document().dirty()}>
          <span class="unsaved" role="img" aria-label="Not saved" title="Not saved" />
        </Show>
        <span class="toolbar-gap" />
        <Show when={document().dirty()}>
          <Button size="sm" variant="ghost" onClick={() => void discard()}>
            Discard changes
          </Button>
        </Show>
        <Show when={props.mayChange}>
          <Button
            size="sm"
            icon={<Save size={14} />}
            busy={document().saving()}
            disabled={!document().dirty() || !mayChange()}
            onClick={() => void attempt(document().save)}
          >
            Save
          </Button>
        </Show>
      </div>
      <Show when={document().file()?.readOnly}>
        <Callout tone="info">Read-only: the panel's user has no right to write to this file.</Callout>
      </Show>
      <Show when={document().restored()}>
        <Callout tone="info">This is unsaved text from an earlier visit, not what the file holds.</Callout>
      </Show>
      <Show when={document().conflict() || document().changedOnDisk()}>
        <Callout tone="warn">
          <div class="row row-wrap">
            <span class="grow">
              {document().conflict()
                ? "This file changed on the disk since you opened it, so it was not saved."
                : "This file changed on the disk since you began to type."}
            </span>
            <Button size="sm" onClick={() => void document().discard()}>
              Reload from disk
            </Button>
            <Show when={props.mayChange}>
              <Button size="sm" variant="danger" onClick={() => void attempt(document().overwrite)}>
                Overwrite
              </Button>
            </Show>
          </div>
        </Callout>
      </Show>
      <div class="editor-body">
        <Show
          when={document().file()}
          fallback={
            <Show when={document().error()} fallback={<Skeleton lines={10} />}>
              <ErrorState error={document().error()} onRetry={() => void document().load()} />
            </Show>
          }
        >
          <Suspense fallback={<Skeleton lines={10} />}>
            <ComposeEditor
              label="Text of the compose file"
              value={document().content()}
              readOnly={!mayChange()}
              onChange={document().setContent}
              onSave={() => void (document().dirty() && attempt(document().save))}
              check={(text) => document().check(text)}
              onReady={(go) => setShow(() => go)}
            />
          </Suspense>
        </Show>
      </div>
      <Problems findings={document().findings()} onShow={(finding) => show()?.(finding)} />
    </div>
  );
}

const icons = {
  error: () => <CircleAlert size={13} />,
  warning: () => <TriangleAlert size={13} />,
  info: () => <Info size={13} />,
};
const tones = { error: "bad", warning: "warn", info: "info" };

function Problems(props: { findings: readonly Finding[]; onShow: (finding: Finding) => void }) {
  return (
    <Show when={props.findings.length > 0}>
      <section class="stacks-problems" aria-label="Problems of the file">
        <ul>
          <For each={props.findings}>
            {(finding) => (
              <li>
                <button type="button" onClick={() => props.onShow(finding)}>
                  <span
                    class={`stacks-severity tone-${tones[finding.severity]}`}
                    role="img"
                    aria-label={finding.severity}
                  >
                    {icons[finding.severity]()}
                  </span>
                  <span class="num faint">
                    {finding.line}:{finding.column}
                  </span>
                  <span class="grow">
                    <Output text={finding.message} />
                  </span>
                </button>
              </li>
            )}
          </For>
        </ul>
      </section>
    </Show>
  );
}
