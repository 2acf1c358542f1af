import { type JSX, Show } from "solid-js";
import type { PublishedPort, Service, ServiceDetail } from "../../../../../shared/protocol/service.ts";
import { formatBytes, formatDateTime } from "../../../lib/format.ts";
import { useService } from "../../../lib/queries.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { QueryView } from "../../../resource/QueryView.tsx";
import { PairList, TextList } from "../../../resource/TextList.tsx";
import { Badge, Card, CopyButton, Facts } from "../../../ui/index.ts";
import { UpstreamDetail } from "../../../ui/UpstreamDetail.tsx";
import { UpdateCard } from "../../updates/UpdateCard.tsx";
import { portTexts } from "../list/service-list.ts";
import { dialogMessages, policyLabels, detailMessages as texts } from "../messages.ts";
import { linkOf, reachOf } from "./port-reach.ts";

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
      <Card title={texts.container}>
        <Facts rows={containerRows(props.service)} />
      </Card>
      <UpdateCard service={props.service.name} />
      <Card title={texts.network}>
        <Facts rows={networkRows(props.service)} />
        <TextList items={props.service.ports} none={texts.noPorts}>
          {(port) => <Port port={port} />}
        </TextList>
      </Card>
      <Card title={texts.limits}>
        <Facts rows={limitRows(props.service)} />
      </Card>
      <Card title={texts.mounts}>
        <TextList items={props.service.mounts} none={texts.noMounts}>
          {(mount) => (
            <>
              <code>{visibleName(mount.source || mount.type)}</code> → <code>{visibleName(mount.destination)}</code>{" "}
              <Badge>{mount.type}</Badge>{" "}
              <Show when={mount.readOnly}>{<Badge tone="info">{texts.readOnly}</Badge>}</Show>
            </>
          )}
        </TextList>
      </Card>
      <Card title={texts.environment}>
        <TextList items={props.service.environmentNames} none={texts.noVariables} />
        <p class="faint detail-note">{texts.valuesHidden}</p>
      </Card>
      <Card title={texts.labels}>
        <PairList pairs={props.service.labels} none={texts.noLabels} />
      </Card>
    </div>
  );
}

function containerRows(service: ServiceDetail): [string, JSX.Element][] {
  const command = service.command.map(visibleName).join(" ");
  return [
    [
      texts.id,
      <span class="row">
        <code class="truncate">{service.id.slice(0, 12)}</code>
        <CopyButton label={texts.copyId} text={service.id} />
      </span>,
    ],
    [texts.image, <code>{visibleName(service.image)}</code>],
    [texts.command, command ? <code>{command}</code> : "–"],
    [texts.created, formatDateTime(service.createdAt)],
    [texts.started, formatDateTime(service.startedAt)],
    ...(service.finishedAt && service.state !== "running"
      ? ([[texts.finished, formatDateTime(service.finishedAt)]] as [string, JSX.Element][])
      : []),
    ...(service.exitCode !== null && service.state !== "running"
      ? ([[texts.exitCode, String(service.exitCode)]] as [string, JSX.Element][])
      : []),
    ...(service.lastRun?.oomKilled ? ([[texts.killedBy, texts.outOfMemory]] as [string, JSX.Element][]) : []),
    ...(service.lastRun?.error
      ? ([[texts.error, <UpstreamDetail text={service.lastRun.error} />]] as [string, JSX.Element][])
      : []),
    [texts.restarts, String(service.restartCount)],
    [texts.terminal, service.tty ? texts.yes : texts.no],
    [texts.logDriver, service.logDriver],
  ];
}

const networkRows = (service: ServiceDetail): [string, JSX.Element][] =>
  service.networks.map(({ name, ipAddress }) => [visibleName(name), <code>{ipAddress || texts.noAddress}</code>]);

function limitRows({ limits }: ServiceDetail): [string, JSX.Element][] {
  const { memoryBytes, cpus, pids, restartPolicy, restartRetries } = limits;
  return [
    [texts.memory, memoryBytes === null ? dialogMessages.noLimit : formatBytes(memoryBytes)],
    [texts.cpuLimit, cpus === null ? dialogMessages.noLimit : String(cpus)],
    [texts.processes, pids === null ? dialogMessages.noLimit : String(pids)],
    [
      texts.restartPolicy,
      restartRetries > 0 ? texts.tries(policyLabels[restartPolicy], restartRetries) : policyLabels[restartPolicy],
    ],
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
      <Badge tone={reach() === "public" ? "warn" : "neutral"}>{texts.reach[reach()]}</Badge>
    </span>
  );
}
