import { asProblem, Problem } from "../api/problem";
import type { ConsoleTicket } from "../api/types";

/** A console that is open, or is opening. */
export interface Connection {
  close(): void;
}

/** How the gateway ended a console: a close code of the WebSocket, and a sentence for people. */
export interface End {
  code: number;
  reason: string;
}

export interface ConnectionEvents {
  opened(): void;
  closed(end?: End): void;
}

export type LinkState =
  | { phase: "connecting"; again: boolean }
  | { phase: "connected"; viewOnly: boolean }
  | { phase: "waiting"; problem: Problem | null }
  | { phase: "refused"; problem: Problem };

// The gateway's own close codes.
const NO_LONGER_PERMITTED = 4403;
const TAKEN_OVER = 4409;
const NODE_FAILED = 4502;

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 4_000;

/**
 * Keeps a console open over whatever happens to the domain. A ticket opens one connection only, so every attempt
 * asks for a new one: after a reboot, and after a migration, when the ticket leads to the new host.
 */
export class ConsoleLink {
  private connection: Connection | null = null;
  private attempt = 0;
  private failures = 0;
  private everOpened = false;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private stopped = false;

  constructor(
    private readonly ticket: () => Promise<ConsoleTicket>,
    private readonly open: (ticket: ConsoleTicket, events: ConnectionEvents) => Connection,
    private readonly tell: (state: LinkState) => void,
  ) {}

  start(): void {
    void this.connect();
  }

  /** Connect anew at once: the console is known to be elsewhere now. */
  restart(): void {
    this.failures = 0;
    clearTimeout(this.retry);
    this.drop();
    void this.connect();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.retry);
    this.drop();
  }

  private drop(): void {
    this.attempt += 1; // whatever an older attempt still has to say is not heard
    const connection = this.connection;
    this.connection = null;
    connection?.close();
  }

  private async connect(): Promise<void> {
    this.attempt += 1;
    const attempt = this.attempt;
    const current = () => !this.stopped && attempt === this.attempt;
    this.tell({ phase: "connecting", again: this.everOpened });
    try {
      const ticket = await this.ticket();
      if (!current()) return;
      this.connection = this.open(ticket, {
        opened: () => {
          if (!current()) return;
          this.everOpened = true;
          this.failures = 0;
          this.tell({ phase: "connected", viewOnly: ticket.view_only });
        },
        closed: (end) => current() && this.ended(end),
      });
    } catch (error) {
      if (!current()) return;
      const problem = asProblem(error);
      const final = problem.forbidden || problem.missing || problem.signedOut || problem.status === 400;
      if (final) this.tell({ phase: "refused", problem });
      else this.wait(problem);
    }
  }

  private ended(end: End | undefined): void {
    if (end?.code === NO_LONGER_PERMITTED || end?.code === TAKEN_OVER) {
      // To come back by itself would take a serial line away from who took it, and they from us, for ever.
      this.drop();
      const status = end.code === TAKEN_OVER ? 409 : 403;
      this.tell({ phase: "refused", problem: new Problem(status, { code: `console_${end.code}`, detail: end.reason }) });
    } else if (end?.code === NODE_FAILED) {
      this.wait(new Problem(502, { code: "console_failed", detail: end.reason }), LONGEST_RETRY_MS);
    } else {
      this.wait(null);
    }
  }

  private wait(problem: Problem | null, atLeast = 0): void {
    this.drop();
    this.tell({ phase: "waiting", problem });
    const pause = Math.max(atLeast, Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.failures));
    this.failures += 1;
    this.retry = setTimeout(() => void this.connect(), pause);
  }
}
