import { A } from "@solidjs/router";
import { EmptyState } from "../ui/Notice.tsx";
import { Page } from "../ui/Page.tsx";

export default function NotFoundPage() {
  return (
    <Page title="Not found">
      <EmptyState title="There is no such page">
        The address may be mistyped, or what it showed may be gone. <A href="/">Go to the overview</A>.
      </EmptyState>
    </Page>
  );
}
