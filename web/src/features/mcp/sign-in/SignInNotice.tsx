import { Show } from "solid-js";
import type { McpServer } from "../../../../../shared/protocol/mcp.ts";
import { useSession } from "../../../lib/session.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { Button, Callout } from "../../../ui/index.ts";
import { signInMessages as texts } from "./messages.ts";
import { createSignIn } from "./sign-in.ts";

/** Above the tabs of a server that needs a person to sign in. It goes away when the server is connected. */
export default function SignInNotice(props: { server: McpServer }) {
  const session = useSession();
  const signIn = createSignIn(() => props.server);
  const again = () => props.server.signIn?.state === "again";
  return (
    <div class="server-message">
      <Callout tone="warn">
        <Show when={session.may("mcp:manage")} fallback={texts.neededViewer}>
          {again() ? visibleName(props.server.signIn?.problem ?? texts.needed) : texts.needed}{" "}
          <Button size="sm" busy={signIn.busy()} onClick={() => void signIn.begin()}>
            {again() ? texts.signInAgain : texts.signIn}
          </Button>
          <Show when={signIn.begun()}>
            {(begun) => (
              <p>
                {begun().isOpen ? texts.opened(begun().host) : texts.blocked(begun().host)}{" "}
                <a href={begun().url} target="_blank" rel="noopener noreferrer">
                  {texts.continueAt(begun().host)}
                </a>
              </p>
            )}
          </Show>
        </Show>
      </Callout>
    </div>
  );
}
