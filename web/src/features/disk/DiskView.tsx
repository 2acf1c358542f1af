import { A } from "@solidjs/router";
import Eraser from "lucide-solid/icons/eraser";
import RotateCw from "lucide-solid/icons/rotate-cw";
import { createSignal, For, Match, Show, Switch } from "solid-js";
import type { DiskShare, DiskUsage } from "../../../../shared/protocol/disk.ts";
import { useDiskUsage } from "../../lib/docker-queries.ts";
import { formatAgo, formatBytes } from "../../lib/format.ts";
import { useSession } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Button, Card, ErrorState, Meter, Page, Skeleton } from "../../ui/index.ts";
import { diskLabels, diskMessages } from "./messages.ts";
import { PruneDialog } from "./PruneDialog.tsx";
import "./disk.css";
import { volumeHref } from "../../lib/addresses.ts";

const kinds: { id: "images" | "containers" | "volumes" | "buildCache"; title: string; used: string }[] = [
  { id: "images", title: diskLabels.images, used: "in use" },
  { id: "containers", title: diskLabels.containers, used: "running" },
  { id: "volumes", title: diskLabels.volumes, used: "in use" },
  { id: "buildCache", title: diskLabels.buildCache, used: "in use" },
];

/** Volumes in the list of the largest ones. */
const LARGEST_SHOWN = 12;

/** Disk usage of Docker, and the way to free some of it. */
export function DiskView() {
  const session = useSession();
  const query = useDiskUsage();
  const [pruning, setPruning] = createSignal(false);
  const total = () => kinds.reduce((sum, { id }) => sum + (query.data?.[id].size ?? 0), 0);
  const reclaimable = () => kinds.reduce((sum, { id }) => sum + (query.data?.[id].reclaimable ?? 0), 0);
  return (
    <Page
      title={diskMessages.title}
      note={query.data ? diskMessages.measured(formatBytes(total()), formatAgo(query.data.measuredAt)) : ""}
      actions={
        <>
          <Button
            icon={<RotateCw size={14} />}
            busy={query.isFetching && query.data !== undefined}
            onClick={() => void query.refetch()}
          >
            {diskMessages.measureAgain}
          </Button>
          <Show when={session.may("docker:manage")}>
            <Button variant="primary" icon={<Eraser size={15} />} onClick={() => setPruning(true)}>
              {diskMessages.cleanUp}
            </Button>
          </Show>
        </>
      }
    >
      <Switch
        fallback={
          <Card>
            <Skeleton lines={6} label={diskMessages.measuring} />
          </Card>
        }
      >
        <Match when={query.error && !query.data}>
          <Card>
            <ErrorState error={query.error} onRetry={() => void query.refetch()} />
          </Card>
        </Match>
        <Match when={query.data}>
          {(usage) => (
            <div class="disk-page">
              <div class="disk-tiles">
                <For each={kinds}>
                  {({ id, title, used }) => <Tile title={title} used={used} share={usage()[id]} whole={total()} />}
                </For>
              </div>
              <Show when={reclaimable() > 0}>
                <p class="muted">
                  Up to <b class="num">{formatBytes(reclaimable())}</b> can be freed by removing everything unused. “
                  {diskMessages.cleanUp}” lists it before anything is removed.
                </p>
              </Show>
              <LargestVolumes usage={usage()} />
            </div>
          )}
        </Match>
      </Switch>
      <Show when={pruning()}>
        <PruneDialog onClose={() => setPruning(false)} />
      </Show>
    </Page>
  );
}

function Tile(props: { title: string; used: string; share: DiskShare; whole: number }) {
  const percent = () => (props.whole > 0 ? (props.share.size / props.whole) * 100 : 0);
  return (
    <section class="disk-tile" aria-label={props.title}>
      <span class="disk-tile-title">{props.title}</span>
      <span class="disk-tile-size num">{formatBytes(props.share.size)}</span>
      <Meter label={`Share of ${props.title.toLowerCase()}`} value={percent()} tone="accent" />
      <span class="muted num">
        {props.share.inUse} of {props.share.count} {props.used}
      </span>
      <span class="num" classList={{ faint: props.share.reclaimable === 0 }}>
        {props.share.reclaimable > 0
          ? diskMessages.unused(formatBytes(props.share.reclaimable))
          : diskMessages.nothingUnused}
      </span>
    </section>
  );
}

function LargestVolumes(props: { usage: DiskUsage }) {
  const largest = () =>
    Object.entries(props.usage.volumeSizes)
      .sort(([, a], [, b]) => b - a)
      .slice(0, LARGEST_SHOWN);
  const most = () => largest()[0]?.[1] ?? 0;
  return (
    <Show when={most() > 0}>
      <Card title={diskMessages.largestVolumes}>
        <ul class="disk-volumes">
          <For each={largest()}>
            {([name, size]) => (
              <li>
                <A class="truncate" href={volumeHref(name)}>
                  {visibleName(name)}
                </A>
                <Meter label={`Size of ${visibleName(name)}`} value={(size / most()) * 100} tone="accent" />
                <span class="num">{formatBytes(size)}</span>
              </li>
            )}
          </For>
        </ul>
      </Card>
    </Show>
  );
}
