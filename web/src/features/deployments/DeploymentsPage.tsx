import { useNavigate, useParams } from "@solidjs/router";
import { DeploymentsView } from "./DeploymentsView.tsx";

export default function DeploymentsPage() {
  const params = useParams<{ id?: string }>();
  const navigate = useNavigate();
  return (
    <DeploymentsView
      selected={params.id ? decodeURIComponent(params.id) : null}
      onSelect={(name) => navigate(name === null ? "/deployments" : `/deployments/${encodeURIComponent(name)}`)}
    />
  );
}
