import { Match, Show, Switch } from "solid-js";
import { conditionKinds } from "../../../../../shared/protocol/alert-kinds.ts";
import { NamePicker } from "../../../resource/NamePicker.tsx";
import {
  useContainerChoices,
  useProcessChoices,
  useProjectChoices,
  useServerChoices,
} from "../../../resource/name-choices.ts";
import { toNames } from "../../../resource/name-list.ts";
import { TextField } from "../../../ui/index.ts";
import { alertMessages } from "../messages.ts";
import type { RuleFieldsProps } from "./rule-form.ts";

const texts = alertMessages.ruleForm;
/** Names in one list of a rule: as many as the server takes. */
const MAX_NAMES = 100;
const joined = (names: readonly string[]) => names.join("\n");

/** The containers, processes, MCP servers or disks that a rule applies to. A rule about the whole host has no such fields. */
export function SubjectFields(props: RuleFieldsProps) {
  const subject = () => conditionKinds[props.draft.kind].subject;
  return (
    <Show when={subject() !== "host" || props.draft.kind === "host-disk"}>
      <fieldset class="alert-part">
        <legend>{texts.subjects}</legend>
        <Switch>
          <Match when={subject() === "container"}>
            <ContainerFields {...props} />
          </Match>
          <Match when={subject() === "process"}>
            <ProcessFields {...props} />
          </Match>
          <Match when={subject() === "mcp"}>
            <ServerFields {...props} />
          </Match>
          <Match when={subject() === "host"}>
            <TextField
              label={texts.names.host}
              mono
              rows={2}
              value={props.draft.names}
              placeholder="/"
              hint={texts.mountsHint}
              onInput={(names) => props.set({ names })}
            />
          </Match>
        </Switch>
      </fieldset>
    </Show>
  );
}

function ContainerFields(props: RuleFieldsProps) {
  const containers = useContainerChoices();
  const projects = useProjectChoices();
  const chosenProjects = () => toNames(props.draft.projects);
  const chosenNames = () => toNames(props.draft.names);
  return (
    <div class="alert-pickers">
      <NamePicker
        label={texts.names.container}
        value={chosenNames()}
        names={containers()}
        max={MAX_NAMES}
        empty={chosenProjects().length > 0 ? texts.onlyProjects : texts.allContainers}
        hint={texts.namesHint}
        placeholder="shop-*"
        patterns
        onChange={(names) => props.set({ names: joined(names) })}
      />
      <NamePicker
        label={texts.projects}
        value={chosenProjects()}
        names={projects()}
        max={MAX_NAMES}
        empty={chosenNames().length > 0 ? texts.onlyNames : texts.allProjects}
        onChange={(chosen) => props.set({ projects: joined(chosen) })}
      />
    </div>
  );
}

function ProcessFields(props: RuleFieldsProps) {
  const processes = useProcessChoices();
  return (
    <NamePicker
      label={texts.names.process}
      value={toNames(props.draft.names)}
      names={processes()}
      max={MAX_NAMES}
      empty={texts.allProcesses}
      hint={texts.processNamesHint}
      patterns
      commas={false}
      onChange={(names) => props.set({ names: joined(names) })}
    />
  );
}

function ServerFields(props: RuleFieldsProps) {
  const servers = useServerChoices();
  return (
    <NamePicker
      label={texts.names.mcp}
      value={toNames(props.draft.names)}
      names={servers()}
      max={MAX_NAMES}
      empty={texts.allServers}
      hint={texts.serverNamesHint}
      patterns
      commas={false}
      onChange={(names) => props.set({ names: joined(names) })}
    />
  );
}
