import { useLocation, useNavigate } from "@solidjs/router";
import { stackHref } from "../../lib/addresses.ts";
import { listQuery } from "../../resource/address-selection.ts";
import { StacksView } from "./StacksView.tsx";

export default function StacksPage() {
  const navigate = useNavigate();
  const location = useLocation();
  return <StacksView onOpen={(name) => navigate(`${stackHref(name)}${listQuery(location.search)}`)} />;
}
