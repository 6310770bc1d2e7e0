import { Alert } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";

import { asProblem } from "../api/problem";
import { ProblemAlert } from "../ui/Problems";
import { Waits } from "./Waits";

const KNOWN = ["wrong_credentials", "wrong_code", "sign_in_again"];

/** Why one is not in, in the reader's language; after too many failures how long to wait. */
export function SignInProblem({ error, onOver }: { error: unknown; onOver: () => void }) {
  const { t } = useTranslation();
  if (!error) return null;
  const problem = asProblem(error);
  if (problem.code === "too_many_attempts") return <Waits key={String(problem.more.retry_after_seconds)} problem={problem} onOver={onOver} />;
  if (!KNOWN.includes(problem.code)) return <ProblemAlert error={error} />;
  return <Alert isInline variant="danger" title={t(`signIn.problem.${problem.code}`)} aria-live="polite" />;
}
