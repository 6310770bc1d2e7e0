import { Button, Card, CardBody, CardTitle, GridItem } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import type { Page } from "../../api/types";
import { JobInline } from "../../jobs/JobProgress";
import { useJobOf } from "../../jobs/queries";
import { keys } from "../../live/keys";
import { Bytes } from "../../ui/Values";
import type { Volume } from "../shapes";
import { DeleteForGood } from "./DeleteForGood";

const MOST = 10;

/** What counts for oneself and is in no machine: absent without any. */
export function StayedBehind() {
  const { t } = useTranslation();
  const [going, setGoing] = useState<Volume | null>(null);
  const volumes = useQuery({
    queryKey: keys.list("volume", "own"),
    queryFn: ({ signal }) => api.get<Page<Volume>>("/me/volumes/", { unused: "true", ordering: "-capacity_bytes", limit: MOST }, signal),
  });
  const found = volumes.data;
  if (!found?.count) return null;
  return (
    <GridItem md={6}>
      <Card isFullHeight>
        <CardTitle component="h2">
          {t("stayedBehind.title")} <span className="ol-quiet">{found.count}</span>
        </CardTitle>
        <CardBody className="ol-stack">
          <p className="ol-quiet">{t("stayedBehind.body")}</p>
          {found.results.map((volume) => (
            <Line key={volume.id} volume={volume} onDelete={() => setGoing(volume)} />
          ))}
        </CardBody>
      </Card>
      {going && (
        <DeleteForGood volume={going} onClose={() => setGoing(null)}>
          <p>{t("stayedBehind.lost", { name: going.name, host: going.host.name })}</p>
        </DeleteForGood>
      )}
    </GridItem>
  );
}

function Line({ volume, onDelete }: { volume: Volume; onDelete: () => void }) {
  const { t } = useTranslation();
  const job = useJobOf(volume);
  return (
    <div>
      <span className="ol-break">{volume.name}</span> <Bytes value={volume.capacity_bytes} />{" "}
      {job ? (
        <JobInline job={job} />
      ) : (
        volume.actions.includes("delete") && (
          <Button variant="link" isInline isDanger onClick={onDelete} aria-label={t("stayedBehind.delete", { name: volume.name })}>
            {t("delete.submit")}
          </Button>
        )
      )}
    </div>
  );
}
