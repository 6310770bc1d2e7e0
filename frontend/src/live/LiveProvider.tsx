import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, type ReactNode } from "react";

import { outdates } from "./keys";
import { Rounds } from "./rounds";
import { LiveState } from "./state";
import { LiveStream, type StreamState } from "./stream";

const PATIENCE_MS = 500;

/**
 * Keeps what the pages show in step with the server, for as long as somebody is signed in. The pages come once the
 * stream listens, so that nothing can change between reading and listening; they do not wait long for it.
 */
export function LiveProvider({ onRefused, children }: { onRefused: () => void; children: ReactNode }) {
  const client = useQueryClient();
  const [state, setState] = useState<StreamState>("connecting");
  const [ready, setReady] = useState(false);

  useEffect(() => {
    const rounds = new Rounds((changes) =>
      client.invalidateQueries({ predicate: (query) => outdates(changes, query.queryKey) }),
    );
    const stream = new LiveStream({
      notice: (notice) => rounds.add(notice),
      // Also what one may do: a change of it is told in the same word.
      resync: () => void client.invalidateQueries(),
      state: (now) => {
        setState(now);
        if (now !== "connecting") setReady(true);
      },
      refused: onRefused,
    });
    stream.open();
    const patience = setTimeout(() => setReady(true), PATIENCE_MS);
    return () => {
      clearTimeout(patience);
      stream.close();
      rounds.stop();
    };
  }, [client, onRefused]);

  return <LiveState value={state}>{ready && children}</LiveState>;
}
