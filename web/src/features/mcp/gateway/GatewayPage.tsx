import { createEffect, onCleanup } from "solid-js";
import { useLive } from "../../../lib/live-context.ts";
import { useInvalidate } from "../../../lib/queries.ts";
import { useQuery } from "../../../lib/use-query.ts";
import { createAddressTab } from "../../../resource/address-value.ts";
import { BackLink } from "../../../resource/BackLink.tsx";
import { QueryView } from "../../../resource/QueryView.tsx";
import { Page, Status, Tabs } from "../../../ui/index.ts";
import { CallsTab } from "./CallsTab.tsx";
import { ClientsTab } from "./ClientsTab.tsx";
import { ConnectTab } from "./ConnectTab.tsx";
import { gatewayApi, gatewayKeys } from "./gateway-api.ts";
import { gatewayMessages as texts } from "./messages.ts";
import { ServersTab } from "./ServersTab.tsx";
import "./gateway.css";

const tabIds = ["connect", "servers", "clients", "calls"] as const;

/** The gateway through which programs reach MCP servers: its switch, what it exposes, its clients and their calls. */
export default function GatewayPage() {
  const invalidate = useInvalidate();
  const { mcpWS } = useLive();
  const query = useQuery(() => ({ queryKey: gatewayKeys.gateway, queryFn: gatewayApi.get }));
  const [tab, setTab] = createAddressTab(() => tabIds, "connect");
  createEffect(() => {
    onCleanup(mcpWS.on("gateway:changed", () => void invalidate(gatewayKeys.gateway)));
  });
  return (
    <Page
      title={texts.title}
      back={<BackLink href="/mcp" label={texts.back} />}
      note={
        query.data ? (
          <>
            <Status tone={query.data.enabled ? "ok" : "neutral"}>{query.data.enabled ? texts.on : texts.off}</Status>
            {query.data.enabled ? ` · ${texts.sessions(query.data.sessions)}` : ""}
          </>
        ) : (
          ""
        )
      }
    >
      <QueryView query={query}>
        {(gateway) => (
          <Tabs
            label={texts.parts}
            value={tab()}
            onChange={(next) => setTab(next as ReturnType<typeof tab>)}
            tabs={[
              { id: "connect", label: texts.tabs.connect, content: () => <ConnectTab gateway={gateway()} /> },
              { id: "servers", label: texts.tabs.servers, content: () => <ServersTab gateway={gateway()} /> },
              { id: "clients", label: texts.tabs.clients, content: () => <ClientsTab gateway={gateway()} /> },
              { id: "calls", label: texts.tabs.calls, content: () => <CallsTab /> },
            ]}
          />
        )}
      </QueryView>
    </Page>
  );
}
