import { Alert, AlertActionCloseButton, AlertActionLink, AlertGroup } from "@patternfly/react-core";
import { useCallback, useMemo, useState, type ReactNode } from "react";
import { useNavigate } from "react-router";

import { ToastContext, type Toast } from "./toast";

const SHORT_MS = 5_000;
const TO_DECIDE_MS = 15_000; // there is something to decide on
let count = 0;

/** What has just been done passes by itself; what went wrong stays until somebody has read it. */
export function Toasts({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly (Toast & { key: number })[]>([]);
  const navigate = useNavigate();
  const remove = useCallback((key: number) => setToasts((all) => all.filter((each) => each.key !== key)), []);
  const say = useCallback((toast: Toast) => {
    count += 1;
    const key = count;
    setToasts((all) => [...all.slice(-4), { ...toast, key }]);
  }, []);
  const value = useMemo(() => say, [say]);
  return (
    <ToastContext value={value}>
      {children}
      <AlertGroup isToast isLiveRegion>
        {toasts.map(({ key, variant, title, body, link, action }) => (
          <Alert
            key={key}
            variant={variant}
            title={title}
            timeout={variant === "success" || variant === "info" ? (action ? TO_DECIDE_MS : SHORT_MS) : false}
            onTimeout={() => remove(key)}
            actionClose={<AlertActionCloseButton onClose={() => remove(key)} />}
            actionLinks={
              (link ?? action) && (
                <>
                  {action && (
                    <AlertActionLink
                      onClick={() => {
                        action.run();
                        remove(key);
                      }}
                    >
                      {action.text}
                    </AlertActionLink>
                  )}
                  {link && (
                    <AlertActionLink
                      onClick={() => {
                        void navigate(link.to);
                        remove(key);
                      }}
                    >
                      {link.text}
                    </AlertActionLink>
                  )}
                </>
              )
            }
          >
            {body}
          </Alert>
        ))}
      </AlertGroup>
    </ToastContext>
  );
}
