import { useQuery } from "@tanstack/react-query";

import { api } from "../../api/client";
import type { components } from "../../api/schema";
import type { Page } from "../../api/types";
import { keys } from "../../live/keys";
import type { OfferedVolume } from "./shapes";

export type Image = components["schemas"]["Image"];

const MOST = 100;

/** The library's images of a kind, wherever they lie. */
export function useLibrary(kind: Image["kind"], wanted: boolean) {
  return useQuery({
    queryKey: keys.list("image", "to-choose", kind),
    queryFn: ({ signal }) => api.get<Page<Image>>("/images/", { kind, limit: MOST, ordering: "name" }, signal),
    enabled: wanted,
    select: (page) => page.results,
  });
}

/** Which image each volume holds. */
export const imagesByVolume = (images: readonly Image[]): ReadonlyMap<string, Image> => new Map(images.flatMap((image) => image.copies.map(({ volume }) => [volume.id, image] as const)));

/** Those that hold an image of the library first, each part in the order that it had. */
export function libraryFirst(volumes: readonly OfferedVolume[], images: readonly Image[]): OfferedVolume[] {
  const held = imagesByVolume(images);
  return [...volumes.filter(({ id }) => held.has(id)), ...volumes.filter(({ id }) => !held.has(id))];
}

/** What the host has no copy of, but could get one. */
export const elsewhere = (images: readonly Image[], host: string): Image[] =>
  images.filter(({ copies, actions }) => actions.includes("copy") && copies.length > 0 && !copies.some((copy) => copy.host.id === host));
