import { A, useLocation } from "@solidjs/router";
import ArrowLeft from "lucide-solid/icons/arrow-left";
import { buttonClass } from "../ui/index.ts";
import { listQuery } from "./address-selection.ts";

/** The way back from the page of one thing to the list of all, filtered as before, at the left of its title. */
export function BackLink(props: { href: string; label: string }) {
  const location = useLocation();
  return (
    <A
      class={`${buttonClass("ghost")} button-icon`}
      href={`${props.href}${listQuery(location.search)}`}
      aria-label={props.label}
      title={props.label}
    >
      <ArrowLeft size={16} />
    </A>
  );
}
