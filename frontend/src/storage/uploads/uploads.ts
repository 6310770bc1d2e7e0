import { useSyncExternalStore } from "react";
import type { Upload as Tus } from "tus-js-client";

import { api, csrfToken, ROOT } from "../../api/client";
import { asProblem } from "../../api/problem";
import type { Page, Reference } from "../../api/types";
import { unwatchJob, watchJob } from "../../jobs/watched";
import type { Upload } from "../shapes";
import { Rate } from "./rate";
import { reasonOf } from "./reason";
import { forget, isSame, remember, remembered } from "./remembered";

/** `left`: its page went away, and with it the file. `checking`: all is there, and the node looks at it. */
export type UploadState = "waiting" | "sending" | "paused" | "left" | "checking" | "done" | "failed";

export interface Sending {
  key: string;
  /** The server's, and that of its job, once it knows of it. */
  id: string | null;
  name: string;
  pool: Reference;
  size: number;
  sent: number;
  rate: number;
  state: UploadState;
  error: string | null;
}

/** A file and where it is to go. */
export interface UploadWish {
  file: File;
  name: string;
  pool: Reference;
  format?: string;
  sha256?: string;
  /** Into the library as well. */
  library?: boolean;
}

const AT_ONCE = 2; // a browser has few connections to a server, and the pages need theirs
const RETRIES_MS = [0, 1_000, 3_000, 5_000, 10_000, 20_000];
const TELL_EVERY_MS = 250;

interface Kept {
  wish: UploadWish | null;
  url: string | null;
  tus: Tus | null;
  rate: Rate;
}

/** All that this window sends. It outlives the pages, so that one can look at others meanwhile. */
class Uploads {
  private all: readonly Sending[] = [];
  private readonly kept = new Map<string, Kept>();
  private readonly listeners = new Set<() => void>();
  private library: Promise<typeof import("tus-js-client")> | null = null;
  private told = 0;
  private count = 0;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly now = (): readonly Sending[] => this.all;

  add(wishes: readonly UploadWish[]): void {
    for (const wish of wishes) {
      this.count += 1;
      const key = `upload-${this.count}`;
      this.kept.set(key, { wish, url: null, tus: null, rate: new Rate() });
      this.all = [...this.all, { key, id: null, name: wish.name, pool: wish.pool, size: wish.file.size, sent: 0, rate: 0, state: "waiting", error: null }];
    }
    this.tell();
    this.next();
  }

  pause(key: string): void {
    void this.kept.get(key)?.tus?.abort();
    this.change(key, { state: "paused", rate: 0 });
    this.next();
  }

  resume(key: string): void {
    this.change(key, { state: "waiting", error: null });
    this.next();
  }

  /** The file of an upload that was left, chosen once more. Whether it is the same. */
  reclaim(key: string, file: File): boolean {
    const one = this.find(key);
    const known = remembered().find((each) => each.id === one?.id);
    const kept = this.kept.get(key);
    if (!one || !kept || !known || !isSame(file, known)) return false;
    kept.wish = { file, name: one.name, pool: one.pool };
    this.resume(key);
    return true;
  }

  /** Give it up: what is there already goes away as well. */
  async cancel(key: string): Promise<void> {
    const one = this.find(key);
    await this.kept.get(key)?.tus?.abort();
    if (one?.id) {
      try {
        unwatchJob(one.id);
        await api.delete(`/uploads/${one.id}/`);
      } catch (error) {
        if (!asProblem(error).missing) {
          this.change(key, { state: "failed", error: asProblem(error).message });
          return;
        }
      }
      forget(one.id);
    }
    this.dismiss(key);
    this.next();
  }

  /** Take it off the list. */
  dismiss(key: string): void {
    this.kept.delete(key);
    this.all = this.all.filter((each) => each.key !== key);
    this.tell();
  }

  /** How the server's look at it ended. */
  ended(key: string, error: string | null): void {
    const one = this.find(key);
    if (one?.id) forget(one.id);
    this.change(key, error === null ? { state: "done" } : { state: "failed", error });
  }

  /** What was under way when the page was left, if it can still go on. */
  async recall(): Promise<void> {
    const known = remembered().filter(({ id }) => !this.all.some((each) => each.id === id));
    if (known.length === 0) return;
    const open = (await api.get<Page<Upload>>("/uploads/", { limit: 100 })).results;
    for (const { id, size } of known) {
      const upload = open.find((each) => each.id === id);
      if (!upload) {
        forget(id);
        continue;
      }
      if (!upload.actions.includes("send")) continue; // somebody else's, in the same browser
      const key = `left-${id}`;
      this.kept.set(key, { wish: null, url: upload.url, tus: null, rate: new Rate() });
      const whole = upload.offset_bytes >= size;
      this.all = [...this.all, { key, id, name: upload.name, pool: upload.pool, size, sent: upload.offset_bytes, rate: 0, state: whole ? "checking" : "left", error: null }];
    }
    this.tell();
  }

  private next(): void {
    for (const one of this.all) {
      if (this.all.filter((each) => each.state === "sending").length >= AT_ONCE) return;
      if (one.state === "waiting") void this.send(one.key);
    }
  }

  private async send(key: string): Promise<void> {
    this.change(key, { state: "sending", error: null });
    try {
      const { Upload: TusUpload } = await this.tus();
      const kept = this.kept.get(key);
      if (!kept?.wish) return;
      kept.url ??= await this.open(key, kept.wish);
      if (this.find(key)?.state !== "sending") return; // paused or given up meanwhile
      kept.tus ??= this.over(TusUpload, key, kept.wish.file, kept.url, kept.rate);
      kept.tus.start();
    } catch (error) {
      this.fail(key, error);
    }
  }

  /** Fetched when something is sent for the first time. */
  private tus(): Promise<typeof import("tus-js-client")> {
    this.library ??= import("tus-js-client").catch((error: unknown) => {
      this.library = null; // the next may have more luck
      throw error;
    });
    return this.library;
  }

  /** Tell the server of it; returns where the content goes. */
  private async open(key: string, { file, name, pool, format, sha256, library }: UploadWish): Promise<string> {
    const made = await api.post<Upload>("/uploads/", { pool: pool.id, name, size_bytes: file.size, ...(format && { format }), ...(sha256 && { sha256 }), ...(library && { library }) });
    remember(made.id, file);
    watchJob(made.id); // its job has the same;
    this.change(key, { id: made.id });
    return made.url;
  }

  private over(TusUpload: typeof Tus, key: string, file: File, url: string, rate: Rate): Tus {
    return new TusUpload(file, {
      uploadUrl: new URL(url.startsWith("/") ? url : `${ROOT}/${url}`, window.location.href).href,
      uploadSize: file.size,
      retryDelays: RETRIES_MS,
      storeFingerprintForResuming: false, // `remembered` does
      onBeforeRequest: (request) => request.setHeader("X-CSRFToken", csrfToken()),
      onProgress: (sent) => {
        rate.note(sent, performance.now());
        this.change(key, { sent, rate: rate.perSecond }, sent < file.size);
      },
      onSuccess: () => {
        this.change(key, { state: "checking", sent: file.size, rate: 0 });
        this.next();
      },
      onError: (error) => this.fail(key, error),
    });
  }

  private fail(key: string, error: unknown): void {
    this.change(key, { state: "failed", error: reasonOf(error), rate: 0 });
    this.next();
  }

  private find(key: string): Sending | undefined {
    return this.all.find((each) => each.key === key);
  }

  /** `often`: it comes so often that not every time has to be told. */
  private change(key: string, to: Partial<Sending>, often = false): void {
    this.all = this.all.map((each) => (each.key === key ? { ...each, ...to } : each));
    if (!often || performance.now() - this.told > TELL_EVERY_MS) this.tell();
  }

  private tell(): void {
    this.told = performance.now();
    window.onbeforeunload = this.all.some(({ state }) => state === "sending" || state === "waiting") ? (event) => event.preventDefault() : null;
    this.listeners.forEach((listener) => listener());
  }
}

export const uploads = new Uploads();

export const useUploads = (): readonly Sending[] => useSyncExternalStore(uploads.subscribe, uploads.now);
