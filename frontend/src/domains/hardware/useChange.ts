import { useMutation, useQueryClient } from "@tanstack/react-query";

import type { DomainDetail, Job } from "../../api/types";
import { refreshObject } from "../../jobs/queries";
import { watchJob } from "../../jobs/watched";
import { keys } from "../../live/keys";

/** What a change answers with: a job, or at once the domain, where nothing of it concerned the node. */
export type Done = Job | DomainDetail;

const isJob = (answer: Done): answer is Job => "progress" in answer;

/** Ask for a change of the domain. Where it becomes a job, its end is told by a toast. */
export function useChange<Wish>(request: (wish: Wish) => Promise<Done>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: request,
    onSuccess: (answer) => {
      if (!isJob(answer)) {
        refreshObject(client, { kind: "domain", id: answer.id });
        return;
      }
      watchJob(answer.id);
      client.setQueryData(keys.one("job", answer.id), answer);
      void client.invalidateQueries({ queryKey: ["job", "list"] });
      refreshObject(client, answer.object);
    },
  });
}
