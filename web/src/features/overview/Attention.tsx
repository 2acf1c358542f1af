import CircleCheck from "lucide-solid/icons/circle-check";
import { createMemo, For, Show } from "solid-js";
import type { DiskStats } from "../../../../shared/protocol/system.ts";
import { useDeployments, useMcpServers, useServices } from "../../lib/queries.ts";
import { StatusDot } from "../../ui/Badge.tsx";
import { Card } from "../../ui/Card.tsx";
import { EmptyState, Skeleton } from "../../ui/Notice.tsx";
import { findConcerns } from "./attention.ts";

export function Attention(props: { disks: readonly DiskStats[]; onNavigate: (href: string) => void }) {
  const services = useServices();
  const deployments = useDeployments();
  const servers = useMcpServers();
  const concerns = createMemo(() =>
    findConcerns({
      services: services.data?.services ?? [],
      deployments: deployments.data?.deployments ?? [],
      servers: servers.data?.servers ?? [],
      disks: props.disks,
    }),
  );
  const known = () => !services.isPending && !deployments.isPending && !servers.isPending;
  const blind = () => services.isError || deployments.isError;
  return (
    <Card title="Needs a look" flush>
      <Show when={known()} fallback={<Skeleton lines={3} />}>
        <Show
          when={concerns().length > 0}
          fallback={
            <Show
              when={!blind()}
              fallback={
                <EmptyState title="Not everything could be checked">Some lists could not be loaded.</EmptyState>
              }
            >
              <EmptyState icon={<CircleCheck size={18} />} tone="ok" title="All is well">
                Nothing is failing, unhealthy or running out of space.
              </EmptyState>
            </Show>
          }
        >
          <ul class="concerns">
            <For each={concerns()}>
              {(concern) => (
                <li>
                  <button type="button" class="concern" onClick={() => props.onNavigate(concern.href)}>
                    <StatusDot tone={concern.tone} />
                    <b class="truncate">{concern.what}</b>
                    <span class="muted truncate">{concern.why}</span>
                  </button>
                </li>
              )}
            </For>
          </ul>
        </Show>
      </Show>
    </Card>
  );
}
