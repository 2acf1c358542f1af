import { A, useLocation } from "@solidjs/router";
import SearchX from "lucide-solid/icons/search-x";
import { buttonClass } from "../ui/Button.tsx";
import { EmptyState } from "../ui/Notice.tsx";
import { Page } from "../ui/Page.tsx";

/** Characters of an address that are shown. */
const SHOWN_MAX = 200;

export default function NotFoundPage() {
  const location = useLocation();
  return (
    <Page title="Page not found">
      <EmptyState
        icon={<SearchX size={18} />}
        title="There is no page at this address"
        action={
          <A class={buttonClass("primary")} href="/">
            Go to the overview
          </A>
        }
      >
        <code class="not-found-address">{location.pathname.slice(0, SHOWN_MAX)}</code>
        <br />
        The address may be mistyped, or from another version of the panel.
      </EmptyState>
    </Page>
  );
}
