import { createSignal, For, type JSX, Show } from "solid-js";
import type { Deployment } from "../../../../shared/protocol/deployment.ts";
import type { DeploymentDetails } from "../../../../shared/protocol/deployment-details.ts";
import { api } from "../../lib/api.ts";
import { formatAgo, formatBytes, formatDateTime } from "../../lib/format.ts";
import { queryKeys } from "../../lib/queries.ts";
import { useSession } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { useQuery } from "../../lib/use-query.ts";
import { QueryView } from "../../resource/QueryView.tsx";
import { Button, Card, type Column, DataTable, Facts } from "../../ui/index.ts";
import { CustomActionDialog } from "./CustomActionDialog.tsx";
import { LogRotationCard } from "./LogRotationCard.tsx";
import { detailMessages as texts } from "./messages.ts";
import { useProcessList } from "./process-list.ts";
import { appAfterReboot } from "./reboot-state.ts";

/** How often what is shown is read again. */
const REFRESH_MS = 10_000;

/** What PM2 and the host know about a deployment: settings, ports, custom metrics and actions, how it ended. */
export function DetailsTab(props: { deployment: Deployment }) {
  const details = useQuery(() => ({
    queryKey: queryKeys.deploymentDetails(props.deployment.id),
    queryFn: () => api.deployments.details(props.deployment.id),
    refetchInterval: REFRESH_MS,
  }));
  return (
    <div class="detail-scroll">
      <QueryView query={details} lines={8}>
        {(found) => <Details deployment={props.deployment} details={found()} />}
      </QueryView>
    </div>
  );
}

function Details(props: { deployment: Deployment; details: DeploymentDetails }) {
  const session = useSession();
  const saved = useProcessList(() => props.deployment.daemon);
  const [action, setAction] = createSignal<string | null>(null);
  /** Exit codes of the processes that do not run, if PM2 knows them. */
  const lastExits = () => {
    const ended = props.deployment.instances.filter(({ status, exitCode }) => status !== "online" && exitCode !== null);
    return ended.length === 0 ? [] : [[...new Set(ended.map(({ exitCode }) => exitCode))].join(", ")];
  };
  const rows = (): [string, JSX.Element][] => [
    [texts.script, <code>{visibleName(props.deployment.script)}</code>],
    [texts.user, visibleName(props.deployment.user)],
    [texts.namespace, visibleName(props.deployment.namespace)],
    [texts.mode, props.deployment.mode],
    [texts.version, props.deployment.version ? visibleName(props.deployment.version) : "–"],
    [texts.interpreter, interpreterOf(props.details)],
    [texts.watching, props.deployment.watching ? texts.yes : texts.no],
    [texts.ports, <Ports ports={props.details.ports} mode={props.deployment.mode} />],
    [texts.reboot, saved.data ? appAfterReboot(saved.data, props.deployment) : texts.unknown],
    [texts.logSize, props.details.logBytes === null ? texts.unknown : formatBytes(props.details.logBytes)],
    [texts.logRotation, rotatedBy(props.details)],
    ...lastExits().map((codes): [string, string] => [texts.lastExit, codes]),
  ];
  return (
    <>
      <div class="detail-columns">
        <Card title={texts.settings}>
          <Facts rows={rows()} />
        </Card>
        <Card title={texts.environment} actions={<span class="count">{props.details.environment.length}</span>}>
          <p class="faint">{texts.environmentNote}</p>
          <div class="deployment-names">
            <For each={props.details.environment}>{(name) => <code>{visibleName(name)}</code>}</For>
          </div>
        </Card>
      </div>
      <LogRotationCard deployment={props.deployment} details={props.details} />
      <Card title={texts.exits}>
        <Exits exits={props.details.exits} />
      </Card>
      <Show when={props.details.metrics.length > 0}>
        <Card title={texts.metrics} flush>
          <DataTable
            label={texts.metrics}
            columns={metricColumns}
            rows={props.details.metrics}
            key={({ pmId, name }) => `${pmId} ${name}`}
          />
        </Card>
      </Show>
      <Show when={props.details.actions.length > 0}>
        <Card title={texts.actions}>
          <p class="faint">{texts.actionsNote}</p>
          <div class="row">
            <For each={props.details.actions}>
              {(name) => (
                <Button size="sm" disabled={!session.may("deployments:control")} onClick={() => setAction(name)}>
                  {visibleName(name)}
                </Button>
              )}
            </For>
          </div>
        </Card>
      </Show>
      <Show when={action()}>
        {(name) => <CustomActionDialog deployment={props.deployment} action={name()} onClose={() => setAction(null)} />}
      </Show>
    </>
  );
}

const rotatedBy = ({ logRotation, panelRotation }: DeploymentDetails): string =>
  panelRotation.setting && panelRotation.refusal === null ? texts.rotatedByPanel : texts.rotatedBy(logRotation);

const interpreterOf = ({ interpreter, nodeVersion }: DeploymentDetails): string => {
  if (interpreter === null) return texts.noInterpreter;
  return nodeVersion === null ? visibleName(interpreter) : `${visibleName(interpreter)} ${visibleName(nodeVersion)}`;
};

function Ports(props: { ports: DeploymentDetails["ports"]; mode: Deployment["mode"] }) {
  const text = () => {
    if (props.ports === null) return props.mode === "cluster" ? texts.portsOfDaemon : texts.unknown;
    return props.ports.length === 0 ? texts.noPorts : null;
  };
  return (
    <Show when={text() === null} fallback={text()}>
      <For each={props.ports}>
        {({ port, address }) => (
          <div>
            <b class="num">{port}</b> <span class="faint">{texts.onAddress(address)}</span>
          </div>
        )}
      </For>
    </Show>
  );
}

function Exits(props: { exits: DeploymentDetails["exits"] }) {
  const since = () => props.exits.since;
  return (
    <>
      <p class="faint">{since() === null ? texts.noExitsYet : texts.exitsSince(formatDateTime(since()))}</p>
      <Show when={props.exits.list.length > 0} fallback={<Show when={since()}>{texts.noExits}</Show>}>
        <DataTable
          label={texts.exits}
          columns={exitColumns}
          rows={props.exits.list}
          key={({ at, pmId }) => `${pmId} ${at}`}
        />
      </Show>
    </>
  );
}

const exitColumns: Column<DeploymentDetails["exits"]["list"][number]>[] = [
  {
    id: "at",
    title: texts.restarted,
    cell: ({ at }) => <span title={formatDateTime(at)}>{formatAgo(at)}</span>,
  },
  { id: "pmId", title: texts.instance, cell: ({ pmId }) => <span class="num">{pmId}</span> },
  { id: "restarts", title: texts.times, align: "end", cell: ({ restarts }) => <span class="num">{restarts}</span> },
  {
    id: "exitCode",
    title: texts.exitCode,
    align: "end",
    cell: ({ exitCode }) => <span class="num">{exitCode ?? texts.unknown}</span>,
  },
];

const metricColumns: Column<DeploymentDetails["metrics"][number]>[] = [
  { id: "name", title: texts.metric, sortBy: ({ name }) => name, cell: ({ name }) => visibleName(name) },
  {
    id: "pmId",
    title: texts.instance,
    sortBy: ({ pmId }) => pmId,
    cell: ({ pmId }) => <span class="num">{pmId}</span>,
  },
  { id: "value", title: texts.value, align: "end", cell: ({ value }) => <span class="num">{visibleName(value)}</span> },
];
