/** A definition with a line an element, as people read it. Only its white space between elements changes. */
export function indented(xml: string): string {
  const pieces = xml.replace(/>\s+</g, "><").split(/(?<=>)(?=<)/);
  let depth = 0;
  const lines: string[] = [];
  for (const piece of pieces) {
    if (piece.startsWith("</")) depth = Math.max(0, depth - 1);
    lines.push("  ".repeat(depth) + piece.trim());
    const opens = piece.startsWith("<") && !/^<[?!/]/.test(piece) && !piece.endsWith("/>") && !piece.includes("</");
    if (opens) depth += 1;
  }
  return lines.join("\n");
}
