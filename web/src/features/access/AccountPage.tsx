import { session } from "../../lib/session.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Page } from "../../ui/Page.tsx";
import "./access.css";
import { OwnSessions } from "./OwnSessions.tsx";
import { PasswordCard } from "./PasswordCard.tsx";
import { TotpCard } from "./TotpCard.tsx";

/** The own account: password, second factor, sessions. */
export default function AccountPage() {
  return (
    <Page title="Account" note={session.principal()?.name} actions={<Badge>{session.principal()?.role}</Badge>}>
      <div class="account">
        <div class="account-side">
          <PasswordCard />
          <TotpCard />
        </div>
        <OwnSessions />
      </div>
    </Page>
  );
}
