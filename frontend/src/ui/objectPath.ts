/** Where an object has its page; none for kinds that are only listed. */
export function objectPath(object: { kind: string; id: string }): string | null {
  switch (object.kind) {
    case "domain":
      return `/domains/${object.id}`;
    case "host":
      return `/hosts/${object.id}`;
    case "pool":
      return `/storage?pool=${object.id}`;
    default:
      return null;
  }
}
