import { For, type JSX, Show } from "solid-js";
import type { PublishedPort, Service, ServiceDetail } from "../../../../shared/protocol/service.ts";
import { formatBytes, formatDateTime } from "../../lib/format.ts";
import { useService } from "../../lib/queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Badge, Card, CopyButton, ErrorState, Facts, Skeleton } from "../../ui/index.ts";
import { UpstreamDetail } from "../../ui/UpstreamDetail.tsx";
import { UpdateCard } from "../updates/UpdateCard.tsx";
import { linkOf, reachOf } from "./port-reach.ts";
import { portTexts } from "./service-list.ts";

/** What the Engine knows of one container. Values of its environment stay on the server. */
export function ServiceDetailsTab(props: { service: Service }) {
  const detail = useService(() => props.service.id);
  return (
    <div class="detail-scroll">
      <Show
        when={detail.data}
        fallback={
          <Show when={detail.error} fallback={<Skeleton lines={10} />}>
            <ErrorState error={detail.error} onRetry={() => void detail.refetch()} />
          </Show>
        }
      >
        {(service) => <Details service={service()} />}
      </Show>
    </div>
  );
}

function Details(props: { service: ServiceDetail }) {
  return (
    <div class="detail-cards">
      <Card title="Container">
        <Facts rows={containerRows(props.service)} />
      </Card>
      <UpdateCard service={props.service.name} />
      <Card title="Network">
        <Facts rows={networkRows(props.service)} />
        <List items={props.service.ports} none="It exposes no port.">
          {(port) => <Port port={port} />}
        </List>
      </Card>
      <Card title="Limits">
        <Facts rows={limitRows(props.service)} />
      </Card>
      <Card title="Mounts">
        <List items={props.service.mounts} none="Nothing is mounted.">
          {(mount) => (
            <>
              <code>{visibleName(mount.source || mount.type)}</code> → <code>{visibleName(mount.destination)}</code>{" "}
              <Badge>{mount.type}</Badge> <Show when={mount.readOnly}>{<Badge tone="info">read only</Badge>}</Show>
            </>
          )}
        </List>
      </Card>
      <Card title="Environment">
        <List items={props.service.environmentNames} none="No variable is set.">
          {(name) => <code>{visibleName(name)}</code>}
        </List>
        <p class="faint detail-note">Values are not sent to the browser.</p>
      </Card>
      <Card title="Labels">
        <List items={Object.entries(props.service.labels)} none="It has no label.">
          {([name, value]) => (
            <>
              <code class="faint">{visibleName(name)}</code> <code>{visibleName(value)}</code>
            </>
          )}
        </List>
      </Card>
    </div>
  );
}

function containerRows(service: ServiceDetail): [string, JSX.Element][] {
  const command = service.command.map(visibleName).join(" ");
  return [
    [
      "Id",
      <span class="row">
        <code class="truncate">{service.id.slice(0, 12)}</code>
        <CopyButton label="Copy the full id" text={service.id} />
      </span>,
    ],
    ["Image", <code>{visibleName(service.image)}</code>],
    ["Command", command ? <code>{command}</code> : "–"],
    ["Created", formatDateTime(service.createdAt)],
    ["Started", formatDateTime(service.startedAt)],
    ...(service.finishedAt && service.state !== "running"
      ? ([["Finished", formatDateTime(service.finishedAt)]] as [string, JSX.Element][])
      : []),
    ...(service.exitCode !== null && service.state !== "running"
      ? ([["Exit code", String(service.exitCode)]] as [string, JSX.Element][])
      : []),
    ...(service.lastRun?.oomKilled ? ([["Ended by", "The kernel, out of memory"]] as [string, JSX.Element][]) : []),
    ...(service.lastRun?.error
      ? ([["Docker's error", <UpstreamDetail text={service.lastRun.error} />]] as [string, JSX.Element][])
      : []),
    ["Restarts", String(service.restartCount)],
    ["Terminal", service.tty ? "Yes" : "No"],
    ["Log driver", service.logDriver],
  ];
}

const networkRows = (service: ServiceDetail): [string, JSX.Element][] =>
  service.networks.map(({ name, ipAddress }) => [visibleName(name), <code>{ipAddress || "no address"}</code>]);

function limitRows({ limits }: ServiceDetail): [string, JSX.Element][] {
  const { memoryBytes, cpus, pids, restartPolicy, restartRetries } = limits;
  return [
    ["Memory", memoryBytes === null ? "No limit" : formatBytes(memoryBytes)],
    ["Processors", cpus === null ? "No limit" : String(cpus)],
    ["Processes", pids === null ? "No limit" : String(pids)],
    ["Restart policy", restartRetries > 0 ? `${restartPolicy}, ${restartRetries} tries` : restartPolicy],
  ];
}

/** Where a port can be reached from, and the way there from this page. */
function Port(props: { port: PublishedPort }) {
  const reach = () => reachOf(props.port);
  const text = () => portTexts([props.port])[0];
  return (
    <span class="row port-list">
      <Show when={linkOf(props.port, window.location.hostname)} fallback={<span class="num">{text()}</span>}>
        {(href) => (
          <a class="num" href={href()} target="_blank" rel="noopener noreferrer">
            {text()}
          </a>
        )}
      </Show>
      <Badge tone={reach() === "public" ? "warn" : "neutral"}>{reachWords[reach()]}</Badge>
    </span>
  );
}

const reachWords = { inside: "not published", host: "this host only", public: "every network" } as const;

function List<T>(props: { items: readonly T[]; none: string; children: (item: T) => JSX.Element }) {
  return (
    <Show when={props.items.length > 0} fallback={<p class="faint">{props.none}</p>}>
      <ul class="detail-list">
        <For each={props.items}>{(item) => <li>{props.children(item)}</li>}</For>
      </ul>
    </Show>
  );
}
