import type { Notice } from "./stream";

/** What changed since the last round: the ids of each kind. */
export type Changes = ReadonlyMap<string, ReadonlySet<string>>;

const APART_MS = 300;
const SLOWEST_ROUND_MS = 5_000;

/**
 * Gathers notices into rounds of refetching. The first notice after a quiet time starts a round at once, so that a
 * single change shows without delay. Later rounds keep 300 ms apart and wait for the answers of the one before: a
 * stream of changes must neither flood the server nor cancel its own requests for ever.
 */
export class Rounds {
  private waiting = new Map<string, Set<string>>();
  private busy = false;
  private stopped = false;

  constructor(private readonly refetch: (changes: Changes) => Promise<unknown>) {}

  add({ kind, id }: Notice): void {
    const ids = this.waiting.get(kind);
    if (ids) ids.add(id);
    else this.waiting.set(kind, new Set([id]));
    if (!this.busy) void this.run();
  }

  stop(): void {
    this.stopped = true;
    this.waiting.clear();
  }

  private async run(): Promise<void> {
    this.busy = true;
    while (this.waiting.size > 0 && !this.stopped) {
      const changes = this.waiting;
      this.waiting = new Map();
      const answered = this.refetch(changes).catch(() => undefined); // each query keeps and shows its own error
      await Promise.all([pause(APART_MS), Promise.race([answered, pause(SLOWEST_ROUND_MS)])]);
    }
    this.busy = false;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
