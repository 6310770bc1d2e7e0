/** What this browser was sending when its page went away, so that it can go on with the same file. */
export interface Remembered {
  id: string;
  /** Of the file, as the browser knows it. */
  file: string;
  size: number;
  modified: number;
}

const STORED_AS = "ovirtlite.uploads";
const MOST = 50;

export function remembered(): Remembered[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORED_AS) ?? "[]");
    return Array.isArray(stored) ? stored.filter(isRemembered) : [];
  } catch {
    return []; // somebody else's data under our name: start anew
  }
}

function isRemembered(value: unknown): value is Remembered {
  const one = value as Partial<Remembered> | null;
  return typeof one?.id === "string" && typeof one.file === "string" && typeof one.size === "number" && typeof one.modified === "number";
}

function save(all: readonly Remembered[]): void {
  localStorage.setItem(STORED_AS, JSON.stringify(all.slice(-MOST)));
}

export function remember(id: string, file: File): void {
  save([...remembered().filter((each) => each.id !== id), { id, file: file.name, size: file.size, modified: file.lastModified }]);
}

export function forget(id: string): void {
  save(remembered().filter((each) => each.id !== id));
}

/** Whether it is the file that was being sent: its name may be another now, its size and time may not. */
export function isSame(file: Pick<File, "name" | "size" | "lastModified">, of: Remembered): boolean {
  return file.size === of.size && (file.lastModified === of.modified || file.name === of.file);
}
