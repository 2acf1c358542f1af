import { createSignal } from "solid-js";
import type { McpServer } from "../../../../../shared/protocol/mcp.ts";
import { api } from "../../../lib/api.ts";
import { toast } from "../../../ui/index.ts";

/** A sign-in that was begun: where it leads, and whether the browser opened it. */
export interface BegunSignIn {
  url: string;
  host: string;
  isOpen: boolean;
}

/** Begins sign-ins and opens them in a new tab. What a popup blocker holds back is left as a link. */
export function createSignIn(server: () => Pick<McpServer, "id">) {
  const [busy, setBusy] = createSignal(false);
  const [begun, setBegun] = createSignal<BegunSignIn>();
  const begin = async () => {
    if (busy()) return;
    setBusy(true);
    try {
      const { startUrl, authorizationUrl } = await api.mcp.signIn(server().id);
      const tab = globalThis.open("", "_blank");
      if (tab) {
        tab.opener = null;
        tab.location.href = startUrl;
      }
      setBegun({ url: startUrl, host: new URL(authorizationUrl).host, isOpen: tab !== null });
    } catch (error) {
      toast.error(error);
    }
    setBusy(false);
  };
  return { busy, begun, begin };
}
