import { type JSX, Show } from "solid-js";
import type { McpServer } from "../../../../../shared/protocol/mcp.ts";
import type { McpSignIn } from "../../../../../shared/protocol/mcp-sign-in.ts";
import { api } from "../../../lib/api.ts";
import { formatDateTime } from "../../../lib/format.ts";
import { createPendingActions } from "../../../lib/pending-actions.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { useSession } from "../../../lib/session.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { Button, Card, confirm, Facts, toast } from "../../../ui/index.ts";
import { signInMessages as texts } from "./messages.ts";

/** Who signed in to a server, where, and until when; the way out of it. */
export default function SignInCard(props: { server: McpServer; signIn: McpSignIn }) {
  const session = useSession();
  const invalidate = useInvalidate();
  const pending = createPendingActions<"sign-out">();
  const signOut = async () => {
    const { id, name } = props.server;
    const shown = visibleName(name);
    const yes = await confirm({
      title: texts.signOutTitle(shown),
      body: texts.signOutNote,
      action: texts.signOut,
      danger: true,
    });
    if (!yes) return;
    const work = async () => {
      await api.mcp.signOut(id);
      toast.success(texts.signedOut(shown));
      await invalidate(queryKeys.mcp);
    };
    await pending.run(id, "sign-out", work, toast.error);
  };
  return (
    <Card
      title={texts.title}
      actions={
        <Show when={session.may("mcp:manage")}>
          <Button size="sm" busy={pending.of(props.server.id) !== undefined} onClick={() => void signOut()}>
            {texts.signOut}
          </Button>
        </Show>
      }
    >
      <Facts rows={rowsOf(props.signIn)} />
      <p class="muted">{texts.shared}</p>
    </Card>
  );
}

function rowsOf({ issuer, user, signedInAt, expiresAt, renews, scope }: McpSignIn): [string, JSX.Element][] {
  const rows: [string, JSX.Element][] = [
    [texts.provider, <code>{visibleName(issuer ?? "")}</code>],
    [texts.person, texts.personAt(visibleName(user ?? ""), signedInAt === null ? "" : formatDateTime(signedInAt))],
    [texts.token, tokenText(expiresAt, renews)],
  ];
  if (scope !== null) rows.push([texts.rights, <code>{visibleName(scope)}</code>]);
  return rows;
}

function tokenText(expiresAt: string | null, renews: boolean): string {
  if (expiresAt === null) return renews ? texts.renews : texts.unknownEnd;
  const when = formatDateTime(expiresAt);
  return renews ? texts.tokenRenews(when) : texts.tokenEnds(when);
}
