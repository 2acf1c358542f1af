import { type Accessor, Show } from "solid-js";
import type { StackDetail } from "../../../../shared/protocol/stack.ts";
import type { Tab } from "../../ui/index.ts";
import { activityTab } from "../activity/TargetActivity.tsx";
import { ComposeTab } from "./compose/ComposeTab.tsx";
import type { StackDocument } from "./compose/stack-document.ts";
import { HistoryTab } from "./history/HistoryTab.tsx";
import { stackMessages } from "./messages.ts";
import { StackServices } from "./StackServices.tsx";
import { VariablesTab } from "./VariablesTab.tsx";

export interface StackTabsOptions {
  name: string;
  stack: Accessor<StackDetail | undefined>;
  /** Undefined when the stack's files cannot be read; only its services are shown then. */
  document: Accessor<StackDocument | undefined>;
  mayChange: Accessor<boolean>;
  /** Opens another compose file of the stack. */
  onFile: (index: number) => void;
  /** Puts an earlier text into the editor. */
  onTake: (content: string) => void;
}

/** The parts of a stack: its services and, when its files can be read, the compose file, variables and history. */
export function stackTabs(options: StackTabsOptions): Tab[] {
  const { name, stack, document, mayChange, onFile, onTake } = options;
  const services: Tab = {
    id: "services",
    label: stackMessages.tabs.services,
    count: stack()?.services.length,
    content: () => (
      <div class="stack-pane">
        <Show when={stack()}>{(now) => <StackServices stack={now()} />}</Show>
      </div>
    ),
  };
  const activity = activityTab("stack", () => name);
  if (!document()) return [services, activity];
  return [
    services,
    {
      id: "compose",
      label: stackMessages.tabs.compose,
      content: () => (
        <Show when={stack()}>
          {(now) => (
            <Show when={document()} keyed>
              {(open) => <ComposeTab stack={now()} document={open} mayChange={mayChange()} onFile={onFile} />}
            </Show>
          )}
        </Show>
      ),
    },
    {
      id: "variables",
      label: stackMessages.tabs.variables,
      content: () => (
        <VariablesTab
          name={name}
          mayChange={mayChange()}
          onChanged={() => void document()?.check(document()?.content() ?? "")}
        />
      ),
    },
    {
      id: "history",
      label: stackMessages.tabs.history,
      content: () => (
        <Show when={document()}>
          {(open) => <HistoryTab name={name} document={open()} mayChange={mayChange()} onTake={onTake} />}
        </Show>
      ),
    },
    activity,
  ];
}
