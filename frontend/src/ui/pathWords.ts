const STEP = /(?:\[[^\]]*\]|[^/[])+/g; // a slash inside brackets is part of a name

/** Where in a definition something is, in words: `devices/disk[vda]/driver/@cache` is "disk vda · driver cache". */
export function pathWords(path: string): string {
  const parts = (path.replace(/^devices\//, "").match(STEP) ?? []).map((part) =>
    part
      .replace(/^@/, "")
      .replace(/\[([^\]]*)\]\.?/g, " $1 ")
      .trim(),
  );
  const [head = "", ...rest] = parts;
  return rest.length === 0 ? head : /^devices\//.test(path) ? `${head} · ${rest.join(" ")}` : parts.join(" ");
}
