import { Show } from "solid-js";
import { api } from "../../../lib/api.ts";
import { queryKeys } from "../../../lib/queries.ts";
import { useSession } from "../../../lib/session.ts";
import { useQuery } from "../../../lib/use-query.ts";
import { Badge } from "../../../ui/Badge.tsx";
import { Page } from "../../../ui/Page.tsx";
import "../access.css";
import { accessMessages } from "../messages.ts";
import { OwnSessions } from "./OwnSessions.tsx";
import { PasskeysCard } from "./PasskeysCard.tsx";
import { PasswordCard } from "./PasswordCard.tsx";
import { TotpCard } from "./TotpCard.tsx";

/** The account of the user: password, passkeys, authenticator, sessions. */
export default function AccountPage() {
  const session = useSession();
  const account = useQuery(() => ({ queryKey: queryKeys.account, queryFn: () => api.account.get() }));
  return (
    <Page
      title={accessMessages.account.title}
      note={session.principal()?.name}
      actions={<Badge>{session.principal()?.role}</Badge>}
    >
      <div class="account">
        <div class="account-side">
          <Show when={account.data?.password !== false}>
            <PasswordCard />
          </Show>
          <PasskeysCard />
          <TotpCard />
        </div>
        <OwnSessions />
      </div>
    </Page>
  );
}
