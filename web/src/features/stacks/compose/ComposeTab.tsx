import CircleAlert from "lucide-solid/icons/circle-alert";
import Info from "lucide-solid/icons/info";
import Save from "lucide-solid/icons/save";
import TriangleAlert from "lucide-solid/icons/triangle-alert";
import { createSignal, For, onCleanup, Show, Suspense } from "solid-js";
import type { Finding, StackDetail } from "../../../../../shared/protocol/stack.ts";
import { lazy } from "../../../lib/load-part.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { ServerText } from "../../../resource/ServerText.tsx";
import { Button, Callout, confirm, ErrorState, Select, Skeleton, toast } from "../../../ui/index.ts";
import { ConflictNotice } from "../../files/editor/ConflictNotice.tsx";
import { mayLeave } from "../../files/editor/leave-guard.ts";
import { editorMessages } from "../../files/messages.ts";
import { composeMessages } from "../messages.ts";
import type { StackDocument } from "./stack-document.ts";

const ComposeEditor = lazy(() => import("./ComposeEditor.tsx"));

export interface ComposeTabProps {
  stack: StackDetail;
  document: StackDocument;
  mayChange: boolean;
  onFile: (index: number) => void;
}

/** The compose file in an editor, with its findings. */
export function ComposeTab(props: ComposeTabProps) {
  const document = () => props.document;
  const [show, setShow] = createSignal<(finding: Finding) => void>();
  const checkDisk = () => void document().noticeChange();
  window.addEventListener("focus", checkDisk);
  onCleanup(() => window.removeEventListener("focus", checkDisk));

  const mayChange = () => props.mayChange && document().file()?.readOnly === null;

  async function attempt(write: () => Promise<boolean>): Promise<void> {
    if (document().saving() || !mayChange()) return;
    try {
      if (await write()) toast.success(composeMessages.saved);
    } catch (error) {
      toast.error(error);
    }
  }
  async function discard(): Promise<void> {
    const body = editorMessages.discardHint;
    if (await confirm({ title: editorMessages.discardTitle, body, action: editorMessages.discard, danger: true }))
      await document().discard();
  }
  async function choose(index: number): Promise<void> {
    if (await mayLeave(document().safe)) props.onFile(index);
  }

  return (
    <div class="stack-editor">
      <div class="toolbar toolbar-pane">
        <Show
          when={props.stack.files.length > 1}
          fallback={<span class="mono truncate">{visibleName(props.stack.files[0] ?? "")}</span>}
        >
          <Select
            label={composeMessages.file}
            labelHidden
            size="sm"
            value={String(document().index)}
            options={props.stack.files.map((file, index) => ({ value: String(index), label: visibleName(file) }))}
            onChange={(index) => void choose(Number(index))}
          />
        </Show>
        <Show when={document().dirty()}>
          <span class="unsaved" role="img" aria-label={editorMessages.notSaved} title={editorMessages.notSaved} />
        </Show>
        <span class="toolbar-gap" />
        <Show when={document().dirty()}>
          <Button size="sm" variant="ghost" onClick={() => void discard()}>
            {editorMessages.discardChanges}
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
            {editorMessages.save}
          </Button>
        </Show>
      </div>
      <Show when={document().file()?.readOnly}>
        <Callout tone="info">{editorMessages.readOnly.permission}</Callout>
      </Show>
      <Show when={document().restored()}>
        <Callout tone="info">{editorMessages.restored}</Callout>
      </Show>
      <ConflictNotice
        document={document()}
        mayChange={props.mayChange}
        onReload={() => void document().discard()}
        onOverwrite={() => void attempt(document().overwrite)}
      />
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
              label={composeMessages.text}
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
      <section class="stack-problems" aria-label={composeMessages.problems}>
        <ul>
          <For each={props.findings}>
            {(finding) => (
              <li>
                <button type="button" onClick={() => props.onShow(finding)}>
                  <span
                    class={`stack-severity tone-${tones[finding.severity]}`}
                    role="img"
                    aria-label={finding.severity}
                  >
                    {icons[finding.severity]()}
                  </span>
                  <span class="num faint">
                    {finding.line}:{finding.column}
                  </span>
                  <span class="grow">
                    <ServerText text={finding.message} />
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
