import { lazy, Suspense, useState } from "react";

import { remembered } from "./remembered";
import { useUploads } from "./uploads";

const UploadsPanel = lazy(() => import("./UploadsPanel"));

/** The uploads' panel, fetched only where there is something to show in it. */
export function Uploading() {
  const [left] = useState(() => remembered().length > 0);
  const some = useUploads().length > 0;
  return left || some ? (
    <Suspense>
      <UploadsPanel />
    </Suspense>
  ) : null;
}
