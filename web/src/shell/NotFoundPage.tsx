import { A, useLocation } from "@solidjs/router";
import SearchX from "lucide-solid/icons/search-x";
import { buttonClass } from "../ui/Button.tsx";
import { EmptyState } from "../ui/Notice.tsx";
import { Page } from "../ui/Page.tsx";
import { notFoundMessages } from "./messages.ts";

/** Characters of the address that are shown. */
const MAX_SHOWN = 200;

export default function NotFoundPage() {
  const location = useLocation();
  return (
    <Page title={notFoundMessages.title}>
      <EmptyState
        icon={<SearchX size={18} />}
        title={notFoundMessages.heading}
        action={
          <A class={buttonClass("primary")} href="/">
            {notFoundMessages.home}
          </A>
        }
      >
        <code class="not-found-address">{location.pathname.slice(0, MAX_SHOWN)}</code>
        <br />
        {notFoundMessages.hint}
      </EmptyState>
    </Page>
  );
}
