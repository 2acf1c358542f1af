import { type JSX, Show } from "solid-js";
import type { PublishedPort, Service, ServiceDetail } from "../../../../shared/protocol/service.ts";
import { formatBytes, formatDateTime } from "../../lib/format.ts";
import { useService } from "../../lib/queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { QueryView } from "../../resource/QueryView.tsx";
import { PairList, TextList } from "../../resource/TextList.tsx";
import { Badge, Card, CopyButton, Facts } from "../../ui/index.ts";
import { UpstreamDetail } from "../../ui/UpstreamDetail.tsx";
import { UpdateCard } from "../updates/UpdateCard.tsx";
import { linkOf, reachOf } from "./port-reach.ts";
import { portTexts } from "./service-list.ts";

/** What the Engine knows about one container. Values of its environment stay on the server. */
export function ServiceDetailsTab(props: { service: Service }) {
  const detail = useService(() => props.service.id);
  return (
    <div class="detail-scroll">
      <QueryView query={detail} lines={10}>
        {(service) => <Details service={service()} />}
      </QueryView>
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
        <TextList items={props.service.ports} none="No exposed ports">
          {(port) => <Port port={port} />}
        </TextList>
      </Card>
      <Card title="Limits">
        <Facts rows={limitRows(props.service)} />
      </Card>
      <Card title="Mounts">
        <TextList items={props.service.mounts} none="No mounts">
          {(mount) => (
            <>
              <code>{visibleName(mount.source || mount.type)}</code> → <code>{visibleName(mount.destination)}</code>{" "}
              <Badge>{mount.type}</Badge> <Show when={mount.readOnly}>{<Badge tone="info">read only</Badge>}</Show>
            </>
          )}
        </TextList>
      </Card>
      <Card title="Environment">
        <TextList items={props.service.environmentNames} none="No variables" />
        <p class="faint detail-note">Values hidden</p>
      </Card>
      <Card title="Labels">
        <PairList pairs={props.service.labels} none="No labels" />
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
    ...(service.lastRun?.oomKilled ? ([["Killed by", "The kernel, out of memory"]] as [string, JSX.Element][]) : []),
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
    ["CPU limit", cpus === null ? "No limit" : String(cpus)],
    ["Processes", pids === null ? "No limit" : String(pids)],
    ["Restart policy", restartRetries > 0 ? `${restartPolicy}, ${restartRetries} tries` : restartPolicy],
  ];
}

/** A port, from where it can be reached, and a link if this browser can reach it. */
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
      <Badge tone={reach() === "public" ? "warn" : "neutral"}>{reachLabels[reach()]}</Badge>
    </span>
  );
}

const reachLabels = { inside: "not published", host: "this host only", public: "every network" } as const;
