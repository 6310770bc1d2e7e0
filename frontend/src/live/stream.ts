/** One WebSocket that says which objects changed, kept open for as long as the page lives. */

export interface Notice {
  type: "created" | "updated" | "deleted";
  kind: string;
  id: string;
  version: number;
}

export type StreamState = "connecting" | "live" | "broken";

export interface StreamListener {
  notice(notice: Notice): void;
  /** What happened up to now is not known: whatever was read before may be old. */
  resync(): void;
  state(state: StreamState): void;
  /** The server takes this session no longer. */
  refused(): void;
}

interface Message {
  type: string;
  cursor?: string;
  kind?: string;
  id?: string;
  version?: number;
}

const HEARTBEATS_MISSED_MS = 35_000;
const FIRST_RETRY_MS = 400;
const LONGEST_RETRY_MS = 10_000;
const REFUSED = new Set([4401, 4403]);
const BAD_REQUEST = 4400;

export class LiveStream {
  private socket: WebSocket | null = null;
  private cursor: string | null = null;
  private failures = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private closed = false;

  constructor(
    private readonly listener: StreamListener,
    private readonly address: () => string = () =>
      `${window.location.protocol === "https:" ? "wss" : "ws"}://${window.location.host}/ws/events/`,
  ) {}

  open(): void {
    this.closed = false;
    window.addEventListener("online", this.retryNow);
    document.addEventListener("visibilitychange", this.retryNow);
    this.connect();
  }

  close(): void {
    this.closed = true;
    window.removeEventListener("online", this.retryNow);
    document.removeEventListener("visibilitychange", this.retryNow);
    clearTimeout(this.retry);
    this.drop();
  }

  /** A laptop that wakes or a tab that is shown again does not wait for the back-off. */
  private readonly retryNow = (): void => {
    if (this.socket === null && !this.closed && document.visibilityState === "visible") {
      clearTimeout(this.retry);
      this.connect();
    }
  };

  private connect(): void {
    this.listener.state("connecting");
    const since = this.cursor === null ? "" : `?since=${encodeURIComponent(this.cursor)}`;
    const socket = new WebSocket(this.address() + since);
    this.socket = socket;
    this.hear();
    socket.onmessage = (event) => {
      if (this.socket === socket) this.receive(JSON.parse(String(event.data)) as Message);
    };
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      if (REFUSED.has(event.code)) this.listener.refused();
      // A cursor that the server cannot read is no use: begin afresh.
      if (event.code === BAD_REQUEST) this.cursor = null;
      this.again();
    };
  }

  private receive(message: Message): void {
    this.hear();
    const resumed = this.cursor !== null;
    if (message.cursor !== undefined) this.cursor = message.cursor;
    switch (message.type) {
      case "hello":
        this.failures = 0;
        this.listener.state("live");
        // What was read before the first hello may have changed since, unheard.
        if (!resumed) this.listener.resync();
        break;
      case "resync":
        this.listener.resync();
        break;
      case "created":
      case "updated":
      case "deleted":
        this.listener.notice(message as Notice);
        break;
    }
  }

  /** Anything heard proves the line; silence beyond two heartbeats means that it is dead. */
  private hear(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.again(), HEARTBEATS_MISSED_MS);
  }

  private again(): void {
    this.drop();
    if (this.closed) return;
    this.listener.state("broken");
    const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.failures);
    this.failures += 1;
    this.retry = setTimeout(() => this.connect(), longest * (0.5 + Math.random() / 2));
  }

  private drop(): void {
    clearTimeout(this.silence);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }
}
