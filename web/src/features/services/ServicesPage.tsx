import { useNavigate, useParams } from "@solidjs/router";
import { ServicesView } from "./ServicesView.tsx";

export default function ServicesPage() {
  const params = useParams<{ id?: string }>();
  const navigate = useNavigate();
  return (
    <ServicesView
      selected={params.id ? decodeURIComponent(params.id) : null}
      onSelect={(name) => navigate(name === null ? "/services" : `/services/${encodeURIComponent(name)}`)}
    />
  );
}
