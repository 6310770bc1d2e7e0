/** Where an object has its page; none for kinds that are only listed. */
export function objectPath(object: { kind: string; id: string }): string | null {
  switch (object.kind) {
    case "domain":
      return `/domains/${object.id}`;
    case "cluster":
      return `/clusters/${object.id}`;
    case "host":
      return `/hosts/${object.id}`;
    case "pool":
      return `/storage?pool=${object.id}`;
    case "network":
      return `/networks/${object.id}`;
    case "template":
      return `/templates/${object.id}`;
    case "user":
      return `/admin/users/${object.id}`;
    case "group":
      return `/admin/groups/${object.id}`;
    case "role":
      return `/admin/roles/${object.id}`;
    case "backup":
      return "/backups";
    case "schedule":
      return "/backups?tab=schedules";
    case "filter":
      return "/networks?tab=filters";
    case "cluster_network":
      return "/networks?tab=clusters";
    default:
      return null;
  }
}
