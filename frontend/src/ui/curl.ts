/** The same request for a shell. The token comes from its environment, so that it stays out of its history. */
export function curlOf(origin: string, path: string, body: unknown, method = "POST"): string {
  const lines = [`curl -X ${method} '${origin}/api/v1${path}'`, '-H "Authorization: Bearer $OVIRTLITE_TOKEN"'];
  if (body !== undefined) {
    const json = JSON.stringify(body, null, 2).replaceAll("'", "'\\''");
    lines.push("-H 'Content-Type: application/json'", `-d '${json}'`);
  }
  return lines.join(" \\\n  ");
}
