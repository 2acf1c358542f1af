import { createAddressSelection } from "../../resource/address-selection.ts";
import { McpView } from "./McpView.tsx";

export default function McpPage() {
  const address = createAddressSelection("/mcp");
  return <McpView selected={address.selected()} onSelect={address.select} />;
}
