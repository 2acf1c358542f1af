import { createAddressSelection } from "../../resource/address-selection.ts";
import { DeploymentsView } from "./DeploymentsView.tsx";

export default function DeploymentsPage() {
  const address = createAddressSelection("/deployments");
  return <DeploymentsView selected={address.selected()} onSelect={address.select} />;
}
