import Plus from "lucide-solid/icons/plus";
import Rocket from "lucide-solid/icons/rocket";
import Unplug from "lucide-solid/icons/unplug";
import { createMemo, createSignal, onCleanup, Show } from "solid-js";
import { countDeployments } from "../../../../shared/health/running.ts";
import type { DependencyState } from "../../../../shared/protocol/system.ts";
import { useDeployments } from "../../lib/queries.ts";
import { useSession } from "../../lib/session.ts";
import { createStableList } from "../../lib/stable-list.ts";
import { ResourceListPage } from "../../resource/ResourceListPage.tsx";
import { ServerText } from "../../resource/ServerText.tsx";
import { createSelection } from "../../resource/selection.ts";
import { Button, Callout, EmptyState } from "../../ui/index.ts";
import { DeploymentBulkBar } from "./DeploymentBulkBar.tsx";
import { DeploymentPane } from "./DeploymentPane.tsx";
import { createUserFilter, DaemonNotices, RebootButtons, UserSelect } from "./daemons.tsx";
import { createDeploymentActions } from "./deployment-actions.ts";
import { createDeploymentColumns, createNarrowColumns } from "./deployment-columns.tsx";
import { deploymentName, isStale, searchTextsOf } from "./deployment-list.ts";
import { deploymentMessages, listMessages } from "./messages.ts";
import "./deployments.css";
import { lazy } from "../../lib/load-part.ts";

const CreateProcessDialog = lazy(async () => ({
  default: (await import("./create/CreateProcessDialog.tsx")).CreateProcessDialog,
}));

export interface DeploymentsViewProps {
  /** Id of the open deployment. */
  selected: string | null;
  onSelect: (id: string | null) => void;
}

/** PM2 sends no event about CPU and memory: the visible page polls them. */
const POLL_INTERVAL_MS = 3_000;

/** All PM2 processes of the host by name, and the open one. */
export function DeploymentsView(props: DeploymentsViewProps) {
  const query = useDeployments();
  const session = useSession();
  const [creating, setCreating] = createSignal(false);
  const mayCreate = () => {
    const limits = session.principal()?.limits;
    return session.may("deployments:create") && limits?.deployments === null && limits.services === null;
  };
  const actions = createDeploymentActions();
  const all = createStableList(() => query.data?.deployments, "id");
  const selection = createSelection();
  /** The selected processes, or the open one: what another log opens beside. */
  const shown = createMemo(() => {
    const selected = all().filter(({ id }) => selection.has(id));
    return selected.length > 0 || props.selected === null ? selected.map(({ id }) => id) : [props.selected];
  });
  const users = createUserFilter(all);
  const columns = createDeploymentColumns(actions, shown, users.several);
  const poll = setInterval(() => {
    if (!document.hidden && !query.isFetching) void query.refetch();
  }, POLL_INTERVAL_MS);
  onCleanup(() => clearInterval(poll));

  const daemon = () => query.data?.daemon;
  const isUp = () => daemon()?.state === "up";
  const daemons = () => query.data?.daemons ?? [];
  const count = () => countDeployments(all());

  return (
    <ResourceListPage
      messages={{
        ...listMessages,
        gone: isUp() ? listMessages.gone : deploymentMessages.daemonDown,
        goneHint: isUp() ? listMessages.goneHint : deploymentMessages.daemonBack,
      }}
      icon={Rocket}
      query={query}
      items={users.shown()}
      itemKey={({ id }) => id}
      titleOf={deploymentName}
      searchTexts={searchTextsOf}
      note={query.data ? deploymentMessages.online(count().running, count().total) : ""}
      actions={
        <>
          <UserSelect filter={users} />
          <RebootButtons daemons={daemons()} user={users.user()} />
          <Show when={query.data && mayCreate()}>
            <Button variant="primary" icon={<Plus size={14} />} onClick={() => setCreating(true)}>
              {deploymentMessages.create}
            </Button>
          </Show>
        </>
      }
      notices={
        <>
          <Show when={isStale(daemon()?.state ?? "up", all()) && daemon()}>
            {(state) => (
              <Callout tone="warn" icon={<Unplug size={15} />}>
                <ServerText text={deploymentMessages.ownDown(state().hint ?? "")} />
              </Callout>
            )}
          </Show>
          <DaemonNotices daemons={daemons()} omitted={query.data?.omittedDaemons ?? 0} />
        </>
      }
      empty={
        <NoDeployments
          daemon={daemon()}
          onRetry={() => void query.refetch()}
          onCreate={mayCreate() ? () => setCreating(true) : undefined}
        />
      }
      table={{
        columns: users.several() ? columns : columns.filter(({ id }) => id !== "user"),
        narrowColumns: createNarrowColumns(shown, users.several),
        initialSort: { column: "name" },
        selection,
      }}
      selectionBar={(matching) => (
        <DeploymentBulkBar deployments={matching()} selection={selection} actions={actions} />
      )}
      selected={props.selected}
      onSelect={props.onSelect}
      detail={(deployment) => (
        <DeploymentPane
          deployment={deployment()}
          readAt={query.dataUpdatedAt}
          actions={actions}
          onClose={() => props.onSelect(null)}
        />
      )}
    >
      <Show when={creating()}>
        <CreateProcessDialog
          onClose={() => setCreating(false)}
          onCreated={(id) => {
            setCreating(false);
            props.onSelect(id);
          }}
        />
      </Show>
    </ResourceListPage>
  );
}

/** Why there are no deployments: PM2 is not running, has no process, or none that the account may see. */
function NoDeployments(props: {
  daemon: DependencyState | undefined;
  onRetry: () => void;
  /** Undefined for those who may not. */
  onCreate: (() => void) | undefined;
}) {
  const session = useSession();
  const isLimited = () => session.principal()?.limits.deployments != null;
  return (
    <Show
      when={props.daemon?.state === "up"}
      fallback={
        <EmptyState
          icon={<Unplug size={18} />}
          tone="warn"
          title={props.daemon?.state === "down" ? deploymentMessages.daemonDown : deploymentMessages.daemonAbsent}
          action={<Button onClick={() => props.onRetry()}>{deploymentMessages.checkAgain}</Button>}
        >
          <ServerText text={props.daemon?.hint ?? deploymentMessages.daemonHint} />
        </EmptyState>
      }
    >
      <EmptyState
        icon={<Rocket size={18} />}
        title={isLimited() ? deploymentMessages.noneInScope : deploymentMessages.none}
        action={
          <Show when={props.onCreate}>
            {(create) => <Button onClick={() => create()()}>{deploymentMessages.create}</Button>}
          </Show>
        }
      >
        {isLimited() ? deploymentMessages.noneInScopeHint : deploymentMessages.noneHint}
      </EmptyState>
    </Show>
  );
}
