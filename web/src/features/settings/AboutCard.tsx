import { Show } from "solid-js";
import type { Release } from "../../../../shared/protocol/release.ts";
import type { EnvironmentWay } from "../../../../shared/protocol/settings.ts";
import { api } from "../../lib/api.ts";
import { formatDateTime } from "../../lib/format.ts";
import { queryKeys } from "../../lib/queries.ts";
import { useQuery } from "../../lib/use-query.ts";
import { QueryView } from "../../resource/QueryView.tsx";
import { Callout, Card, type Column, DataTable } from "../../ui/index.ts";
import { CommandLine } from "./CommandLine.tsx";
import { aboutMessages as texts } from "./messages.ts";

type Versions = Awaited<ReturnType<typeof api.system.versions>>;

interface Row {
  name: string;
  release: Release | null;
  /** In place of a release that is not reported. */
  text: string;
}

/** The releases of the three processes, and whether they are the same. */
export function AboutCard(props: { way: EnvironmentWay }) {
  const query = useQuery(() => ({
    queryKey: queryKeys.version,
    queryFn: () => api.system.versions(),
    refetchInterval: 30_000,
  }));
  return (
    <Card flush title={texts.title}>
      <QueryView query={query} lines={3}>
        {(versions) => (
          <>
            <div class="settings-environment">
              <Verdict versions={versions()} way={props.way} />
            </div>
            <DataTable label={texts.title} columns={columns} rows={rowsOf(versions())} key={({ name }) => name} />
          </>
        )}
      </QueryView>
    </Card>
  );
}

function Verdict(props: { versions: Versions; way: EnvironmentWay }) {
  const builds = () => [props.versions.api.build, props.versions.realtime?.build, props.versions.web];
  const isDifferent = () => new Set(builds().filter(Boolean)).size > 1;
  return (
    <Show when={isDifferent()} fallback={<p class="muted">{builds().every(Boolean) ? texts.same : texts.unknown}</p>}>
      <Callout tone="warn">
        {texts.different}
        <CommandLine text={texts.restart[props.way]} label={texts.restart[props.way]} />
      </Callout>
    </Show>
  );
}

const rowsOf = ({ api: own, realtime, web }: Versions): Row[] => [
  { name: texts.api, release: own, text: "" },
  { name: texts.realtime, release: realtime, text: texts.noAnswer },
  { name: texts.web, release: null, text: webText(own.build, web) },
];

/** The web app says nothing but its build: every visitor can ask it. */
function webText(build: string, web: string | null): string {
  if (web === null) return texts.noAnswer;
  return web === build ? texts.sameAsApi : texts.otherThanApi;
}

const columns: Column<Row>[] = [
  { id: "name", title: texts.process, width: "tight", cell: ({ name }) => name },
  {
    id: "version",
    title: texts.version,
    cell: ({ release, text }) => release?.version ?? <span class="muted">{text}</span>,
  },
  {
    id: "commit",
    title: texts.commit,
    cell: ({ release }) =>
      release && <code title={release.commit ?? undefined}>{release.commit?.slice(0, 12) ?? texts.unknownCommit}</code>,
  },
  {
    id: "started",
    title: texts.started,
    only: "middle",
    cell: ({ release }) => release && formatDateTime(release.startedAt),
  },
  { id: "runtime", title: texts.runtime, only: "wide", cell: ({ release }) => release?.runtime },
];
