import { createContext, useContext } from "react";

import type { StreamState } from "./stream";

export const LiveState = createContext<StreamState>("connecting");

export function useLiveState(): StreamState {
  return useContext(LiveState);
}
