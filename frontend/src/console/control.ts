/** What the bar can do with the console below it. */
export interface ConsoleControl {
  focus(): void;
  /** Absent on a serial line, which knows characters only. */
  combination?(keys: readonly (readonly [number, string])[]): void;
  type(text: string): void;
}
