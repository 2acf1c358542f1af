import { Show } from "solid-js";
import type { EnvironmentVariable, EnvironmentWay } from "../../../../shared/protocol/settings.ts";
import { Badge, Card, type Column, CopyButton, DataTable } from "../../ui/index.ts";
import { CommandLine } from "./CommandLine.tsx";
import { environmentMessages as texts } from "./messages.ts";

/** The variables that only the environment sets, with the command that changes them. */
export function EnvironmentCard(props: { variables: readonly EnvironmentVariable[]; way: EnvironmentWay }) {
  const command = (name: string, value: string) => texts.command[props.way](name, value);
  const columns = (): Column<EnvironmentVariable>[] => {
    const shown: Column<EnvironmentVariable>[] = [
      {
        id: "name",
        title: texts.name,
        width: "tight",
        sortBy: ({ name }) => name,
        cell: ({ name }) => <code>{name}</code>,
      },
      { id: "value", title: texts.value, width: "clip", cell: (row) => <Value variable={row} /> },
      {
        id: "source",
        title: texts.source,
        width: "tight",
        only: "middle",
        sortBy: ({ isSet }) => (isSet ? 0 : 1),
        cell: ({ isSet }) => <Badge>{isSet ? texts.isSet : texts.isDefault}</Badge>,
      },
    ];
    if (props.way === "container") return shown;
    return [
      ...shown,
      {
        id: "command",
        title: texts.copyCommand,
        titleHidden: true,
        width: "tight",
        cell: ({ name, value, isSecret }) => (
          <CopyButton label={texts.copy(name)} text={command(name, isSecret ? "-" : quote(value ?? ""))} />
        ),
      },
    ];
  };
  return (
    <Card flush title={texts.title}>
      <div class="settings-environment">
        <p class="muted">{texts.note[props.way]}</p>
        <CommandLine text={command("FILE_MANAGER_ROOT", "/srv")} label={texts.copyCommand} />
      </div>
      <DataTable label={texts.title} columns={columns()} rows={props.variables} key={({ name }) => name} />
    </Card>
  );
}

function Value(props: { variable: EnvironmentVariable }) {
  const { value, isSecret } = props.variable;
  return (
    <Show when={value !== null} fallback={<span class="muted">{isSecret ? texts.secret : texts.none}</span>}>
      <code title={value ?? ""}>{value}</code>
    </Show>
  );
}

/** A value as one word of a shell. */
const quote = (value: string): string =>
  /^[A-Za-z0-9_./:@,=+-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
