import { useNavigate, useParams } from "@solidjs/router";
import { VolumesView } from "./VolumesView.tsx";

export default function VolumesPage() {
  const params = useParams<{ id?: string }>();
  const navigate = useNavigate();
  return (
    <VolumesView
      selected={params.id ? decodeURIComponent(params.id) : null}
      onSelect={(name) => navigate(name === null ? "/volumes" : `/volumes/${encodeURIComponent(name)}`)}
    />
  );
}
