import type { Host } from "../api/types";

/** What prints the fingerprint on the machine itself. */
export const HOST_KEY_COMMAND = "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub";

const CHANGED = ["host_key_changed", "host_key_mismatch"];

/** Whether the machine shows another SSH key than the one that is known, which a person must look at. */
export const keyChanged = ({ error, certificate }: Pick<Host, "error" | "certificate">): boolean =>
  error !== null && CHANGED.includes(error.code) && certificate === null;
