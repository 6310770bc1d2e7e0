const WINDOW_MS = 5_000;

/** How fast it goes, from what came within the last seconds. */
export class Rate {
  private seen: { at: number; bytes: number }[] = [];

  /** `bytes` are on their way or there in all at this time. */
  note(bytes: number, at: number): void {
    const last = this.seen.at(-1);
    if (last && bytes < last.bytes) this.seen = []; // it goes on from further back
    this.seen.push({ at, bytes });
    while (this.seen.length > 2 && (this.seen[0]?.at ?? at) < at - WINDOW_MS) this.seen.shift();
  }

  /** Bytes a second; 0 while too little is known. */
  get perSecond(): number {
    const first = this.seen[0];
    const last = this.seen.at(-1);
    if (!first || !last || last.at <= first.at) return 0;
    return ((last.bytes - first.bytes) / (last.at - first.at)) * 1000;
  }
}
