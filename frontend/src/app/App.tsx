import { Bullseye, PageSection, Spinner } from "@patternfly/react-core";
import { QueryClientProvider } from "@tanstack/react-query";
import { useCallback, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { createBrowserRouter, Outlet, RouterProvider } from "react-router";

import { DutyPage, dutyOf } from "../access/account/DutyPage";
import { forgetWho, useMe } from "../access/queries";
import { SignInPage } from "../access/SignInPage";
import { onSignedOut } from "../api/client";
import { JobWatcher } from "../jobs/JobWatcher";
import { LiveProvider } from "../live/LiveProvider";
import { Uploading } from "../storage/uploads/Uploading";
import { ProblemPage } from "../ui/Problems";
import { Toasts } from "../ui/Toasts";
import { queryClient } from "./queryClient";
import { routes } from "./routes";

const router = createBrowserRouter([{ element: <Root />, children: routes }]);

export function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  );
}

/** Nobody signed in sees the sign-in page at whatever address, and is back at that address afterwards. */
function Root() {
  const { t } = useTranslation();
  const me = useMe();
  const signedOut = useCallback(() => forgetWho(queryClient), []);
  const askAgain = useCallback(() => void queryClient.invalidateQueries({ queryKey: ["me"] }), []);
  useEffect(() => onSignedOut(signedOut), [signedOut]);

  if (me.data === null) return <SignInPage />;
  const duty = me.data && dutyOf(me.data);
  if (duty) return <DutyPage duty={duty} />;
  if (me.data) {
    return (
      <LiveProvider key={me.data.id} onRefused={askAgain}>
        <Toasts>
          <JobWatcher />
          <Uploading />
          <Outlet />
        </Toasts>
      </LiveProvider>
    );
  }
  return (
    <Bullseye className="ol-window">
      {me.isError ? (
        <PageSection>
          <ProblemPage error={me.error} retry={() => void me.refetch()} />
        </PageSection>
      ) : (
        <Spinner aria-label={t("loading")} />
      )}
    </Bullseye>
  );
}
